/** What the clocks on the wall show, somewhere. */
export interface LocalTime {
  /** 0 is Sunday. */
  readonly day: number;
  /** Seconds since midnight by the clock: not those that have passed on a day on which clocks are changed. */
  readonly second: number;
  /** How far the clocks are ahead of UTC, in seconds. */
  readonly offsetSeconds: number;
}

/** What the clocks of a time zone show, `null` for the machine's, so many seconds after 1970-01-01 UTC. */
export function localTime(timeZone: string | null, epochSeconds: number): LocalTime {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(epochSeconds * 1000)) parts[type] = Number(value);
  const { year, month, day, hour, minute, second } = parts as Record<typeof FIELDS[number], number>;
  const shown = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  return {
    day: (Math.floor(shown / DAY_SECONDS) + EPOCH_DAY) % 7,
    second: shown % DAY_SECONDS,
    offsetSeconds: shown - epochSeconds,
  };
}

const FIELDS = ["year", "month", "day", "hour", "minute", "second"] as const;
const DAY_SECONDS = 86_400;
/** 1970-01-01 was a Thursday. */
const EPOCH_DAY = 4;

/** One costs a hundred times what it costs to use it. */
const FORMATS = new Map<string | null, Intl.DateTimeFormat>();

function formatOf(timeZone: string | null): Intl.DateTimeFormat {
  const known = FORMATS.get(timeZone);
  if (known !== undefined) return known;
  const fields = Object.fromEntries(FIELDS.map((field) => [field, "numeric"]));
  const format = new Intl.DateTimeFormat("en-US", {
    ...fields,
    hourCycle: "h23",
    ...(timeZone !== null && { timeZone }),
  });
  FORMATS.set(timeZone, format);
  return format;
}
