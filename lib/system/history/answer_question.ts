import type {
  HistoryPage,
  HistorySeries,
  HistoryTop,
  SearchQuery,
  SeriesQuery,
  TopQuery,
} from "../../telemetry/history/history.ts";
import type { HistoryAnswer, HistoryQuestion } from "../../telemetry/history/history_thread.ts";
import { HOUR_MS, MINUTE_MS, SOURCES, TOP_KIND } from "./day_tables.ts";
import type { HistoryFolder, StoredFile } from "./history_folder.ts";
import { type FileSearch, searchFile } from "./search_file.ts";

/** Rows of files begin somewhat before their files do. */
const EARLY_MS = 10 * MINUTE_MS;
/** Steps of a series, at most: a year in hours. */
const STEPS_MAX = 10_000;

/** What is said to a question, from the newest file backwards. */
export function answerQuestion(
  folder: HistoryFolder,
  { kind, query }: HistoryQuestion,
  nowMs: () => number,
): HistoryAnswer {
  if (kind === "series") return seriesOf(folder, query);
  const endMs = nowMs() + query.budgetMs;
  const isOver = () => nowMs() >= endMs;
  return kind === "top" ? topOf(folder, query, isOver) : pageOf(folder, query, isOver);
}

/** Files with rows of this time, the newest first. */
function filesWithin(folder: HistoryFolder, fromMs: number | null, toMs: number | null): StoredFile[] {
  const all = folder.files.filter(({ isBroken }) => !isBroken);
  return all.filter(({ beginsMs }, i) => {
    const endsMs = all[i + 1]?.beginsMs ?? Infinity;
    return (toMs === null || beginsMs - EARLY_MS < toMs) && (fromMs === null || endsMs >= fromMs);
  }).reverse();
}

function seriesOf(folder: HistoryFolder, { fromMs, toMs, stepMs }: SeriesQuery): HistorySeries {
  const step = Math.max(1, Math.round(stepMs / MINUTE_MS));
  const first = Math.floor(fromMs / MINUTE_MS);
  const last = Math.ceil(toMs / MINUTE_MS);
  const steps = Math.min(STEPS_MAX, Math.max(0, Math.ceil((last - first) / step)));
  const counts = SOURCES.map(() => new Array<number>(steps).fill(0));
  for (const { path } of filesWithin(folder, fromMs, toMs)) {
    folder.look(path, ({ database }) => {
      const sums = database.prepare(
        "SELECT CAST((minute - ?) / ? AS INTEGER) AS step, source, sum(count) AS count FROM minutes WHERE minute >= ? AND minute < ? GROUP BY 1, 2",
      ).all(first, step, first, Math.min(last, first + steps * step)) as {
        step: number;
        source: number;
        count: number;
      }[];
      for (const { step, source, count } of sums) counts[source]![step]! += count;
    });
  }
  return { fromMs: first * MINUTE_MS, stepMs: step * MINUTE_MS, sources: SOURCES, counts };
}

/** Hours are what is counted; those at both ends count as a whole. */
function topOf(folder: HistoryFolder, { fromMs, toMs, by, limit }: TopQuery, isOver: () => boolean): HistoryTop {
  const first = Math.floor(fromMs / HOUR_MS);
  const sums = new Map<string, number>();
  let total = 0;
  let countedFrom = Math.ceil(toMs / HOUR_MS);
  for (const { path, beginsMs } of filesWithin(folder, fromMs, toMs)) {
    folder.look(path, ({ database }) => {
      const counts = database.prepare(
        "SELECT t.text AS text, h.count AS count FROM hours h JOIN texts t ON t.id = h.text WHERE h.hour = ? AND h.kind = ?",
      );
      const all = database.prepare(
        "SELECT coalesce(sum(count), 0) AS count FROM minutes WHERE minute >= ? AND minute < ?",
      );
      const begin = Math.max(first, Math.floor((beginsMs - EARLY_MS) / HOUR_MS));
      const { newest } = database.prepare("SELECT max(hour) AS newest FROM hours").get() as { newest: number | null };
      for (let hour = Math.min(newest ?? 0, Math.ceil(toMs / HOUR_MS) - 1); hour >= begin && !isOver(); hour--) {
        for (const { text, count } of counts.iterate(hour, TOP_KIND[by]) as Iterable<{ text: string; count: number }>) {
          sums.set(text, (sums.get(text) ?? 0) + count);
        }
        total += (all.get(hour * 60, hour * 60 + 60) as { count: number }).count;
        countedFrom = Math.min(countedFrom, hour);
      }
    });
    if (isOver()) break;
    countedFrom = Math.min(countedFrom, Math.max(first, Math.floor(beginsMs / HOUR_MS)));
  }
  if (!isOver()) countedFrom = first;
  const rows = [...sums].map(([key, count]) => ({ key, count })).sort((a, b) => b.count - a.count).slice(0, limit);
  return { fromMs: Math.max(fromMs, countedFrom * HOUR_MS), toMs, total, rows };
}

function pageOf(folder: HistoryFolder, query: SearchQuery, isOver: () => boolean): HistoryPage {
  const [beforeFile, beforeId] = cursorOf(query.before);
  const rows: { id: string; observation: HistoryPage["rows"][number]["observation"] }[] = [];
  const files = filesWithin(folder, query.sinceMs, query.untilMs);
  for (const [i, { path, beginsMs }] of files.entries()) {
    if (beforeFile !== null && beginsMs > beforeFile) continue;
    const found: FileSearch | null = folder.look(path, ({ database }) =>
      searchFile(database, {
        query,
        beforeId: beginsMs === beforeFile ? beforeId : null,
        limit: query.limit - rows.length,
        isOver,
      }));
    for (const { id, observation } of found?.rows ?? []) rows.push({ id: `${beginsMs}.${id}`, observation });
    const backTo = found?.backTo ?? null;
    if (backTo !== null) return { rows, next: `${beginsMs}.${backTo.id}`, searchedBackToMs: backTo.atMs };
    const isLast = i === files.length - 1;
    // All of this file, and nothing of those before it.
    if (!isLast && (rows.length >= query.limit || isOver())) {
      return { rows, next: `${beginsMs}.1`, searchedBackToMs: beginsMs };
    }
  }
  return { rows, next: null, searchedBackToMs: null };
}

/** `null` for the newest. */
function cursorOf(before: string | null): readonly [number | null, number | null] {
  const match = before === null ? null : /^(\d{1,15})\.(\d{1,15})$/.exec(before);
  return match === null ? [null, null] : [Number(match[1]), Number(match[2])];
}
