import { useEffect, useRef, useState } from "preact/hooks";
import { useAnswer } from "./answer.js";
import { liveNow } from "./live.js";

/** @import { LiveAnswer, SeriesAnswer } from "../../lib/web/api/answers.ts" */

/** A day has more steps than a screen has dots; more often than this there is nothing new to see. */
const REFRESH_MIN_MS = 10_000;

/**
 * Queries over time. Where a step is a second, the stream goes on with it; else it is asked for again.
 * @param {number} windowSeconds
 */
export function useSeries(windowSeconds) {
  const [everyMs, setEveryMs] = useState(REFRESH_MIN_MS);
  const asked = useAnswer("series", { window: windowSeconds }, everyMs);
  const answer = /** @type {SeriesAnswer | null} */ (asked.answer);
  const [series, setSeries] = useState(answer);
  const latest = useRef(series);
  useEffect(() => {
    latest.current = answer;
    setSeries(answer);
    if (answer !== null) setEveryMs(answer.stepMs <= 1000 ? 60_000 : Math.max(REFRESH_MIN_MS, answer.stepMs));
  }, [answer]);
  useEffect(() => {
    return liveNow.follow((news) => {
      if (news === null || latest.current === null || latest.current.stepMs !== 1000) return;
      latest.current = extended(latest.current, news, windowSeconds);
      setSeries(latest.current);
    });
  }, [windowSeconds]);
  return { series, error: asked.error, reload: asked.reload };
}

/**
 * With the last full second at its end. Seconds that nothing was told of stay empty.
 * @param {SeriesAnswer} series @param {LiveAnswer} news @param {number} windowSeconds @returns {SeriesAnswer}
 */
export function extended(series, news, windowSeconds) {
  const length = series.counts[0]?.length ?? 0;
  const second = Math.floor(news.nowAtMs / 1000) - 1;
  const last = Math.round(series.fromAtMs / 1000) + length - 1;
  const missing = second - last;
  // It was told of that already, or of so little that all is to be asked for anew.
  if (missing <= 0 || missing > windowSeconds) return series;
  const drop = Math.max(0, length + missing - windowSeconds);
  return {
    ...series,
    fromAtMs: series.fromAtMs + 1000 * drop,
    counts: series.counts.map((row, i) => {
      const gap = Array.from({ length: missing - 1 }, () => 0);
      return [...row.slice(drop), ...gap, news.counts[series.sources[i] ?? ""] ?? 0];
    }),
  };
}

/**
 * How often each source was, and all of them together.
 * @param {SeriesAnswer} series
 * @returns {{ total: number, bySource: Record<string, number>, seconds: number }}
 */
export function totals(series) {
  /** @type {Record<string, number>} */
  const bySource = {};
  let total = 0;
  series.sources.forEach((source, i) => {
    const count = (series.counts[i] ?? []).reduce((sum, value) => sum + value, 0);
    bySource[source] = count;
    total += count;
  });
  return { total, bySource, seconds: (series.counts[0]?.length ?? 0) * series.stepMs / 1000 };
}

/**
 * When what fails began to fail: the first step of the last run of them, which short breaks do not end; `null` when none did.
 * @param {SeriesAnswer} series @returns {number | null} Milliseconds since 1970.
 */
export function failingSince(series) {
  const failures = series.counts[series.sources.indexOf("failure")] ?? [];
  const breakMax = Math.max(2, Math.round(30_000 / series.stepMs));
  let began = failures.findLastIndex((count) => count > 0);
  if (began === -1) return null;
  for (let i = began; i >= 0 && began - i <= breakMax; i--) if ((failures[i] ?? 0) > 0) began = i;
  return series.fromAtMs + began * series.stepMs;
}
