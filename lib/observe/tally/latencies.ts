import { BUCKET_COUNT, bucketOf } from "./buckets.ts";
import type { Histogram } from "./histogram.ts";

/** How long things take, by kind. Counting allocates nothing. */
export class Latencies {
  readonly #counts: Float64Array;
  readonly #sumsMs: Float64Array;

  /** Kinds are numbers from 0. */
  constructor(kindCount: number) {
    this.#counts = new Float64Array(kindCount * BUCKET_COUNT);
    this.#sumsMs = new Float64Array(kindCount);
  }

  /** One of that kind has taken so long. */
  add(kind: number, ms: number): void {
    // hot path
    if (ms === 0) {
      // What is answered at once; it adds nothing.
      this.#counts[kind * BUCKET_COUNT]!++;
      return;
    }
    this.#counts[kind * BUCKET_COUNT + bucketOf(ms)]!++;
    this.#sumsMs[kind]! += ms;
  }

  /** All that has been counted of one kind. */
  histogram(kind: number): Histogram {
    const buckets: [bucket: number, count: number][] = [];
    let total = 0;
    for (let bucket = 0; bucket < BUCKET_COUNT; bucket++) {
      const count = this.#counts[kind * BUCKET_COUNT + bucket]!;
      if (count === 0) continue;
      buckets.push([bucket, count]);
      total += count;
    }
    return { count: total, sumMs: this.#sumsMs[kind]!, buckets };
  }
}
