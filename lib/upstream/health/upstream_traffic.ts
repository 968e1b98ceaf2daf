import { type Histogram, NO_TIMES, sumHistograms } from "../../observe/tally/histogram.ts";
import type { Protocol } from "../endpoint.ts";

/**
 * Why an upstream has failed on a question: nothing came in time, it said SERVFAIL or REFUSED (or another RCODE that is no answer),
 * nothing could be sent or the connection ended, it has not proved who it is, or it said what cannot be read.
 */
export const FAILURE_REASONS = ["timeout", "servfail", "refused", "network", "tls", "garbled"] as const;

/** See `FAILURE_REASONS`. */
export type FailureReason = typeof FAILURE_REASONS[number];

/** What went to an upstream and came back, since the start. Plain data: it may go to another process. */
export interface UpstreamTraffic {
  /** How long replies took. What never came is not in it, see `failures`: it would hide in a mean, and make one of its own. */
  readonly replyTimes: Histogram;
  /** Questions on which it failed, by reason; reasons that never were are left out. */
  readonly failures: Partial<Readonly<Record<FailureReason, number>>>;
  /** Replies that were accepted, by RCODE, those that never came left out. */
  readonly rcodes: readonly (readonly [rcode: number, count: number])[];
  /** Messages sent, by what they went over; what was never used is left out. */
  readonly queries: Partial<Readonly<Record<Protocol, number>>>;
  /** Queries that it was sent because another one, or itself, had been silent. */
  readonly hedgeCount: number;
  /** Questions that it was asked to see whether it is back. */
  readonly probeCount: number;
}

/** That of an upstream that was never asked. */
export const NO_TRAFFIC: UpstreamTraffic = {
  replyTimes: NO_TIMES,
  failures: {},
  rcodes: [],
  queries: {},
  hedgeCount: 0,
  probeCount: 0,
};

/** What several processes have sent and got, as if they were one. */
export function sumTraffic(all: readonly UpstreamTraffic[]): UpstreamTraffic {
  return {
    replyTimes: sumHistograms(all.map(({ replyTimes }) => replyTimes)),
    failures: sumRecords(all.map(({ failures }) => failures)),
    rcodes: sumPairs(all.flatMap(({ rcodes }) => rcodes)),
    queries: sumRecords(all.map(({ queries }) => queries)),
    hedgeCount: all.reduce((total, { hedgeCount }) => total + hedgeCount, 0),
    probeCount: all.reduce((total, { probeCount }) => total + probeCount, 0),
  };
}

function sumRecords<K extends string>(all: readonly Partial<Record<K, number>>[]): Partial<Record<K, number>> {
  const entries = all.flatMap((one) => Object.entries(one) as [K, number][]);
  return Object.fromEntries(sumPairs(entries)) as Partial<Record<K, number>>;
}

function sumPairs<K>(pairs: readonly (readonly [key: K, count: number])[]): [key: K, count: number][] {
  return [...Map.groupBy(pairs, ([key]) => key)].map(([key, parts]) => {
    return [key, parts.reduce((total, [, count]) => total + count, 0)];
  });
}
