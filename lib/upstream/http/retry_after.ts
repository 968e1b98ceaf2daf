import type { Clock } from "../../base/runtime.ts";

/** What a server may ask for at most: others may be down by then. */
const PAUSE_MS_MAX = 60_000;
/** Where it asks for a pause and does not say how long. */
const PAUSE_MS = 1000;

/** Until when a server does not want to be asked, by its `Retry-After` (RFC 9110 §10.2.3) with a status of 429 or 503. */
export class RetryAfter {
  readonly #clock: Clock;
  #untilMs = -Infinity;

  /** Time is what `clock` says. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether it is not to be asked now. */
  get isNow(): boolean {
    return this.#clock.nowMs() < this.#untilMs;
  }

  /** It has said so, with `field`. A date is taken for no time at all: clocks differ by more than such a pause. */
  note(field: string | null): void {
    const seconds = field !== null && /^\d{1,6}$/.test(field) ? Number(field) : NaN;
    const pauseMs = Number.isNaN(seconds) ? PAUSE_MS : Math.min(PAUSE_MS_MAX, seconds * 1000);
    this.#untilMs = Math.max(this.#untilMs, this.#clock.nowMs() + pauseMs);
  }
}
