/** How much a number has grown lately that only grows. */
export class RecentGrowth {
  readonly #spanMs: number;
  /** In order of time; the first is the newest of those that are too old, as far as there is one. */
  readonly #noted: { readonly atMs: number; readonly value: number }[] = [];

  /** In the last `spanMs`. */
  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  /** Notes what it is now. Returns how much it has grown in the span, or since the first note. */
  note(value: number, nowMs: number): number {
    const noted = this.#noted;
    // A program that adds up several may begin anew.
    if (noted.length > 0 && value < noted.at(-1)!.value) noted.length = 0;
    noted.push({ atMs: nowMs, value });
    while (noted.length > 1 && noted[1]!.atMs <= nowMs - this.#spanMs) noted.shift();
    return value - noted[0]!.value;
  }
}
