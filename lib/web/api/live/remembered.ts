import { type History, HistoryError } from "../../../telemetry/history/history.ts";
import { type QueriesAnswer, type SeriesAnswer, TOP_KINDS, type TopAnswer } from "../answers.ts";
import { ApiError } from "../api_error.ts";
import type { ApiContext } from "../context.ts";
import type { Call } from "../route.ts";
import { readFilter } from "./query_filter.ts";
import { cursorsOf, queryRows, rowsOf } from "./query_rows.ts";
import { search, SEARCH_MS } from "./search.ts";

/** Steps of a chart: more than these nobody can tell from one another. */
const STEPS_MAX = 360;
const MINUTE_MS = 60_000;
/** Memory knows an hour. */
const MEMORY_SECONDS = 3600;
/**
 * What stands before a cursor of the history: up to when it is searched, how many of that millisecond memory has told already, and its
 * own cursor.
 */
const OLDER = /^h(\d{1,16})\.(\d{1,5})(?:-(.*))?$/s;

/** Queries, from memory as long as there are any, and then from the history. */
export async function queriesAnswer({ context, given }: Call): Promise<QueriesAnswer> {
  const { watching, clientNames: names, clock, timers } = context;
  const [, untilMs, told, older] = OLDER.exec((given.before ?? "") as string) ?? [];
  if (untilMs !== undefined) {
    return await olderQueries(context, given, {
      untilMs: Number(untilMs),
      toldCount: Number(told),
      before: older ?? null,
    });
  }
  const watched = watching.look();
  const { recent } = watched;
  const cursors = cursorsOf(context, watched);
  const filter = readFilter(given);
  const before = given.before === undefined ? recent.count : cursors.numberOf(given.before as string);
  if (before === null) throw new ApiError(400, "There is no such place any more; begin anew, without before");
  const found = await search({ recent, names, filter, before, limit: given.limit as number, clock, timers });
  const rows = await queryRows(found.numbers, recent, names, cursors);
  const { lookedAt } = found;
  const isLeft = lookedAt !== null && lookedAt >= recent.oldest;
  const isEmpty = recent.count === recent.oldest;
  const backToMs = isEmpty ? null : Math.round(recent.timeMs(isLeft ? lookedAt : recent.oldest));
  const lastCount = rows.filter(({ atMs }) => atMs === backToMs).length;
  const further = context.history() === null ? null : `h${backToMs ?? Math.round(context.epochMs())}.${lastCount}`;
  return { rows, next: isLeft ? cursors.of(lookedAt) : further, searchedBackToAtMs: backToMs, from: "memory" };
}

/** Where memory has ended, and the history goes on. */
interface Seam {
  readonly untilMs: number;
  readonly toldCount: number;
  readonly before: string | null;
}

async function olderQueries(context: ApiContext, given: Call["given"], seam: Seam): Promise<QueriesAnswer> {
  const { untilMs, before } = seam;
  // What memory has told of the last millisecond stands there, too, as the newest of it.
  const toldCount = before === null ? seam.toldCount : 0;
  const limit = given.limit as number + toldCount;
  const query = { ...readFilter(given), sinceMs: null, untilMs, before, limit, budgetMs: SEARCH_MS };
  const { rows, next, searchedBackToMs } = await ofHistory(context, (history) => history.search(query));
  const untold = rows.filter(({ observation }, i) => i >= toldCount || Math.round(observation.timeMs) < untilMs);
  return {
    rows: await rowsOf(
      untold.map(({ id, observation }) => ({ id: `h-${id}`, query: observation })),
      context.clientNames,
    ),
    next: next === null ? null : `h${untilMs}.0-${next}`,
    searchedBackToAtMs: searchedBackToMs,
    from: "history",
  };
}

/** Queries over time: what memory does not know any more, the history does. */
export async function seriesAnswer({ context, given }: Call): Promise<SeriesAnswer> {
  const window = given.window as number;
  if (window <= MEMORY_SECONDS || context.history() === null) return context.watching.look().series.read(window);
  const stepMs = MINUTE_MS * Math.ceil(window * 1000 / STEPS_MAX / MINUTE_MS);
  const toMs = context.epochMs();
  const fromMs = stepMs * Math.floor((toMs - window * 1000) / stepMs);
  const { fromMs: fromAtMs, ...series } = await ofHistory(
    context,
    (history) => history.series({ fromMs, toMs, stepMs }),
  );
  return { fromAtMs, ...series, from: "history" };
}

/** What there was most of: of more than an hour the history knows. */
export async function topAnswer({ context, given }: Call): Promise<TopAnswer> {
  const { watching, clientNames } = context;
  const by = TOP_KINDS.find((kind) => kind === given.by);
  if (by === undefined) throw new ApiError(400, `by must be ${TOP_KINDS.join(" or ")}`);
  const [window, limit] = [given.window as number, given.limit as number];
  const found = window <= MEMORY_SECONDS || context.history() === null
    ? watching.look().top.top(by, window, limit)
    : await olderTop(context, { by, window, limit });
  if (by !== "client") return { by, ...found };
  await clientNames.look(found.rows.map(({ key }) => key));
  return { by, ...found, rows: found.rows.map((row) => ({ ...row, label: clientNames.known(row.key).name })) };
}

async function olderTop(
  context: ApiContext,
  { by, window, limit }: { readonly by: TopAnswer["by"]; readonly window: number; readonly limit: number },
): Promise<Omit<TopAnswer, "by">> {
  const toMs = context.epochMs();
  const query = { by, limit, fromMs: toMs - window * 1000, toMs, budgetMs: SEARCH_MS };
  const { total, rows, fromMs } = await ofHistory(context, (history) => history.top(query));
  const windowSeconds = Math.round((toMs - fromMs) / 1000);
  return { windowSeconds, total, rows: rows.map(({ key, count }) => ({ key, label: "", count, errorCount: 0 })) };
}

async function ofHistory<T>({ history }: ApiContext, ask: (history: History) => Promise<T>): Promise<T> {
  const known = history();
  if (known === null) throw new ApiError(404, "There is no history: history.folder is not set");
  try {
    return await ask(known);
  } catch (error) {
    if (error instanceof HistoryError) throw new ApiError(503, error.message);
    throw error;
  }
}
