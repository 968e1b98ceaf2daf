/** More than this many of one kind are left to the garbage collector. */
const SPARES_MAX = 256;

/**
 * Objects that are over, to be used again for what comes next. What comes and goes with every query costs as much to collect
 * as to make: bench/micro/cold_exchange_bench.ts. Whoever gives one has to know that nobody else holds it.
 */
export class Spares<T> {
  readonly #spares: T[] = [];

  /** One to be used again, if there is one. */
  take(): T | undefined {
    // hot path
    return this.#spares.pop();
  }

  /** Takes one back that nobody uses any more. */
  give(spare: T): void {
    // hot path
    if (this.#spares.length < SPARES_MAX) this.#spares.push(spare);
  }
}
