import { quantileMs } from "../../../observe/tally/histogram.ts";
import type { CacheStatus, Status } from "../../../operator/status.ts";
import type { ReplyCount } from "../../../operator/reply_counts.ts";
import { rcodeToText } from "../../../wire/iana.ts";
import type { CacheAnswer, RepliesAnswer, TimesAnswer } from "../answers.ts";

/** SERVFAIL. */
const FAILED = 2;

/** Replies by what they are. */
export function repliesAnswer(replies: readonly ReplyCount[]): RepliesAnswer {
  return {
    total: sum(replies),
    bySource: by(replies, ({ source }) => source),
    byRcode: by(replies, ({ rcode }) => rcodeToText(rcode)),
    byChannel: by(replies, ({ channel }) => channel),
    blocked: sum(replies.filter(({ source }) => source === "blocked")),
    failed: sum(replies.filter(({ rcode }) => rcode === FAILED)),
  };
}

/** How long they took. */
export function timesAnswer({ latencies }: Pick<Status, "latencies">): TimesAnswer[] {
  return latencies.map(({ source, latency }) => ({
    source,
    count: latency.count,
    medianMs: quantileMs(latency, 0.5),
    percentile95Ms: quantileMs(latency, 0.95),
    percentile99Ms: quantileMs(latency, 0.99),
  }));
}

/** Memory. */
export function cacheAnswer(cache: CacheStatus | null, counters: Status["counters"]): CacheAnswer | null {
  if (cache === null) return null;
  const { cacheHits, cacheStaleHits, cacheFailureHits, cacheMisses, cacheNegativeHits, prefetches } = counters;
  const asked = cacheHits + cacheStaleHits + cacheFailureHits + cacheMisses;
  return {
    entries: cache.count,
    usedOctets: cache.usedOctets,
    budgetOctets: cache.budgetOctets,
    hits: cacheHits,
    negativeHits: cacheNegativeHits,
    staleHits: cacheStaleHits,
    failureHits: cacheFailureHits,
    misses: cacheMisses,
    hitRatio: asked === 0 ? null : cacheHits / asked,
    prefetches,
    evictions: cache.evictionCount,
  };
}

function by(replies: readonly ReplyCount[], keyOf: (reply: ReplyCount) => string): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(replies, keyOf)].map(([key, parts]) => [key, sum(parts)]));
}

function sum(replies: readonly ReplyCount[]): number {
  return replies.reduce((total, { count }) => total + count, 0);
}
