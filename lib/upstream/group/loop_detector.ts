import { concat } from "@std/bytes/concat";
import { equals } from "@std/bytes/equals";
import type { RandomSource } from "../../base/runtime.ts";
import { sipHash24 } from "../../base/random/siphash.ts";
import { CLASS, TYPE } from "../../wire/iana.ts";
import { foldCase, type Name, NAME_OCTETS_MAX, nameFromText } from "../../wire/name.ts";
import { SENDS_MAX } from "../request.ts";
import type { Upstream } from "../upstream.ts";
import type { Services } from "../../observe/services.ts";

/** A token: when it was made (4 octets), a keyed hash of the upstream's key (4), chance (2), and a keyed hash of these. */
const TOLD_OCTETS = 10;
/** Where the hash of the upstream's key stands. */
const KEY_HASH = { start: 4, end: 8 };
/** 64 bits: whoever wants to make an upstream look like a loop has to guess them (as CVE-2026-26018 did elsewhere). */
const TOKEN_OCTETS = TOLD_OCTETS + 8;
/** An upstream is probed at most this often, however suspicious things look. */
const PROBE_EVERY_MS = 10_000;
/** How long an answer to a probe is waited for; the probe itself would be back much sooner. */
const PROBE_MS = 2000;
/** A probe that comes in later than this proves nothing: somebody may have read it and repeat it. */
const PROBE_LIFE_SECONDS = 10;
/** Octets of a probe's first label: the token in hexadecimal digits. */
export const PROBE_LABEL_OCTETS: number = 2 * TOKEN_OCTETS;
/** RFC 2606 §3 keeps example. for such use; resolvers treat it as any other name (RFC 6761 §6.5). */
const DOMAIN = nameFromText("example.");
/** Type and class of a probe. */
const TXT_IN = [0, TYPE.TXT, 0, CLASS.IN];

/** What a detector is made from. */
export interface LoopDetectorOptions extends Pick<Services, "clock" | "wallClock"> {
  /** Gives those that may lead back here. Who has the secret knows them by their keys, in whatever order. */
  readonly upstreams: () => readonly Upstream[];
  /** Where chance comes from. */
  readonly random: RandomSource;
  /** What tokens are known again by, 16 octets: a probe may come back to another process that serves the same clients. */
  readonly key: Uint8Array;
}

/**
 * Finds out whether an upstream leads back to this program, directly or through other forwarders. When that seems
 * possible, each upstream is asked for a name that nobody else can make; if the question comes in from a client, that
 * upstream is a loop, and is left alone for a while.
 */
export class LoopDetector {
  readonly #options: LoopDetectorOptions;
  /** When each was probed last. */
  readonly #probedAtMs = new WeakMap<Upstream, number>();

  /** See {@linkcode LoopDetectorOptions}. */
  constructor(options: LoopDetectorOptions) {
    this.#options = options;
  }

  /**
   * Something happened that a loop through one of `suspects` would explain: several queries waited for one answer in vain.
   *
   * @param domain The name that was asked for, in wire format: what is below it goes the same way, where others may not, ours
   * or theirs.
   */
  suspect(suspects: readonly Upstream[] = this.#options.upstreams(), domain: Name = DOMAIN): void {
    const nowMs = this.#options.clock.nowMs();
    for (const upstream of suspects) {
      if (nowMs - (this.#probedAtMs.get(upstream) ?? -Infinity) < PROBE_EVERY_MS) continue;
      this.#probedAtMs.set(upstream, nowMs);
      this.#probe(upstream, domain, nowMs);
    }
  }

  /**
   * Whether a question from a client is one of the probes; then its upstream is cut off.
   *
   * @param questionOctets The question in wire format, in any letter case.
   */
  recognize(questionOctets: Uint8Array): boolean {
    // One comparison spares nearly every question the rest.
    if (questionOctets[0] !== PROBE_LABEL_OCTETS) return false;
    const upstream = this.#upstreamOf(questionOctets);
    upstream?.cutLoop();
    return upstream !== undefined;
  }

  #upstreamOf(questionOctets: Uint8Array): Upstream | undefined {
    const { upstreams, key, wallClock } = this.#options;
    const token = tokenIn(questionOctets);
    if (token === null) return undefined;
    const told = token.subarray(0, TOLD_OCTETS);
    const rest = foldCase(questionOctets.slice(1 + PROBE_LABEL_OCTETS));
    if (!equals(sipHash24(key, concat([told, rest])), token.subarray(TOLD_OCTETS))) return undefined;
    const ageSeconds = (wallClock.epochSeconds() - new DataView(token.buffer).getUint32(0)) | 0;
    if (Math.abs(ageSeconds) > PROBE_LIFE_SECONDS) return undefined;
    const keyHash = token.subarray(KEY_HASH.start, KEY_HASH.end);
    return upstreams().find((upstream) => equals(this.#hashOf(upstream.key), keyHash));
  }

  #probe(upstream: Upstream, domain: Name, nowMs: number): void {
    const { random, key, wallClock } = this.#options;
    const told = new Uint8Array(TOLD_OCTETS);
    random.fill(told);
    new DataView(told.buffer).setUint32(0, wallClock.epochSeconds());
    told.set(this.#hashOf(upstream.key), KEY_HASH.start);
    const isTooLong = 1 + PROBE_LABEL_OCTETS + domain.length > NAME_OCTETS_MAX;
    const rest = Uint8Array.of(...foldCase(isTooLong ? DOMAIN : domain), ...TXT_IN);
    const token = concat([told, sipHash24(key, concat([told, rest]))]);
    const questionOctets = Uint8Array.of(PROBE_LABEL_OCTETS, ...new TextEncoder().encode(token.toHex()), ...rest);
    const deadlineMs = nowMs + PROBE_MS;
    // No answer is no loop; the upstream itself takes note of its silence.
    upstream.ask({
      questionOctets,
      flags: 0,
      wantsDnssec: false,
      usefulOctetsMax: 0,
      acceptsTruncated: true,
      deadlineMs,
      // That it is refused says enough.
      upstreamCount: SENDS_MAX,
      sendCount: 0,
      sendsMax: SENDS_MAX,
      ednsRejectedBy: null,
      lastSocket: null,
      wantsFreshSocket: false,
      hasPart: false,
      wholeFrom: null,
      isAnswered: false,
      isClosed: false,
      hasMetSilence: false,
      owner: null,
    });
  }

  #hashOf(key: string): Uint8Array {
    const hash = sipHash24(this.#options.key, new TextEncoder().encode(key));
    return hash.subarray(0, KEY_HASH.end - KEY_HASH.start);
  }
}

/** The octets that the first label spells, in whatever letter case; `null` when it spells none. */
function tokenIn(questionOctets: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const text = String.fromCharCode(...questionOctets.subarray(1, 1 + PROBE_LABEL_OCTETS));
  return /^[0-9a-f]+$/i.test(text) ? Uint8Array.fromHex(text) : null;
}
