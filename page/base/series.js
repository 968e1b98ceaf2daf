import { useEffect, useRef, useState } from "preact/hooks";
import { useAnswer } from "./answer.js";
import { extended } from "./counts.js";
import { liveNow } from "./live.js";

/** @import { SeriesAnswer } from "../../lib/web/api/answers.ts" */

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
