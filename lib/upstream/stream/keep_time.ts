import type { Clock } from "../../base/runtime.ts";
import { LIMIT_MS } from "./pool/connection_limits.ts";

/** Of the time after which a server has closed: it must be us who close, before the next query is on its way. */
const SHARE = 0.8;
/** A connection that was quiet for less was not idle. */
const IDLE_MIN_MS = 1000;

/**
 * How long a connection on which nothing is waited for is kept for the next query. A server that closes earlier is not waited
 * for the next time: what is sent while it closes is lost. Some say it (RFC 7828), others show it.
 */
export class KeepTime {
  readonly #clock: Clock;
  readonly #maxMs: number;
  #learnedMs = Infinity;
  #untilMs = -Infinity;

  /** `maxMs` where nothing is known. */
  constructor(clock: Clock, maxMs: number) {
    this.#clock = clock;
    this.#maxMs = maxMs;
  }

  /** In milliseconds. */
  get ms(): number {
    const isKnown = this.#clock.nowMs() < this.#untilMs;
    return isKnown ? Math.min(this.#maxMs, this.#learnedMs) : this.#maxMs;
  }

  /** The server has closed a connection on which nothing was waited for, and nothing was sent for `idleMs`. */
  noteClosed(idleMs: number): void {
    // One that we would have closed as well tells nothing, and one that ends behind a reply was not closed for being idle.
    if (idleMs >= IDLE_MIN_MS && idleMs < this.#maxMs) this.#learn(SHARE * idleMs);
  }

  /** The server says how long it keeps one. */
  noteAnnounced(timeoutMs: number): void {
    this.#learn(SHARE * timeoutMs);
  }

  /** There may be another server at the other end. */
  forget(): void {
    this.#untilMs = -Infinity;
  }

  #learn(ms: number): void {
    this.#learnedMs = ms;
    this.#untilMs = this.#clock.nowMs() + LIMIT_MS;
  }
}
