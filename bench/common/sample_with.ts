import type { Sample } from "./measure.ts";

/** For tests: a sample that has what `change` says, and round numbers elsewhere. */
export function sampleWith(change: Partial<Sample> = {}): Sample {
  return {
    cpuMicrosPerAnswer: 10,
    answersPerSecond: 1000,
    p50Micros: 50,
    p99Micros: 99,
    lost: 0,
    refused: 0,
    lostAtRate: 0,
    residentOctets: 5e6,
    ...change,
  };
}
