import type { LiveAnswer } from "../answers.ts";
import type { ApiContext } from "../context.ts";
import type { QueryFilter } from "../../../telemetry/query_filter.ts";
import { pausesAnswer } from "../told/lists.ts";
import { FAILURES_SECONDS, healthOf, problemsIn } from "../told/problems.ts";
import { liveUpstream } from "../told/upstreams.ts";
import { isUnfiltered, isWanted, needleOf } from "./query_filter.ts";
import { cursorsOf, queryRows } from "./query_rows.ts";
import type { RecentQueries } from "./recent_queries.ts";
import type { Watched } from "./watching.ts";

/** Rows of an answer: nobody reads more in a second. */
const ROWS_MAX = 50;
/** Queries that a filter is compared with in a second; what came before these is counted as not looked at. */
const COMPARED_MAX = 1000;

/** Where somebody has read to. */
export interface ReadTo {
  /** The number of the first query that he has not seen. */
  readonly number: number;
  /** When that was; `null` where nobody knows. */
  readonly atMs: number | null;
}

/** What is new since then. */
export async function liveAnswer(
  context: ApiContext,
  watched: Watched,
  filter: QueryFilter,
  since: ReadTo,
): Promise<LiveAnswer> {
  const { look, clientNames, clock, epochMs } = context;
  const { recent, series } = watched;
  const cursors = cursorsOf(context, watched);
  const [to, nowMs] = [recent.count, clock.nowMs()];
  const { numbers, more } = newestOf(recent, filter, Math.max(since.number, recent.oldest), to, context);
  const rows = await queryRows(numbers, recent, clientNames, cursors);
  const { status, lists, certificates } = await look.read();
  const problems = problemsIn({ status, lists, certificates, series: series.read(FAILURES_SECONDS) });
  const { sources, counts: steps } = series.read(2);
  const counts = Object.fromEntries(sources.map((source, i) => [source, steps[i]!.at(-2) ?? steps[i]!.at(-1) ?? 0]));
  return {
    nowAtMs: epochMs(),
    cursor: cursors.of(to),
    rows,
    more,
    queriesPerSecond: since.atMs === null
      ? Object.values(counts).reduce((sum, count) => sum + count, 0)
      : rateOf(to - since.number, nowMs - since.atMs),
    counts,
    health: healthOf(problems, status),
    problems,
    upstreams: status.upstreams.map(liveUpstream),
    pauses: pausesAnswer(status.pauses),
  };
}

function rateOf(count: number, elapsedMs: number): number {
  return elapsedMs <= 0 ? 0 : count * 1000 / elapsedMs;
}

function newestOf(
  recent: RecentQueries,
  filter: QueryFilter,
  from: number,
  to: number,
  { clientNames }: ApiContext,
): { readonly numbers: number[]; readonly more: number } {
  const numbers: number[] = [];
  if (isUnfiltered(filter)) {
    for (let number = to - 1; number >= from && numbers.length < ROWS_MAX; number--) numbers.push(number);
    return { numbers, more: Math.max(0, to - from - numbers.length) };
  }
  const needle = needleOf(filter);
  let more = 0;
  for (let number = to - 1; number >= Math.max(from, to - COMPARED_MAX); number--) {
    if (!isWanted(filter, needle, number, recent, clientNames)) continue;
    if (numbers.length < ROWS_MAX) numbers.push(number);
    else more++;
  }
  return { numbers, more };
}
