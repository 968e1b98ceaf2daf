import { boundMsOf } from "./buckets.ts";

/** How long something took, each time. Plain data: it may go to another process. */
export interface Histogram {
  /** How often it was. */
  readonly count: number;
  /** How long that took in all, in milliseconds. */
  readonly sumMs: number;
  /** How often in which bucket, see `bucketOf`; in order, those that are empty left out. */
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
}

/** What was never measured. */
export const NO_TIMES: Histogram = { count: 0, sumMs: 0, buckets: [] };

/** Several as one. */
export function sumHistograms(all: readonly Histogram[]): Histogram {
  const counts = new Map<number, number>();
  for (const [bucket, count] of all.flatMap(({ buckets }) => buckets)) {
    counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  }
  return {
    count: all.reduce((total, { count }) => total + count, 0),
    sumMs: all.reduce((total, { sumMs }) => total + sumMs, 0),
    buckets: [...counts].sort(([a], [b]) => a - b),
  };
}

/** What has come to `later` since it was `earlier`. */
export function histogramSince(earlier: Histogram, later: Histogram): Histogram {
  const before = new Map(earlier.buckets);
  return {
    count: later.count - earlier.count,
    sumMs: later.sumMs - earlier.sumMs,
    buckets: later.buckets.map(([bucket, count]) => [bucket, count - (before.get(bucket) ?? 0)] as const)
      .filter(([, count]) => count !== 0),
  };
}

/** How many took no longer than `ms`. Exact for bounds of buckets; within one, as if its times were spread evenly. */
export function countWithin({ buckets }: Histogram, ms: number): number {
  let total = 0;
  for (const [bucket, count] of buckets) {
    const [fromMs, toMs] = [lowerMsOf(bucket), boundMsOf(bucket)];
    if (ms <= fromMs) break;
    total += ms >= toMs ? count : Math.floor(count * (ms - fromMs) / (toMs - fromMs));
  }
  return total;
}

/** `share` of them, 0.95 say, took no longer than this, in milliseconds; 0 when there were none. */
export function quantileMs({ count, buckets }: Histogram, share: number): number {
  const wanted = share * count;
  let total = 0;
  for (const [bucket, inBucket] of buckets) {
    total += inBucket;
    if (total < wanted) continue;
    const [fromMs, toMs] = [lowerMsOf(bucket), boundMsOf(bucket)];
    return toMs - (toMs - fromMs) * (total - wanted) / inBucket;
  }
  return 0;
}

function lowerMsOf(bucket: number): number {
  return bucket === 0 ? 0 : boundMsOf(bucket - 1);
}
