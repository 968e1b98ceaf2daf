import { TOP_KINDS } from "../answers.ts";
import { ApiError } from "../api_error.ts";
import type { ApiContext } from "../context.ts";
import { eventStream, type EventStreamOptions } from "../live/event_stream.ts";
import { liveAnswer, type ReadTo } from "../live/live.ts";
import { FILTER_VALUES, readFilter } from "../live/query_filter.ts";
import { cursorsOf } from "../live/query_rows.ts";
import { queriesAnswer, seriesAnswer, topAnswer } from "../live/remembered.ts";
import type { Call, Route } from "../route.ts";
import type { Value } from "../values.ts";

/** Rows of one answer. */
const LIMIT: Value = { name: "limit", about: "How many at most.", kind: "number", min: 1, max: 500, default: 100 };
/** A month: what is older is read from the files of the history. */
const WINDOW_MAX = 31 * 86_400;
/** Who may read events at the same time. */
export const READERS_MAX = 8;

/** What is asked. */
export const QUERY_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "queries",
    scope: "read",
    about: "The last queries, the newest first. A search that takes too long stops, and next goes on from there.",
    parameters: [
      { name: "before", about: "What next was: those that come after these.", kind: "text" },
      LIMIT,
      ...FILTER_VALUES,
    ],
    answer: "QueriesAnswer",
    run: queriesAnswer,
  },
  {
    method: "GET",
    path: "live",
    scope: "read",
    about: "What is new since the last time.",
    parameters: [{ name: "after", about: "What cursor was the last time.", kind: "text" }, ...FILTER_VALUES],
    answer: "LiveAnswer",
    run: ({ context, given }) => {
      const watched = context.watching.look();
      const number = cursorsOf(context, watched).numberOf((given.after ?? "") as string);
      const from = number === null || number > watched.recent.count ? watched.recent.count : number;
      return liveAnswer(context, watched, readFilter(given), { number: from, atMs: null });
    },
  },
  {
    method: "GET",
    path: "events",
    scope: "read",
    about: `The same as events (text/event-stream), one a second, for ${READERS_MAX} readers at most.`,
    parameters: FILTER_VALUES,
    answer: "LiveAnswer",
    hasEvents: true,
    run: events,
  },
  {
    method: "GET",
    path: "top",
    scope: "read",
    about: "What there was most of.",
    parameters: [
      { name: "by", about: "Of what.", kind: "words", words: TOP_KINDS, isRequired: true },
      { name: "window", about: "The last so many seconds.", kind: "number", min: 60, max: WINDOW_MAX, default: 3600 },
      { ...LIMIT, max: 100, default: 10 },
    ],
    answer: "TopAnswer",
    run: topAnswer,
  },
  {
    method: "GET",
    path: "series",
    scope: "read",
    about: "Queries over time, by where their replies are from.",
    parameters: [{
      name: "window",
      about: "The last so many seconds.",
      kind: "number",
      min: 10,
      max: 2_678_400,
      default: 300,
    }],
    answer: "SeriesAnswer",
    run: seriesAnswer,
  },
];

/** Who reads events, for each program that is asked. */
const readers = new WeakMap<ApiContext, { count: number }>();

/** Events for one more reader. */
function events({ context, given }: Call): ReturnType<typeof eventStream> {
  const { watching, clock, timers } = context;
  const filter = readFilter(given);
  const open = readers.getOrInsertComputed(context, () => ({ count: 0 }));
  if (open.count >= READERS_MAX) {
    throw new ApiError(503, `${READERS_MAX} read events already; close a page`, { "retry-after": "5" });
  }
  open.count++;
  const release = watching.hold();
  const onEnd = () => {
    open.count--;
    release();
  };
  let since: ReadTo = { number: watching.look().recent.count, atMs: clock.nowMs() };
  const next: EventStreamOptions["next"] = async () => {
    const watched = watching.look();
    const from = since;
    since = { number: watched.recent.count, atMs: clock.nowMs() };
    return await liveAnswer(context, watched, filter, from);
  };
  return eventStream({ next, timers, onEnd });
}
