import { assertEquals } from "@std/assert";
import { RoundTrips } from "../../../lib/upstream/health/round_trips.ts";

function roundTrips(...samplesMs: readonly number[]): RoundTrips {
  const roundTrips = new RoundTrips();
  for (const sample of samplesMs) roundTrips.add(sample);
  return roundTrips;
}

/** Worked out by hand after RFC 6298 §2.2 and §2.3: SRTT, and SRTT + 4 × RTTVAR. */
const SMOOTHED: readonly [samplesMs: number[], smoothedMs: number, lossMs: number][] = [
  [[], 0, 0],
  // §2.2: SRTT ← R, RTTVAR ← R/2.
  [[100], 100, 300],
  // §2.3: RTTVAR ← 3/4 × 50 + 1/4 × 100 = 62.5; SRTT ← 7/8 × 100 + 1/8 × 200 = 112.5.
  [[100, 200], 112.5, 362.5],
  // RTTVAR ← 3/4 × 62.5 + 1/4 × 62.5; SRTT ← 7/8 × 112.5 + 1/8 × 50 = 104.6875.
  [[100, 200, 50], 104.6875, 354.6875],
  // A reply within the same millisecond is one all the same.
  [[0], 0, 0],
];

for (const [samplesMs, smoothedMs, lossMs] of SMOOTHED) {
  Deno.test(`RoundTrips after [${samplesMs}] ms is smoothed to ${smoothedMs} ms, loss after ${lossMs} ms`, () => {
    const after = roundTrips(...samplesMs);
    assertEquals([after.count, after.smoothedMs, after.lossMs], [samplesMs.length, smoothedMs, lossMs]);
  });
}

Deno.test("RoundTrips.lossMs settles on the round trip when that never changes", () => {
  const steady = roundTrips(...Array<number>(200).fill(20));
  assertEquals([steady.smoothedMs, Math.round(steady.lossMs * 1000)], [20, 20_000]);
});

/** Nearest rank: the ⌈0.95 n⌉-th smallest of n. */
const PERCENTILES: readonly [what: string, samplesMs: number[], percentileMs: number][] = [
  ["nothing", [], 0],
  ["one sample", [7], 7],
  ["two samples", [9, 7], 9],
  ["16 samples, shuffled: the 16th", [3, 16, 1, 5, 4, 2, 8, 7, 6, 15, 9, 10, 12, 11, 14, 13], 16],
  ["24 samples: the 23rd", upTo(24), 23],
  ["64 samples: the 61st", upTo(64), 61],
  ["numbers, not texts", [100, 9, 20, 9, 9, 9, 9, 9], 100],
  ["the last 64 only", [...Array<number>(64).fill(1000), ...Array<number>(64).fill(5)], 5],
  ["a change within 64", [...Array<number>(64).fill(5), ...Array<number>(8).fill(90)], 90],
];

for (const [what, samplesMs, percentileMs] of PERCENTILES) {
  Deno.test(`RoundTrips.percentile95Ms of ${what}`, () => {
    assertEquals(roundTrips(...samplesMs).percentile95Ms, percentileMs);
  });
}

Deno.test("RoundTrips.percentile95Ms is worked out anew with each of the first eight samples, then with each eighth", () => {
  const changing = new RoundTrips();
  const told: number[] = [];
  for (const sample of upTo(17)) {
    changing.add(sample);
    told.push(changing.percentile95Ms);
  }
  assertEquals(told, [1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8, 8, 8, 8, 16, 16]);
});

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}
