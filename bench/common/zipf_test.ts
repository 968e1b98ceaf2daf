import { assertEquals, assertLess } from "@std/assert";
import { SeededRandom } from "../../tests/support/seeded_random.ts";
import { Zipf } from "./zipf.ts";

const DRAWS = 200_000;

function counts(options: { count: number; exponent: number; seed: number }): number[] {
  const zipf = new Zipf({ ...options, random: new SeededRandom(options.seed) });
  const counts = Array<number>(options.count).fill(0);
  for (let i = 0; i < DRAWS; i++) counts[zipf.draw()]!++;
  return counts;
}

for (const exponent of [0, 0.8, 1, 1.5]) {
  Deno.test(`Zipf.draw() draws k in proportion to 1 / (k + 1) ** ${exponent}`, () => {
    const count = 50;
    const weights = Array.from({ length: count }, (_, k) => (k + 1) ** -exponent);
    const sum = weights.reduce((a, b) => a + b);
    const drawn = counts({ count, exponent, seed: 1 });
    for (let k = 0; k < count; k++) {
      const expected = DRAWS * weights[k]! / sum;
      // Five standard deviations of a Poisson distribution; the seed is fixed.
      assertLess(Math.abs(drawn[k]! - expected), 5 * Math.sqrt(expected), `k = ${k}`);
    }
  });
}

Deno.test("Zipf.draw() draws the same from the same seed, and something else from another", () => {
  const draws = (seed: number) => {
    const zipf = new Zipf({ count: 100_000, exponent: 1, random: new SeededRandom(seed) });
    return Array.from({ length: 100 }, () => zipf.draw());
  };
  assertEquals(draws(1), draws(1));
  assertEquals(draws(1).join() === draws(2).join(), false);
});

Deno.test("Zipf.draw() of one number draws that", () => {
  assertEquals(new Zipf({ count: 1, exponent: 1, random: new SeededRandom(1) }).draw(), 0);
});
