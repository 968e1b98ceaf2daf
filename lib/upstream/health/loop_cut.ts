import type { Clock } from "../../base/runtime.ts";

/** How long a forwarding loop stays cut. Then one question goes round again, if it has not been mended. */
const LOOP_MS = 60_000;

/** Whether an upstream has been found to lead back to this program, not long ago. */
export class LoopCut {
  readonly #clock: Clock;
  #untilMs = -Infinity;

  /** Goes by `clock`. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether it is left alone. */
  get isCut(): boolean {
    // Nearly always there was none: then the clock need not be read.
    return this.#untilMs !== -Infinity && this.#clock.nowMs() < this.#untilMs;
  }

  /** Leaves the upstream alone for a while: what is sent there comes back as a question. Returns whether that is news. */
  cut(): boolean {
    const wasCut = this.isCut;
    this.#untilMs = this.#clock.nowMs() + LOOP_MS;
    return !wasCut;
  }

  /** Nothing is known any more. */
  forget(): void {
    this.#untilMs = -Infinity;
  }
}
