import { SOURCE } from "../../resolver/reply.ts";
import type { HistoryTopKind } from "../../telemetry/history/history.ts";

/**
 * A file of the history: texts once each, a row for each query, and sums of each minute and each hour, so that charts and lists of
 * what there was most of need not go through rows.
 */
export const TABLES = `
CREATE TABLE IF NOT EXISTS texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS queries (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, took INTEGER NOT NULL, client INTEGER NOT NULL, client_group INTEGER NOT NULL,
  name INTEGER NOT NULL, type INTEGER NOT NULL, source INTEGER NOT NULL, rcode INTEGER NOT NULL, upstream INTEGER NOT NULL,
  reason INTEGER NOT NULL, channel INTEGER NOT NULL, size INTEGER NOT NULL, flags INTEGER NOT NULL, worker INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS minutes (
  minute INTEGER NOT NULL, source INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (minute, source)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hours (
  hour INTEGER NOT NULL, kind INTEGER NOT NULL, text INTEGER NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (hour, kind, text)) WITHOUT ROWID;
`;

/** Of `queries.flags`. */
export const ROW_FLAG = { isTruncated: 1, wantsDnssec: 2 } as const;

/** Of `hours.kind`. */
export const TOP_KIND: Readonly<Record<HistoryTopKind, number>> = { name: 0, client: 1, upstream: 2, blocked: 3 };

/** Keys of `SOURCE` in the order of their numbers. */
export const SOURCES: readonly string[] = Object.entries(SOURCE).sort(([, a], [, b]) => a - b).map(([key]) => key);

/** Milliseconds of a minute. */
export const MINUTE_MS = 60_000;
/** Milliseconds of an hour. */
export const HOUR_MS = 60 * MINUTE_MS;
