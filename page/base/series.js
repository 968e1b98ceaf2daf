import { useEffect, useRef, useState } from "preact/hooks";
import { useAnswer } from "./answer.js";
import { extended, untilNow } from "./counts.js";
import { liveNow, newsAtMs } from "./live.js";

/** @import { SeriesAnswer } from "../../lib/web/api/answers.ts" */

/** A day has more steps than a screen has dots; more often than this there is nothing new to see. */
const REFRESH_MIN_MS = 10_000;
const REFRESH_MAX_MS = 300_000;

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
    latest.current = answer === null ? null : untilNow(answer, programNowMs());
    setSeries(latest.current);
    // Also where the stream goes on with it: what fails is known only seconds after it was asked.
    if (answer !== null) setEveryMs(Math.max(REFRESH_MIN_MS, Math.min(answer.stepMs, REFRESH_MAX_MS)));
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

/** By the clock of the program's machine, which may be another time than here. */
function programNowMs() {
  return liveNow.value === null ? Date.now() : liveNow.value.nowAtMs + Date.now() - newsAtMs.value;
}
