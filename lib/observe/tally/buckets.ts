/**
 * Times are counted in buckets, eight an octave: each is at most an eighth longer than the one before, so a quantile is right to
 * 6 %. The unit makes 0.25 ms × 2ⁿ edges, which are the bounds that others show (CoreDNS): what they count is a sum of ours.
 */

/** Width of the first buckets, in milliseconds. */
export const UNIT_MS = 1 / 32;
const BUCKETS_AN_OCTAVE = 8;
/** The first eight buckets, and those of the first octave above, are one unit wide. */
const FIRST_OCTAVE = 3;
/** What takes longer, 131 s, is counted in the last bucket. */
const UNITS_MAX = 2 ** 22;

/** How many buckets there are. */
export const BUCKET_COUNT: number = (22 - FIRST_OCTAVE + 1) * BUCKETS_AN_OCTAVE;

/** The bucket of a time. It holds what is longer than the bucket before and no longer than its own bound. */
export function bucketOf(ms: number): number {
  // hot path
  // Most are answered from memory, at once.
  if (ms <= UNIT_MS) return 0;
  const units = Math.min(Math.ceil(ms / UNIT_MS), UNITS_MAX) - 1;
  if (units < BUCKETS_AN_OCTAVE) return units;
  const octave = 31 - Math.clz32(units);
  return (octave - FIRST_OCTAVE + 1) * BUCKETS_AN_OCTAVE +
    ((units >> (octave - FIRST_OCTAVE)) & (BUCKETS_AN_OCTAVE - 1));
}

/** The longest time in a bucket, in milliseconds. */
export function boundMsOf(bucket: number): number {
  if (bucket < BUCKETS_AN_OCTAVE) return (bucket + 1) * UNIT_MS;
  const octaves = Math.floor(bucket / BUCKETS_AN_OCTAVE) - 1;
  return (BUCKETS_AN_OCTAVE + bucket % BUCKETS_AN_OCTAVE + 1) * 2 ** octaves * UNIT_MS;
}
