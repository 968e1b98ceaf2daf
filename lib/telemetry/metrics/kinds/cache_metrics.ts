import { byLabel, counter, gauge, type Metric, single } from "../metric.ts";

/** Memory. Without one all of it is 0. */
export const CACHE_METRICS: readonly Metric[] = [
  gauge("cache_entries", "Answers and failures in the cache.", ({ status: { cache } }) => single(cache?.count ?? 0)),
  gauge("cache_size_bytes", "Memory that these take.", ({ status: { cache } }) => single(cache?.usedOctets ?? 0)),
  gauge("cache_max_bytes", "Memory that they may take.", ({ status: { cache } }) => single(cache?.budgetOctets ?? 0)),
  counter("cache_requests_total", "Questions that the cache was asked, by what it had.", ({ status: { counters } }) => {
    const { cacheHits, cacheNegativeHits, cacheStaleHits, cacheFailureHits, cacheMisses } = counters;
    return byLabel("result", {
      hit: cacheHits - cacheNegativeHits,
      negative: cacheNegativeHits,
      stale: cacheStaleHits,
      failure: cacheFailureHits,
      miss: cacheMisses,
    });
  }),
  counter("cache_evictions_total", "Entries thrown out for others, that somebody might have asked for.", (
    { status: { cache } },
  ) => single(cache?.evictionCount ?? 0)),
  counter("cache_prefetches_total", "Answers asked for anew before they expired.", ({ status: { counters } }) => {
    return single(counters.prefetches);
  }),
  counter("cache_refreshes_total", "Expired answers asked for anew after a stale one was given.", ({ status }) => {
    return single(status.counters.cacheRefreshes);
  }),
];
