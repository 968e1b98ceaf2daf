import type { Clock } from "../../base/runtime.ts";
import { PLAIN_UDP_OCTETS, UDP_PAYLOAD_OCTETS } from "../../wire/edns/edns.ts";

/** Clients remembered. The oldest makes room. */
export const NARROW_PATHS_MAX = 1024;
/** How long one is remembered: as long as Linux keeps what it has learned of a path (net.ipv4.route.mtu_expires). */
export const NARROW_PATH_MS = 10 * 60_000;

/**
 * The clients to whom a reply was too long to be sent in one piece (RFC 9715 §3.1), so that the next one is cut before it
 * is sent.
 */
export class NarrowPaths {
  readonly #clock: Clock;
  /** Until when, by address: ports change with each query. Oldest first. */
  readonly #untilMs = new Map<string, number>();

  /** Tells the time by `clock`. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A reply to the client was too long. */
  note(hostname: string): void {
    // Taken out first: what is noted again is the newest.
    this.#untilMs.delete(hostname);
    if (this.#untilMs.size >= NARROW_PATHS_MAX) this.#untilMs.delete(this.#untilMs.keys().next().value!);
    this.#untilMs.set(hostname, this.#clock.nowMs() + NARROW_PATH_MS);
  }

  /** The longest reply over UDP that the way to the client may have room for, in octets. */
  octetsMax(hostname: string): number {
    // hot path
    if (this.#untilMs.size === 0) return UDP_PAYLOAD_OCTETS;
    const untilMs = this.#untilMs.get(hostname);
    if (untilMs === undefined) return UDP_PAYLOAD_OCTETS;
    if (this.#clock.nowMs() < untilMs) return PLAIN_UDP_OCTETS;
    this.#untilMs.delete(hostname);
    return UDP_PAYLOAD_OCTETS;
  }
}
