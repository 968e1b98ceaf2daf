import type { Clock, Timers } from "../../../base/runtime.ts";
import type { QueryFilter } from "../../../telemetry/query_filter.ts";
import type { ClientNames } from "./client_names.ts";
import { isWanted, needleOf } from "./query_filter.ts";
import type { RecentQueries } from "./recent_queries.ts";

/** How long a search may look, the time of others not counted. */
export const SEARCH_MS = 100;
/** Behind so long others have their turn: whoever waits for an answer waits no longer because of us. */
const SLICE_MS = 2;
/** After so many it is looked at the clock. */
const ROWS_A_LOOK = 64;

/** What is searched, and how. */
export interface Search {
  /** Where. */
  readonly recent: RecentQueries;
  /** What clients are called. */
  readonly names: ClientNames;
  /** What for. */
  readonly filter: QueryFilter;
  /** Those before this number. */
  readonly before: number;
  /** How many at most. */
  readonly limit: number;
  /** What the time is read from. */
  readonly clock: Clock;
  /** What pauses are made with. */
  readonly timers: Timers;
}

/** What was found. */
export interface Found {
  /** Numbers of queries, the newest first. */
  readonly numbers: readonly number[];
  /** The number of the last one that was looked at; `null` when nothing is left to be looked at. */
  readonly lookedAt: number | null;
}

/** Looks from the newest to the oldest, a little at a time. */
export async function search({ recent, names, filter, before, limit, clock, timers }: Search): Promise<Found> {
  const numbers: number[] = [];
  const needle = needleOf(filter);
  let number = Math.min(before, recent.count) - 1;
  let spentMs = 0;
  let begunMs = clock.nowMs();
  // What is overwritten meanwhile is not there any more.
  for (; number >= recent.oldest; number--) {
    if (number % ROWS_A_LOOK === 0) {
      const sliceMs = clock.nowMs() - begunMs;
      if (spentMs + sliceMs >= SEARCH_MS) return { numbers, lookedAt: number + 1 };
      if (sliceMs >= SLICE_MS) {
        spentMs += sliceMs;
        await new Promise<void>((resolve) => timers.start(0, resolve));
        begunMs = clock.nowMs();
        if (number < recent.oldest) break;
      }
    }
    if (!isWanted(filter, needle, number, recent, names)) continue;
    numbers.push(number);
    if (numbers.length === limit) return { numbers, lookedAt: number > recent.oldest ? number : null };
  }
  return { numbers, lookedAt: null };
}
