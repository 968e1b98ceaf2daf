import type { Clock, WallClock } from "../../base/runtime.ts";
import { epochMs } from "../../base/time/epoch_ms.ts";
import type { Moment } from "./message_frame.ts";

/** A clock that shows the time of day is followed when it is so far from what was expected: somebody has set it. */
const SET_BY_MS = 10;
/** So often it is looked at. */
const LOOK_MS = 1000;

/** Tells the time of day of what happened on the program's clock, which has fractions of milliseconds. */
export class DayTime {
  readonly #clock: Clock;
  readonly #wallClock: WallClock;
  /** When the program's clock showed 0: whole seconds, and milliseconds beyond them. */
  #zeroSeconds = 0;
  #zeroMs = 0;
  /** When it is looked at again, on the program's clock. */
  #lookAtMs = -Infinity;

  /** Goes by these two. */
  constructor(clock: Clock, wallClock: WallClock) {
    this.#clock = clock;
    this.#wallClock = wallClock;
    this.#use(this.#zeroNow());
  }

  /** Puts what was at `clockMs` into `moment`. */
  tell(clockMs: number, moment: Moment): void {
    // hot path
    if (clockMs > this.#lookAtMs) this.#look(clockMs);
    const ms = this.#zeroMs + clockMs;
    const seconds = Math.floor(ms / 1000);
    moment.seconds = this.#zeroSeconds + seconds;
    moment.nanoseconds = Math.floor(1_000_000 * (ms - 1000 * seconds));
  }

  #look(clockMs: number): void {
    this.#lookAtMs = clockMs + LOOK_MS;
    const zero = this.#zeroNow();
    if (Math.abs(zero - (1000 * this.#zeroSeconds + this.#zeroMs)) > SET_BY_MS) this.#use(zero);
  }

  #zeroNow(): number {
    return epochMs(this.#wallClock) - this.#clock.nowMs();
  }

  #use(zero: number): void {
    this.#zeroSeconds = Math.floor(zero / 1000);
    this.#zeroMs = zero - 1000 * this.#zeroSeconds;
  }
}
