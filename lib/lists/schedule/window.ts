/** A part of a day, on some days of the week. */
export interface Window {
  /** Days on which it begins: 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes since midnight, 0–1439. */
  readonly fromMinute: number;
  /** The first minute that is not in it, 1–1440. At or below `fromMinute` it is one of the next day. */
  readonly toMinute: number;
  /** An IANA time zone; `null` for the machine's. */
  readonly timeZone: string | null;
}

/** Whether a minute of a day lies in a window, by what clocks and calendars on the wall show. */
export function isWithin({ days, fromMinute, toMinute }: Window, day: number, minute: number): boolean {
  if (fromMinute < toMinute) return days.includes(day) && minute >= fromMinute && minute < toMinute;
  if (minute >= fromMinute) return days.includes(day);
  // The rest of what began on the day before.
  return minute < toMinute && days.includes((day + 6) % 7);
}

/** Whether windows leave nothing of a week; of those in several time zones each is looked at by itself. */
export function coversWeek(windows: readonly Window[]): boolean {
  return [...Map.groupBy(windows, ({ timeZone }) => timeZone).values()].some((ofZone) => {
    const ends = [0, ...ofZone.flatMap(({ fromMinute, toMinute }) => [fromMinute, toMinute % MINUTES])];
    // Nothing changes between two of them.
    return DAYS.every((day) => ends.every((minute) => ofZone.some((window) => isWithin(window, day, minute))));
  });
}

const MINUTES = 1440;
const DAYS = [0, 1, 2, 3, 4, 5, 6];
