import type { SeededRandom } from "../../tests/support/seeded_random.ts";

/**
 * Draws numbers of 0 to `count` − 1 as a Zipf distribution has them: number k with a probability in proportion to
 * 1 / (k + 1) ** exponent.
 */
export class Zipf {
  /** At k: the sum of the weights of 0 to k. */
  readonly #sums: Float64Array;
  readonly #random: SeededRandom;

  constructor({ count, exponent, random }: { count: number; exponent: number; random: SeededRandom }) {
    this.#random = random;
    this.#sums = new Float64Array(count);
    let sum = 0;
    for (let k = 0; k < count; k++) this.#sums[k] = sum += (k + 1) ** -exponent;
  }

  /** The next number. */
  draw(): number {
    const sums = this.#sums;
    const wanted = this.#random.fraction() * sums[sums.length - 1]!;
    // The first sum that is greater.
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
