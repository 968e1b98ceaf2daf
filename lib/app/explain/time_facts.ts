import type { Timetable } from "../../lists/schedule/timetable.ts";
import type { ExplainedFact } from "../../operator/explain/explanation.ts";
import { pauseStatus, pauseText } from "../../operator/pause_status.ts";

/** What counts because of the time, and what does not: schedules where a time is named, and the pauses for a client group. */
export function timeFacts(timetable: Timetable, group: string | null, at: string | null): ExplainedFact[] {
  const now = timetable.nowSeconds;
  const seconds = at === null ? now : momentOf(at);
  const schedules = timetable.openAt(seconds);
  const lasting = pauseStatus(timetable.pauses, seconds).filter(({ clients }) => {
    return clients === null || group !== null && clients.includes(group);
  });
  return [
    ...(at === null ? [] : [{ what: `at ${at}`, detail: schedulesText(schedules) }]),
    ...lasting.map((pause) => ({ what: "paused", detail: pauseText(pause) })),
  ];
}

/** The moment that a text such as `2026-12-01 21:00` means by the machine's clock, in seconds since 1970-01-01 UTC. */
export function momentOf(at: string): number {
  const [year, month, day, hour, minute, second = 0] = at.split(/[- T:]/).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number?,
  ];
  return new Date(year, month - 1, day, hour, minute, second).getTime() / 1000;
}

function schedulesText(schedules: ReadonlyMap<string, boolean>): string {
  if (schedules.size === 0) return "as now: no rule depends on the time";
  return [...schedules].map(([name, isOpen]) => isOpen ? `${name}` : `not ${name}`).join(", ");
}
