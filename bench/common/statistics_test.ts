import { assertEquals } from "@std/assert";
import { median, percentile, ratioToBest } from "./statistics.ts";

Deno.test("median() is the value in the middle, or the mean of the two there", () => {
  assertEquals(median([30, 1, 2]), 2);
  assertEquals(median([4, 1, 100, 2]), 3);
  assertEquals(median([7]), 7);
  assertEquals(median([]), NaN);
});

Deno.test("percentile() is the nearest rank: the smallest value that so many are not above", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  assertEquals([0, 1, 50, 99, 100].map((percent) => percentile(hundred, percent)), [1, 1, 50, 99, 100]);
  assertEquals(percentile([10, 20, 30], 50), 20);
  assertEquals(percentile([10, 20, 30], 99), 30);
  assertEquals(percentile(Float64Array.of(5), 50), 5);
  assertEquals(percentile([], 50), NaN);
});

Deno.test("ratioToBest() compares within each round, with whoever is best there", () => {
  // The second round was twice as slow for all. Ratio of the medians: 20 / 10.
  assertEquals(ratioToBest([10, 40, 20], [[10, 20, 30], [20, 30, 5]]), 2);
});

Deno.test("ratioToBest() takes the greatest for the best where more is better", () => {
  assertEquals(ratioToBest([50], [[100], [200]], Math.max), 0.25);
});

Deno.test("ratioToBest() leaves out rounds without a value of ours or of any other", () => {
  assertEquals(ratioToBest([null, 6, 9], [[1, null, 3], [1, null, null]]), 3);
  assertEquals(ratioToBest([null], [[1]]), NaN);
  assertEquals(ratioToBest([1], []), NaN);
});
