/** The highest of what was noted lately: in the span before now, and some time before that. */
export class RecentPeak {
  readonly #spanMs: number;
  #sinceMs = -Infinity;
  #current = 0;
  #former = 0;

  /** What is noted is forgotten after `spanMs` to twice as long. */
  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  /** Notes a value, 0 or more. */
  note(value: number, nowMs: number): void {
    this.#turn(nowMs);
    this.#current = Math.max(this.#current, value);
  }

  /** The highest; 0 when nothing was noted. */
  peak(nowMs: number): number {
    this.#turn(nowMs);
    return Math.max(this.#current, this.#former);
  }

  #turn(nowMs: number): void {
    const sinceMs = nowMs - this.#sinceMs;
    if (sinceMs < this.#spanMs) return;
    this.#former = sinceMs < 2 * this.#spanMs ? this.#current : 0;
    this.#current = 0;
    this.#sinceMs = nowMs;
  }
}
