import { countWithin, type Histogram } from "../../observe/tally/histogram.ts";
import type { HistogramSample } from "./metric.ts";

/**
 * Bounds of times, in milliseconds: 0.1, and 0.25 × 2ⁿ up to 4.096 s, CoreDNS's without its last, so that its boards and rules work
 * unchanged. All but the first are bounds of our own buckets: what is told of them is exact.
 */
export const BOUNDS_MS: readonly number[] = [0.1, ...Array.from({ length: 15 }, (_, n) => 0.25 * 2 ** n)];

/** Times as they are told, in seconds. */
export function timesSample(labels: Readonly<Record<string, string>>, times: Histogram): HistogramSample {
  return {
    labels,
    within: BOUNDS_MS.map((ms) => [ms / 1000, countWithin(times, ms)] as const),
    count: times.count,
    sum: times.sumMs / 1000,
  };
}
