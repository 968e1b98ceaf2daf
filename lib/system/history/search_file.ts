import type { DatabaseSync } from "node:sqlite";
import type { Observation } from "../../observe/observation.ts";
import type { SearchQuery } from "../../telemetry/history/history.ts";
import { ROW_FLAG, SOURCES } from "./day_tables.ts";

/** Rows that are looked through between two looks at the clock: some ten milliseconds. */
const STEP_ROWS = 20_000;
/** Rows come in the order of their replies; their queries came earlier, by no more than this. */
const LATE_MS = 60_000;

/** A row that was found. */
export interface FoundRow {
  /** Its number in the file. */
  readonly id: number;
  /** What it says. */
  readonly observation: Observation;
}

/** How far a search in a file has come. */
export interface FileSearch {
  /** The newest first. */
  readonly rows: FoundRow[];
  /** As far as it was looked, if not through all of the file: the number of the last row and its time. */
  readonly backTo: { readonly id: number; readonly atMs: number } | null;
}

/** What of a search concerns one file. */
export interface FileSearchOptions {
  /** See `SearchQuery`. */
  readonly query: SearchQuery;
  /** Only rows before this one; `null` for all. */
  readonly beforeId: number | null;
  /** Rows, at most. */
  readonly limit: number;
  /** Whether the time is up. */
  isOver(): boolean;
}

/** Searches one file, the newest row first. */
export function searchFile(database: DatabaseSync, options: FileSearchOptions): FileSearch {
  const { query: { sinceMs, untilMs }, beforeId, limit, isOver } = options;
  const { condition, values } = conditionOf(options.query);
  const find = database.prepare(
    `SELECT q.*, c.text AS clientText, g.text AS groupText, n.text AS nameText, u.text AS upstreamText, r.text AS reasonText,
       h.text AS channelText
     FROM queries q JOIN texts c ON c.id = q.client JOIN texts g ON g.id = q.client_group JOIN texts n ON n.id = q.name
       JOIN texts u ON u.id = q.upstream JOIN texts r ON r.id = q.reason JOIN texts h ON h.id = q.channel
     WHERE q.id > ? AND q.id <= ?${condition} ORDER BY q.id DESC LIMIT ?`,
  );
  const rowAt = database.prepare("SELECT at FROM queries WHERE id = ?");
  const atOf = (id: number) => (rowAt.get(id) as { at: number } | undefined)?.at ?? 0;
  const { last } = database.prepare("SELECT coalesce(max(id), 0) AS last FROM queries").get() as { last: number };
  const rows: FoundRow[] = [];
  let end = Math.min(last, beforeId === null ? last : beforeId - 1);
  // Rows have numbers from 1, without gaps, in the order of time.
  if (untilMs !== null) end = Math.min(end, lastBefore(untilMs + LATE_MS, end, atOf));
  while (end > 0) {
    if (sinceMs !== null && atOf(end) < sinceMs - LATE_MS) break;
    const start = Math.max(0, end - STEP_ROWS);
    const found = find.all(start, end, ...values, limit - rows.length) as unknown as Row[];
    for (const row of found) rows.push({ id: row.id, observation: observationOf(row) });
    const backTo = rows.length >= limit ? rows.at(-1)!.id : start + 1;
    if (backTo > 1 && (rows.length >= limit || isOver())) return { rows, backTo: { id: backTo, atMs: atOf(backTo) } };
    end = start;
  }
  return { rows, backTo: null };
}

/** The last row up to `end` of which the time is not later. */
function lastBefore(timeMs: number, end: number, atOf: (id: number) => number): number {
  let low = 0;
  let high = end;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (atOf(middle) <= timeMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

function conditionOf(query: SearchQuery): { condition: string; values: (string | number)[] } {
  const { name, client, upstream, sources, rcodes, types, channels, sinceMs, untilMs } = query;
  const parts: string[] = [];
  const values: (string | number)[] = [];
  const add = (part: string, ...more: readonly (string | number)[]) => {
    parts.push(` AND ${part}`);
    values.push(...more);
  };
  if (sinceMs !== null) add("q.at >= ?", sinceMs);
  if (untilMs !== null) add("q.at <= ?", untilMs);
  if (sources !== null) add(`q.source IN (${marks(sources)})`, ...sources.map((source) => SOURCES.indexOf(source)));
  if (rcodes !== null) add(`q.rcode IN (${marks(rcodes)})`, ...rcodes);
  if (types !== null) add(`q.type IN (${marks(types)})`, ...types);
  if (channels !== null) add(`h.text IN (${marks(channels)})`, ...channels);
  // No LIKE: nothing of a name stands for anything else.
  if (name !== null) add("instr(n.text, ?) > 0", name);
  if (client !== null) add("instr(c.text, ?) > 0", client);
  if (upstream !== null) add("instr(u.text, ?) > 0", upstream);
  return { condition: parts.join(""), values };
}

function marks(values: readonly unknown[]): string {
  return values.map(() => "?").join(", ");
}

/** A row with its texts. */
interface Row {
  readonly id: number;
  readonly at: number;
  readonly took: number;
  readonly type: number;
  readonly source: number;
  readonly rcode: number;
  readonly size: number;
  readonly flags: number;
  readonly worker: number;
  readonly clientText: string;
  readonly groupText: string;
  readonly nameText: string;
  readonly upstreamText: string;
  readonly reasonText: string;
  readonly channelText: string;
}

function observationOf(row: Row): Observation {
  return {
    timeMs: row.at,
    tookMs: row.took / 1000,
    worker: row.worker,
    channel: row.channelText,
    client: row.clientText,
    group: row.groupText,
    name: row.nameText,
    type: row.type,
    source: SOURCES[row.source] ?? "",
    rcode: row.rcode,
    upstream: row.upstreamText === "" ? null : row.upstreamText,
    reason: row.reasonText,
    sizeOctets: row.size,
    isTruncated: (row.flags & ROW_FLAG.isTruncated) !== 0,
    wantsDnssec: (row.flags & ROW_FLAG.wantsDnssec) !== 0,
  };
}
