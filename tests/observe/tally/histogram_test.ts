import { assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { boundMsOf, BUCKET_COUNT, bucketOf } from "../../../lib/observe/tally/buckets.ts";
import {
  countWithin,
  histogramSince,
  NO_TIMES,
  quantileMs,
  sumHistograms,
} from "../../../lib/observe/tally/histogram.ts";
import { Latencies } from "../../../lib/observe/tally/latencies.ts";

/** What others show (CoreDNS), in milliseconds. */
const COMMON_BOUNDS_MS = Array.from({ length: 16 }, (_, i) => 0.25 * 2 ** i);
const time = fc.oneof(fc.double({ min: 0, max: 10_000, noNaN: true }), fc.integer({ min: 0, max: 4000 }));

Deno.test("bucketOf() gives the bucket whose bound is the first that is not shorter, at most an eighth longer", () => {
  fc.assert(fc.property(time, (ms) => {
    const bucket = bucketOf(ms);
    assertLessOrEqual(ms, boundMsOf(bucket));
    if (bucket > 0) assertLessOrEqual(boundMsOf(bucket - 1), ms);
    if (ms > 0.25) assertLessOrEqual(boundMsOf(bucket), ms * 1.125);
  }));
});

Deno.test("bucketOf() counts a time that is a bound in that bucket, and all that is too long in the last one", () => {
  for (let bucket = 0; bucket < BUCKET_COUNT; bucket++) assertEquals(bucketOf(boundMsOf(bucket)), bucket);
  assertEquals([bucketOf(1e12), bucketOf(Infinity)], [BUCKET_COUNT - 1, BUCKET_COUNT - 1]);
  assertEquals([bucketOf(0), bucketOf(0.03125), bucketOf(0.03126)], [0, 0, 1]);
});

Deno.test("countWithin() is exact for the bounds 0.25 ms × 2ⁿ", () => {
  fc.assert(fc.property(fc.array(time, { maxLength: 50 }), (times) => {
    const histogram = histogramOf(times);
    for (const bound of COMMON_BOUNDS_MS) {
      assertEquals(countWithin(histogram, bound), times.filter((ms) => ms <= bound).length);
    }
  }));
});

Deno.test("quantileMs() is right to an eighth", () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0.25, max: 8000, noNaN: true }), { minLength: 1 }), (times) => {
    const sorted = times.toSorted((a, b) => a - b);
    for (const share of [0.5, 0.95, 1]) {
      const exact = sorted[Math.ceil(share * sorted.length) - 1]!;
      const found = quantileMs(histogramOf(times), share);
      assertLessOrEqual(found, exact * 1.126);
      assertLessOrEqual(exact / 1.126, found);
    }
  }));
});

Deno.test("quantileMs() of what was never measured is 0", () => {
  assertEquals([quantileMs(NO_TIMES, 0.5), countWithin(NO_TIMES, 1000)], [0, 0]);
});

Deno.test("sumHistograms() is what one process would have counted, and histogramSince() takes it apart again", () => {
  fc.assert(fc.property(fc.array(time), fc.array(time), (some, others) => {
    const [part, rest, all] = [histogramOf(some), histogramOf(others), histogramOf([...some, ...others])];
    const sum = sumHistograms([part, rest]);
    assertEquals([sum.count, sum.buckets], [all.count, all.buckets]);
    assertLessOrEqual(Math.abs(sum.sumMs - all.sumMs), 1e-6);
    const since = histogramSince(part, sum);
    assertEquals([since.count, since.buckets], [rest.count, rest.buckets]);
  }));
});

Deno.test("Latencies keeps kinds apart", () => {
  const latencies = new Latencies(3);
  latencies.add(0, 1);
  latencies.add(2, 0);
  latencies.add(2, 0.5);
  assertEquals(latencies.histogram(0), { count: 1, sumMs: 1, buckets: [[bucketOf(1), 1]] });
  assertEquals(latencies.histogram(1), NO_TIMES);
  assertEquals(latencies.histogram(2), { count: 2, sumMs: 0.5, buckets: [[0, 1], [bucketOf(0.5), 1]] });
});

function histogramOf(times: readonly number[]) {
  const latencies = new Latencies(1);
  for (const ms of times) latencies.add(0, ms);
  return latencies.histogram(0);
}
