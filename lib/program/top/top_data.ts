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
/** Seconds that the line of blocks goes back. */
export const RATES_MAX = 60;

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
  rows: [],
  live: null,
  failure: null,
  explained: null,
};

/** With what has come since. */
export function withLive(data: TopData, live: LiveAnswer): TopData {
  return {
    ...data,
    live,
    failure: null,
    rates: [...data.rates, live.counts].slice(-RATES_MAX),
    rows: [...live.rows, ...data.rows].slice(0, ROWS_MAX),
  };
}

/** With what has come in the last minute, for who has only just begun to look. */
export function withSeries(data: TopData, { sources, counts }: SeriesAnswer): TopData {
  const steps = counts[0]?.length ?? 0;
  const rates = Array.from({ length: steps }, (_, step) => {
    return Object.fromEntries(sources.map((source, i) => [source, counts[i]![step]!]));
  });
  return { ...data, rates: rates.slice(-RATES_MAX) };
}

/** Queries of a second. What is blocked is among those of the policy. */
export function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.entries(counts).reduce((sum, [source, count]) => source === "blocked" ? sum : sum + count, 0);
}

/** Queries a second over the last few of them; `null` before there are any. */
export function recentRate({ rates, status }: Pick<TopData, "rates" | "status">): number | null {
  const last = rates.slice(-RATE_STEPS);
  if (last.length === 0) return status?.queriesPerSecond ?? null;
  return last.reduce((sum, counts) => sum + totalOf(counts), 0) / last.length;
}

/** Replies of the last minute by source, or of all the time where nobody has watched for as long. */
export function sharesOf({ rates, status }: TopData): Readonly<Record<string, number>> {
  const recent: Record<string, number> = {};
  for (const counts of rates) {
    for (const [source, count] of Object.entries(counts)) recent[source] = (recent[source] ?? 0) + count;
  }
  if (totalOf(recent) > 0 || status === null) return recent;
  return { ...status.replies.bySource, blocked: status.replies.blocked };
}
