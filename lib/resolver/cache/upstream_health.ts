/** What is known of the upstreams as a whole. */
export interface UpstreamHealth {
  /** Whether none of them is expected to answer. */
  readonly areKnownBad: boolean;
  /** When one of them came back last, on the memory's clock; −∞ when none ever was away. */
  readonly recoveredAtMs: number;
  /** After so much silence of the first one the next is asked as well. */
  readonly hedgeDelayMs: number;
}
