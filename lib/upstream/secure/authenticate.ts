import { splitZone } from "../../base/net/zone.ts";
import type { TlsSocket } from "../../base/sockets/tls.ts";
import type { SecureEndpoint } from "../endpoint.ts";
import type { Refusal } from "../refusal.ts";
import { matchesName } from "./matches_name.ts";

/** Whom a certificate must be for: what the endpoint says, and the address that was connected to. */
export interface Expected
  extends Pick<SecureEndpoint, "name" | "pins" | "stampHashes" | "ca" | "auth" | "designatedBy"> {
  /** With its zone, if it has one. */
  readonly address: string;
}

/** Names and addresses of a certificate that a message has. */
const TOLD_MAX = 4;

/**
 * Whether who has shown these certificates is who was meant: `null` if so. The order says what is told when several things are
 * wrong: dates come behind the name, so that whoever is refused for a date alone tells something of the clock.
 *
 * @param nowS Seconds since 1970, by this machine's clock.
 */
export function authenticate(
  { peerCertificates, chainError }: Pick<TlsSocket, "peerCertificates" | "chainError">,
  expected: Expected,
  nowS: number,
): Refusal | null {
  if (expected.auth === "none") return null;
  const [own] = peerCertificates;
  if (own === undefined) return { kind: "none", text: "it shows no certificate" };
  const { pins, ca } = expected;
  // RFC 7858 §4.2: who is known by its key needs no authority, and no date either.
  if (ca === "none") return pinRefusal(peerCertificates.slice(0, 1), pins);
  // What looks for the authority may look at the dates before that, and says then of neither that it is good.
  return nameRefusal(own, expected) ?? dateRefusal(own, nowS) ?? chainRefusal(chainError) ??
    pinRefusal(peerCertificates, pins) ?? stampRefusal(peerCertificates, expected.stampHashes);
}

type Certificate = TlsSocket["peerCertificates"][number];

function nameRefusal(
  { names, addresses, subject }: Certificate,
  { name: named, address, designatedBy }: Expected,
): Refusal | null {
  // RFC 9462 §4.2: who was named by a plain server has to show a certificate for the address of that.
  const name = designatedBy === undefined ? named : null;
  const { address: bare } = splitZone(designatedBy ?? address);
  // RFC 9525 §6.3 and 6.4: what is in the common name does not count.
  const isFor = name === null ? addresses.includes(bare) : names.some((pattern) => matchesName(pattern, name));
  if (isFor) return null;
  // Some write it as a name: then it is nobody's address.
  if (name === null && names.includes(bare)) {
    return { kind: "name", text: `its certificate has ${bare} as a name (DNS), not as an address (IP)` };
  }
  const all = [...names, ...addresses];
  const rest = all.length > TOLD_MAX ? ` and ${all.length - TOLD_MAX} more` : "";
  const whose = all.length === 0
    ? `${subject}, by its common name alone`
    : `${all.slice(0, TOLD_MAX).join(", ")}${rest}`;
  return { kind: "name", text: `its certificate is for ${whose}, not for ${name ?? bare}` };
}

function chainRefusal(error: string | null): Refusal | null {
  if (error === null) return null;
  return { kind: "chain", text: `no authority that is believed stands behind its certificate: ${error}` };
}

function dateRefusal({ validFromS, validToS }: Certificate, nowS: number): Refusal | null {
  const here = `and it is ${dateOf(nowS)} here`;
  if (nowS > validToS) return { kind: "expired", text: `its certificate expired on ${dateOf(validToS)}, ${here}` };
  if (nowS >= validFromS) return null;
  return { kind: "notYetValid", text: `its certificate is not valid before ${dateOf(validFromS)}, ${here}` };
}

/** One of the keys must have one of the pins, where there are any. */
function pinRefusal(certificates: readonly Certificate[], pins: readonly string[]): Refusal | null {
  if (pins.length === 0 || certificates.some(({ spkiSha256 }) => pins.includes(spkiSha256))) return null;
  const given = pins.length === 1 ? "the pin that was given" : `any of the ${pins.length} pins that were given`;
  return { kind: "pin", text: `its key has another pin than ${given}: ${certificates[0]!.spkiSha256}` };
}

function stampRefusal(certificates: readonly Certificate[], hashes: readonly string[]): Refusal | null {
  if (hashes.length === 0 || certificates.some(({ tbsSha256 }) => hashes.includes(tbsSha256))) return null;
  return { kind: "pin", text: "none of its certificates is one that the DNS stamp is for" };
}

/** Minutes are as much as anybody's clock is asked for. */
function dateOf(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace(/T00:00:.*|:\d\d\.\d+Z$/, "").replace("T", " ");
}
