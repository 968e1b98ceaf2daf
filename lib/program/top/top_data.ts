import type {
  ExplainAnswer,
  LiveAnswer,
  QueryRow,
  SeriesAnswer,
  StatusAnswer,
  TopAnswer,
  UpstreamsAnswer,
} from "../../web/api/answers.ts";

/** Queries that are kept to be looked through. */
const ROWS_MAX = 500;
/** Seconds that the rate is of: a single one jumps. */
const RATE_STEPS = 3;
/** Seconds that are remembered, to tell since when something fails: as many as the program tells of at once. */
export const RATES_MAX = 298;
/** Seconds that shares are of. */
const SHARES_STEPS = 60;

/** What the program has said so far. */
export interface TopData {
  /** How it is doing. */
  readonly status: StatusAnswer | null;
  /** Who is asked. */
  readonly upstreams: UpstreamsAnswer | null;
  /** What was there before, to tell what has changed since; the same when nothing is that old. */
  readonly upstreamsBefore: UpstreamsAnswer | null;
  /** What there was most of. */
  readonly names: TopAnswer | null;
  /** See above. */
  readonly clients: TopAnswer | null;
  /** See above. */
  readonly blocked: TopAnswer | null;
  /** Queries of each second, by source; the newest last. */
  readonly rates: readonly Readonly<Record<string, number>>[];
  /** Which second the newest of them is of, since 1970; `null` while there is none. */
  readonly lastSecond: number | null;
  /** The last queries that the filter holds for, the newest first. */
  readonly rows: readonly QueryRow[];
  /** What was new the last time. */
  readonly live: LiveAnswer | null;
  /** Why nothing has come the last time; `null` when it has. */
  readonly failure: string | null;
  /** What becomes of the query that was asked about. */
  readonly explained: ExplainAnswer | string | null;
}

/** Before anything has come. */
export const NO_DATA: TopData = {
  status: null,
  upstreams: null,
  upstreamsBefore: null,
  names: null,
  clients: null,
  blocked: null,
  rates: [],
  lastSecond: null,
  rows: [],
  live: null,
  failure: null,
  explained: null,
};

/** With what has come since. */
export function withLive(data: TopData, live: LiveAnswer): TopData {
  const isNext = secondsSince(data, live) > 0;
  return {
    ...data,
    live,
    failure: null,
    rates: isNext ? [...data.rates, live.counts].slice(-RATES_MAX) : data.rates,
    lastSecond: isNext ? secondOf(live) : data.lastSecond,
    upstreams: data.upstreams === null ? null : withNews(data.upstreams, live),
    rows: [...live.rows, ...data.rows].slice(0, ROWS_MAX),
  };
}

/** How many seconds it is from the last one that is known to the one that is told of; 1 where none is known. */
export function secondsSince({ lastSecond }: Pick<TopData, "lastSecond">, live: LiveAnswer): number {
  return lastSecond === null ? 1 : secondOf(live) - lastSecond;
}

/** The last full second. */
function secondOf({ nowAtMs }: Pick<LiveAnswer, "nowAtMs">): number {
  return Math.floor(nowAtMs / 1000) - 1;
}

/** The same is said of an upstream wherever it is spoken of: what has come last. */
function withNews(known: UpstreamsAnswer, live: LiveAnswer): UpstreamsAnswer {
  const upstreams = known.upstreams.map((upstream) => {
    const news = live.upstreams.find(({ name }) => name === upstream.name);
    return news === undefined ? upstream : { ...upstream, ...news };
  });
  return { ...known, upstreams };
}

/** With what has come in the last minute, for who has only just begun to look; without the second that has only just begun. */
export function withSeries(data: TopData, { sources, counts, fromAtMs }: SeriesAnswer): TopData {
  const steps = Math.max(0, (counts[0]?.length ?? 0) - 1);
  const rates = Array.from({ length: steps }, (_, step) => {
    return Object.fromEntries(sources.map((source, i) => [source, counts[i]![step]!]));
  });
  const lastSecond = steps === 0 ? data.lastSecond : Math.floor(fromAtMs / 1000) + steps - 1;
  return { ...data, rates: rates.slice(-RATES_MAX), lastSecond };
}

/** Queries of a second, from all sources. */
export function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Queries a second over the last few of them; `null` before there are any. */
export function recentRate({ rates, status }: Pick<TopData, "rates" | "status">): number | null {
  const last = rates.slice(-RATE_STEPS);
  if (last.length === 0) return status?.queriesPerSecond ?? null;
  return last.reduce((sum, counts) => sum + totalOf(counts), 0) / last.length;
}

/** Replies of the last minute by source, or of all the time where nobody has watched for as long. */
export function sharesOf({ rates, status }: Pick<TopData, "rates" | "status">): Readonly<Record<string, number>> {
  const recent: Record<string, number> = {};
  for (const counts of rates.slice(-SHARES_STEPS)) {
    for (const [source, count] of Object.entries(counts)) recent[source] = (recent[source] ?? 0) + count;
  }
  if (totalOf(recent) > 0 || status === null) return recent;
  return status.replies.bySource;
}

/** Some names fail everywhere: what is beyond this share is trouble. */
const FAILED_MAX = 0.02;

/** Whether more of the replies are failures than is usual anywhere. */
export function isFailing(counts: Readonly<Record<string, number>>): boolean {
  return (counts.failure ?? 0) > FAILED_MAX * totalOf(counts);
}

/** Failures that are so far apart have nothing to do with each other. */
const CALM_STEPS = 30;

/** Since when clients get failures again and again, in seconds before now; `null` when they get none. Where it is longer than is known, so is told. */
export function failingFor(
  { rates }: Pick<TopData, "rates">,
): { readonly seconds: number; readonly isLonger: boolean } | null {
  let first: number | null = null;
  for (let ago = 1; ago <= rates.length; ago++) {
    if (ago - (first ?? 0) > CALM_STEPS) break;
    if (isFailing(rates.at(-ago)!)) first = ago;
  }
  if (first === null) return null;
  return { seconds: first, isLonger: first + CALM_STEPS > rates.length && rates.length >= RATES_MAX };
}
