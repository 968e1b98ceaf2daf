import { octetsKey } from "../../wire/octets.ts";
import { QUESTION_TAIL_OCTETS } from "../../wire/header.ts";
import { nameKey } from "../question_keys.ts";
import type { Request } from "../request.ts";

/** Questions remembered of one upstream. The oldest makes room. */
export const LARGE_REPLIES_MAX = 1024;
/** How long one is remembered. Then it goes over UDP again: the reply may have become smaller. */
export const LARGE_REPLY_MS = 5 * 60_000;

/** The questions whose replies did not fit into a datagram, so that the next query need not try (RFC 7766 §5). */
export class LargeReplies {
  readonly #entries = new Map<string, { readonly octets: number; readonly untilMs: number }>();

  /** The reply to `request` was truncated over UDP, and has `octets` over TCP. */
  note(request: Request, octets: number, nowMs: number): void {
    const key = keyOf(request);
    // Taken out first: what is noted again is the newest.
    this.#entries.delete(key);
    if (this.#entries.size >= LARGE_REPLIES_MAX) this.#entries.delete(this.#entries.keys().next().value!);
    this.#entries.set(key, { octets, untilMs: nowMs + LARGE_REPLY_MS });
  }

  /** The question is to go over UDP again. */
  forget(request: Request): void {
    this.#entries.delete(keyOf(request));
  }

  /** Whether the reply to `request` does not fit into a datagram as far as is known, and is worth reading all the same. */
  has(request: Request, nowMs: number): boolean {
    // Most of the time there is none: then there is no key to make.
    if (this.#entries.size === 0) return false;
    const key = keyOf(request);
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    if (nowMs < entry.untilMs) return entry.octets <= request.usefulOctetsMax;
    this.#entries.delete(key);
    return false;
  }
}

/** Equal for questions with replies of equal size; letter case ignored. Signatures make a reply large. */
function keyOf({ questionOctets, wantsDnssec }: Request): string {
  const nameEnd = questionOctets.length - QUESTION_TAIL_OCTETS;
  return (wantsDnssec ? "1" : "0") + octetsKey(questionOctets.subarray(nameEnd)) + nameKey(questionOctets);
}
