/**
 * How long it holds at most that an upstream cannot do something. Then that is put to the test again: a downgrade that is
 * learned for good outlives its reason.
 */
export const LESSON_MS = 15 * 60_000;
/** How long it holds at first, where a wrong lesson costs clients something. */
const FIRST_MS = 1000;

/**
 * That an upstream cannot do something, until it is put to the test: after a second, then after twice as long each time. A
 * few broken names, which prove nothing, so cost everybody else a second.
 */
export class Lesson {
  #untilMs = -Infinity;
  #nextMs = FIRST_MS;

  /** Whether it holds. */
  holds(nowMs: number): boolean {
    // hot path
    return nowMs < this.#untilMs;
  }

  /** Whether it has held, and is to be put to the test. */
  isOver(nowMs: number): boolean {
    return this.#untilMs !== -Infinity && !this.holds(nowMs);
  }

  /** Learns it, or that it is still so. While it holds, more of the same proves nothing new. */
  learn(nowMs: number): void {
    if (this.holds(nowMs)) return;
    this.#untilMs = nowMs + this.#nextMs;
    this.#nextMs = Math.min(2 * this.#nextMs, LESSON_MS);
  }

  /** It was wrong, or is so no longer. */
  forget(): void {
    // hot path
    this.#untilMs = -Infinity;
    this.#nextMs = FIRST_MS;
  }
}
