import type { Clock } from "../../base/runtime.ts";

/** How long a forwarding loop stays cut. Then one question goes round again, if it has not been mended. */
const LOOP_MS = 60_000;

/** Whether an upstream is not asked for a while, however well it is: it leads back to this program, or its operator has left it out. */
export class Absence {
  readonly #clock: Clock;
  #loopUntilMs = -Infinity;
  #leftOutUntilMs = -Infinity;
  #backAtMs = -Infinity;

  /** Goes by `clock`. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether it is not asked. */
  get isAway(): boolean {
    // Nearly always there is no reason: then the clock need not be read.
    return this.isLoop || (this.#leftOutUntilMs !== -Infinity && this.#clock.nowMs() < this.#leftOutUntilMs);
  }

  /** Whether it has been found to lead back to this program, not long ago. */
  get isLoop(): boolean {
    return this.#loopUntilMs !== -Infinity && this.#clock.nowMs() < this.#loopUntilMs;
  }

  /** How long its operator still leaves it out, in whole seconds; 0 for not at all. */
  get leftOutSeconds(): number {
    return Math.max(0, Math.ceil((this.#leftOutUntilMs - this.#clock.nowMs()) / 1000));
  }

  /** When it was last asked again after its operator had left it out; -Infinity before. */
  get backAtMs(): number {
    const untilMs = this.#leftOutUntilMs;
    return untilMs !== -Infinity && untilMs <= this.#clock.nowMs() ? untilMs : this.#backAtMs;
  }

  /** Leaves the upstream alone for a while: what is sent there comes back as a question. Returns whether that is news. */
  cutLoop(): boolean {
    const wasCut = this.isLoop;
    this.#loopUntilMs = this.#clock.nowMs() + LOOP_MS;
    return !wasCut;
  }

  /** Its operator leaves it out for so long, 0 for not at all. Returns whether that is news. */
  leaveOut(forMs: number): boolean {
    const wasOut = this.leftOutSeconds > 0;
    this.#backAtMs = wasOut && forMs <= 0 ? this.#clock.nowMs() : this.backAtMs;
    this.#leftOutUntilMs = forMs <= 0 ? -Infinity : this.#clock.nowMs() + forMs;
    return wasOut !== forMs > 0;
  }

  /** Of loops nothing is known any more. What its operator has said stays. */
  forgetLoop(): void {
    this.#loopUntilMs = -Infinity;
  }
}

/** An upstream that its operator has left out by hand. Plain data. */
export interface LeftOut {
  /** As it is written after `--resolver`. */
  readonly upstream: string;
  /** When it is asked again, in seconds since 1970-01-01 UTC. */
  readonly untilSeconds: number;
}

/** Those that are still left out. */
export function stillLeftOut(leftOut: readonly LeftOut[], epochSeconds: number): readonly LeftOut[] {
  return leftOut.filter(({ untilSeconds }) => untilSeconds > epochSeconds);
}
