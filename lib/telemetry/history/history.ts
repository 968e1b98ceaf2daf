import type { Observation } from "../../observe/observation.ts";
import type { QueryFilter } from "../query_filter.ts";

/**
 * What was written down of queries, for longer than memory holds: for charts of a week, for what there was most of, for rows that
 * are searched for. Nothing here makes whoever is served wait. What privacy hides was never written down.
 *
 * All reject with a `HistoryError` when nothing can be said.
 */
export interface History {
  /** Replies over time, by where they came from. */
  series(query: SeriesQuery): Promise<HistorySeries>;
  /** What there was most of. */
  top(query: TopQuery): Promise<HistoryTop>;
  /** Single queries, the newest first. */
  search(query: SearchQuery): Promise<HistoryPage>;
  /** The oldest that there is; `null` when there is nothing yet. */
  readonly oldestMs: number | null;
}

/** A time from `fromMs` up to, but not including, `toMs`; milliseconds since 1970. */
export interface TimeRange {
  /** It begins. */
  readonly fromMs: number;
  /** It has ended. */
  readonly toMs: number;
}

/** See `History.series`. */
export interface SeriesQuery extends TimeRange {
  /** The length of a step: whole minutes, for less is not kept. */
  readonly stepMs: number;
}

/** Replies over time. */
export interface HistorySeries {
  /** Where the first step begins: `fromMs`, or the minute that it lies in. */
  readonly fromMs: number;
  /** The length of a step. */
  readonly stepMs: number;
  /** What the rows of `counts` are: keys of `SOURCE`, all of them. */
  readonly sources: readonly string[];
  /** Replies in each step, a row for each source. */
  readonly counts: readonly (readonly number[])[];
}

/** What can be counted. `blocked` are names that lists have blocked. */
export type HistoryTopKind = "name" | "client" | "upstream" | "blocked";

/** See `History.top`. */
export interface TopQuery extends TimeRange {
  /** Of what. */
  readonly by: HistoryTopKind;
  /** Rows, at most. */
  readonly limit: number;
  /** How long it may take; what has been counted by then is told. */
  readonly budgetMs: number;
}

/** What there was most of. */
export interface HistoryTop extends TimeRange {
  /** All queries of that time. */
  readonly total: number;
  /** The most first. */
  readonly rows: readonly { readonly key: string; readonly count: number }[];
}

/** See `History.search`. */
export interface SearchQuery extends QueryFilter {
  /** No older ones; `null` for as far back as there are any. */
  readonly sinceMs: number | null;
  /** No newer ones; `null` for up to now. */
  readonly untilMs: number | null;
  /** Where to go on: `HistoryPage.next`; `null` for the newest. */
  readonly before: string | null;
  /** Rows, at most. */
  readonly limit: number;
  /** How long it may take; what has been found by then is told. */
  readonly budgetMs: number;
}

/** A part of what was searched for. */
export interface HistoryPage {
  /** The newest first. `id` tells a row from all others, and is what `before` may be. */
  readonly rows: readonly { readonly id: string; readonly observation: Observation }[];
  /** What `before` is for those that come after these; `null` when there are no more. */
  readonly next: string | null;
  /** As far back as was looked; `null` when nothing is older. */
  readonly searchedBackToMs: number | null;
}

/** Nothing can be said. The message says why. */
export class HistoryError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "HistoryError";
}
