import { clock, dayMinute } from "./format.js";

/** @import { LiveAnswer, SeriesAnswer } from "../../lib/web/api/answers.ts" */

/**
 * With what is known of its last step.
 * @typedef {SeriesAnswer & { readonly lastStepMs?: number }} Series `lastStepMs` is how long the last step has lasted by now; all of it
 *   without.
 */

/** A step that has lasted for less says nothing yet: it would look like a fall. */
const BEGUN_MIN_MS = 10_000;

/**
 * Without what has only just begun, and what is still to come.
 * @param {SeriesAnswer} series @param {number} nowMs @returns {Series}
 */
export function untilNow(series, nowMs) {
  const whole = Math.floor((nowMs - series.fromAtMs) / series.stepMs);
  const begunMs = nowMs - series.fromAtMs - whole * series.stepMs;
  const isBegunKept = begunMs >= BEGUN_MIN_MS;
  const counts = series.counts.map((row) => row.slice(0, Math.max(1, isBegunKept ? whole + 1 : whole)));
  const hasBegun = isBegunKept && counts[0]?.length === whole + 1;
  return { ...series, counts, lastStepMs: hasBegun ? begunMs : series.stepMs };
}

/** What so many in a step are in a second. @param {Series} series @param {number} count @param {number} at Which step. */
export function perSecond({ counts, stepMs, lastStepMs = stepMs }, count, at) {
  return count * 1000 / (at === (counts[0]?.length ?? 0) - 1 ? lastStepMs : stepMs);
}

/** So many seconds that nothing was told of are taken for ones like those beside them, until all is asked for again. */
const UNTOLD_MAX = 3;

/**
 * With the last full second at its end.
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
      const count = news.counts[series.sources[i] ?? ""] ?? 0;
      // Clocks of two machines do not tick together: now and then a second falls between two events.
      const gap = Array.from({ length: missing - 1 }, () => missing <= UNTOLD_MAX ? count : 0);
      return [...row.slice(drop), ...gap, count];
    }),
  };
}

/**
 * How often each source was, and all of them together.
 * @param {Series} series
 * @returns {{ total: number, bySource: Record<string, number>, seconds: number }}
 */
export function totals(series) {
  /** @type {Record<string, number>} */
  const bySource = {};
  let total = 0;
  series.sources.forEach((source, i) => {
    const count = sum(series.counts[i] ?? []);
    bySource[source] = count;
    total += count;
  });
  const { stepMs, lastStepMs = stepMs } = series;
  return {
    total,
    bySource,
    seconds: Math.max(0, (series.counts[0]?.length ?? 0) * stepMs - stepMs + lastStepMs) / 1000,
  };
}

/** Fewer of a hundred fail anywhere: some names have servers that never answer. */
const TROUBLE_RATIO = 0.01;

/**
 * The last time that questions failed: from the first failure to the last one, over breaks that are short next to the time that is
 * looked at. It is over when the last one is as long ago, and trouble when it is more than what fails anywhere.
 * @param {SeriesAnswer} series
 * @returns {{ fromAtMs: number, toAtMs: number, count: number, ratio: number, isOver: boolean, isTrouble: boolean } | null} `null`
 *   when none did.
 */
export function lastFailing(series) {
  const failures = series.counts[series.sources.indexOf("failure")] ?? [];
  const last = failures.findLastIndex((count) => count > 0);
  if (last === -1) return null;
  const breakMax = Math.max(6, Math.round(30_000 / series.stepMs), Math.round(failures.length / 25));
  let first = last;
  for (let i = last; i >= 0 && first - i <= breakMax; i--) if ((failures[i] ?? 0) > 0) first = i;
  const count = sum(failures.slice(first, last + 1));
  const ratio = count / sum(series.counts.map((row) => sum(row.slice(first, last + 1))));
  const isOver = failures.length - 1 - last > breakMax;
  const atMs = (/** @type {number} */ i) => series.fromAtMs + i * series.stepMs;
  return {
    fromAtMs: atMs(first),
    toAtMs: atMs(last),
    count,
    ratio,
    isOver,
    isTrouble: !isOver && ratio > TROUBLE_RATIO,
  };
}

/** A moment as exactly as the series has it. @param {SeriesAnswer} series @param {number} atMs */
export function momentOf(series, atMs) {
  return series.stepMs < 60_000 ? clock(atMs) : dayMinute(atMs);
}

/** @param {readonly number[]} counts */
function sum(counts) {
  return counts.reduce((total, count) => total + count, 0);
}
