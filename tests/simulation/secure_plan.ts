import { MODERN_HABITS } from "../support/scripted_upstream.ts";
import type { SeededRandom } from "../support/seeded_random.ts";
import { PUBLIC_AUTHORITY } from "../support/host_tls.ts";
import { peerCertificate } from "../support/fake_tls.ts";
import type { PeerCertificate } from "../../lib/base/sockets/tls.ts";
import { type Endpoint, endpointAt } from "../../lib/upstream/endpoint.ts";
import { parseEndpoint } from "../../lib/upstream/parse_endpoint.ts";
import type { UpstreamPlan } from "./upstream_plan.ts";

/** Who an upstream over TLS says that it is, and how often. */
const IDENTITIES = {
  /** Who was meant. */
  own: 10,
  /** The same, with a pin that it has. */
  pinned: 2,
  /** The same, whose certificate expires on the way, or begins to hold. */
  ending: 2,
  beginning: 2,
  wrongName: 1,
  expired: 1,
  notYetValid: 1,
  untrusted: 1,
  selfSigned: 1,
  otherPin: 1,
};

/** See `IDENTITIES`. */
export type Identity = keyof typeof IDENTITIES;

/** What becomes of identities and handshakes. */
export const TLS_FATES = [
  ...Object.keys(IDENTITIES).map((identity) => `tls ${identity}`),
  "handshake silence",
  "handshake reset",
  "handshake nonsense",
  "handshake alert",
  "closed when idle",
] as const;

/** An upstream that is asked over TLS, or over HTTPS. */
export interface SecurePlan {
  readonly protocol: "tls" | "https";
  readonly identity: Identity;
  /** The name that it is asked for; `null` for its address. */
  readonly name: string | null;
  /** When its certificate begins to hold, or no longer holds, after the start: of those to which it happens. */
  readonly turnMs: number;
  /** How long it keeps a connection that nobody uses; Infinity for ever. */
  readonly idleMs: number;
}

/** Long before and long behind all lives. */
const FROM_S = Date.UTC(2000) / 1000;
const TO_S = Date.UTC(2100) / 1000;
const PIN = btoa("the key of this upstream........");
const OTHER_PIN = btoa("the key of another upstream.....");

/**
 * Upstreams of which some are asked over TLS; from a source of its own, so that the other lives stay as they are. In a fair plan
 * the one that has to answer is who it should be.
 */
export function withTls(
  random: SeededRandom,
  upstreams: readonly UpstreamPlan[],
  { isFair, durationMs }: { isFair: boolean; durationMs: number },
): UpstreamPlan[] {
  return upstreams.map((upstream): UpstreamPlan => {
    const isTls = random.chance(0.25);
    const identity = random.pickWeighted(IDENTITIES);
    const name = random.chance(0.6) ? `dns${random.below(3)}.example.net` : null;
    const turnMs = random.fraction() * durationMs;
    const idleMs = random.chance(0.3) ? random.between(1, 20_000) : Infinity;
    if (!isTls || upstream.quic !== null) return upstream;
    const isSound = isFair && upstream.temper === "unruly";
    const secure = {
      protocol: "tls" as const,
      identity: isSound && !isRight(identity) ? "own" as const : identity,
      name,
      turnMs,
      idleMs,
    };
    // Who can be asked over TLS knows EDNS (RFC 7830).
    const { edns, lowersCase, cookies, mindsCase, keepsSpelling } = MODERN_HABITS;
    const habits = { ...upstream.habits, edns, lowersCase, cookies, mindsCase, keepsSpelling, truncates: false };
    const address = { ...upstream.address, transport: "tcp" as const, port: 853 };
    return { ...upstream, address, habits, hasTcp: true, secure };
  });
}

/** The same upstreams, of which half of those over TLS are asked over HTTPS; from a source of its own as well. */
export function withHttps(random: SeededRandom, upstreams: readonly UpstreamPlan[]): UpstreamPlan[] {
  return upstreams.map((upstream): UpstreamPlan => {
    const isHttps = random.chance(0.5);
    const port = random.pick([443, 8443]);
    if (upstream.secure === null || !isHttps) return upstream;
    return { ...upstream, address: { ...upstream.address, port }, secure: { ...upstream.secure, protocol: "https" } };
  });
}

function isRight(identity: Identity): boolean {
  return identity === "own" || identity === "pinned";
}

/** How an upstream is configured. */
export function endpointOf({ address, secure, quic }: UpstreamPlan): Endpoint {
  if (quic !== null) return parseEndpoint(`quic://dns.example:${address.port}?ip=${address.hostname}`, 853);
  if (secure === null) return endpointAt(address);
  const pins = secure.identity === "pinned" || secure.identity === "otherPin" ? [PIN] : [];
  return {
    protocol: secure.protocol,
    name: secure.name,
    addresses: [address.hostname],
    bootstrap: [],
    port: address.port,
    path: secure.protocol === "https" ? "/dns-query" : null,
    pins,
    stampHashes: [],
    ca: null,
    auth: "name",
  };
}

/** What an upstream shows. `startS` is the start of its life, in seconds since 1970. */
export function certificateOf({ address, secure }: UpstreamPlan, startS: number): PeerCertificate {
  const { identity, name, turnMs } = secure!;
  const turnS = startS + Math.floor(turnMs / 1000);
  const isOther = identity === "wrongName";
  return peerCertificate({
    subject: name ?? address.hostname,
    issuer: identity === "untrusted"
      ? "Somebody"
      : identity === "selfSigned"
      ? name ?? address.hostname
      : PUBLIC_AUTHORITY,
    names: name === null ? [] : [isOther ? "other.example.net" : name],
    addresses: name !== null ? [] : [isOther ? "192.0.2.200" : address.hostname],
    validFromS: identity === "notYetValid" ? TO_S : identity === "beginning" ? turnS : FROM_S,
    validToS: identity === "expired" ? FROM_S : identity === "ending" ? turnS : TO_S,
    spkiSha256: identity === "otherPin" ? OTHER_PIN : PIN,
  });
}

/**
 * Whether nobody may ask an upstream that has shown its certificate at `shownS`, at `askedS`: it is not who was meant, or its
 * certificate had run out then, or does not hold even now.
 */
export function isForbidden(
  { secure }: UpstreamPlan,
  certificate: PeerCertificate,
  shownS: number,
  askedS: number,
): boolean {
  const { identity } = secure!;
  if (identity === "own" || identity === "pinned") return false;
  if (identity === "ending") return shownS > certificate.validToS;
  if (identity === "beginning") return askedS < certificate.validFromS;
  return true;
}
