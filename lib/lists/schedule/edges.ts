import { localTime } from "./local_time.ts";
import { isWithin, type Window } from "./window.ts";

/** A window that clocks jump over comes a week later; further on nobody looks. */
const HORIZON_SECONDS = 9 * 86_400;
const DAY_SECONDS = 86_400;

/** Whether a moment lies in any of these windows. Time that the clocks show twice counts twice, time that they jump over not at all. */
export function isOpen(windows: readonly Window[], epochSeconds: number): boolean {
  return windows.some((window) => {
    const { day, second } = localTime(window.timeZone, epochSeconds);
    return isWithin(window, day, Math.floor(second / 60));
  });
}

/** The next moment, in seconds, from which on `isOpen` says something else; `null` when there is none within nine days. */
export function nextEdge(windows: readonly Window[], epochSeconds: number): number | null {
  const isOpenNow = isOpen(windows, epochSeconds);
  const zones = [...Map.groupBy(windows, ({ timeZone }) => timeZone)];
  for (let at = epochSeconds; at - epochSeconds < HORIZON_SECONDS;) {
    at = Math.min(...zones.map(([timeZone, ofZone]) => nextChange(timeZone, ofZone, at)));
    if (isOpen(windows, at) !== isOpenNow) return at;
  }
  return null;
}

/** The next moment at which a window of a time zone may begin or end: by the clock, or because the clocks are changed. */
function nextChange(timeZone: string | null, windows: readonly Window[], from: number): number {
  const { second, offsetSeconds } = localTime(timeZone, from);
  const ends = windows.flatMap(({ fromMinute, toMinute }) => [fromMinute * 60, toMinute * 60 % DAY_SECONDS]);
  const waits = ends.map((end) => end > second ? end - second : end - second + DAY_SECONDS);
  const at = from + Math.min(...waits);
  if (localTime(timeZone, at).offsetSeconds === offsetSeconds) return at;
  let [before, behind] = [from, at];
  while (behind - before > 1) {
    const middle = Math.floor((before + behind) / 2);
    if (localTime(timeZone, middle).offsetSeconds === offsetSeconds) before = middle;
    else behind = middle;
  }
  return behind;
}
