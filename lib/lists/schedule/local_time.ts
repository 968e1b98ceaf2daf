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
  const offsetSeconds = offsetAt(timeZone, epochSeconds);
  const shown = epochSeconds + offsetSeconds;
  return {
    day: (Math.floor(shown / DAY_SECONDS) + EPOCH_DAY) % 7,
    second: shown % DAY_SECONDS,
    offsetSeconds,
  };
}

const DAY_SECONDS = 86_400;
/** 1970-01-01 was a Thursday. */
const EPOCH_DAY = 4;
/** Clocks are not changed twice within this. */
const STEP_SECONDS = 21_600;
/** What is looked at together: the day before, and as far as anybody looks ahead. */
const STEPS = { before: 4, behind: 44 };

/** How far clocks are ahead of UTC for some days, in order. */
interface Offsets {
  /** From here on. */
  readonly start: number;
  /** Up to here. */
  readonly end: number;
  /** From when on the clocks are so far ahead. */
  readonly changes: readonly { readonly from: number; readonly offsetSeconds: number }[];
}

/** By time zone: to ask a calendar costs a thousand times what it costs to look here. */
const KNOWN = new Map<string | null, Offsets>();

function offsetAt(timeZone: string | null, epochSeconds: number): number {
  let known = KNOWN.get(timeZone);
  if (known === undefined || epochSeconds < known.start || epochSeconds >= known.end) {
    known = offsetsAround(timeZone, epochSeconds);
    KNOWN.set(timeZone, known);
  }
  return known.changes.findLast(({ from }) => from <= epochSeconds)!.offsetSeconds;
}

function offsetsAround(timeZone: string | null, epochSeconds: number): Offsets {
  const format = new Intl.DateTimeFormat("en-US", {
    ...Object.fromEntries(FIELDS.map((field) => [field, "numeric"])),
    hourCycle: "h23",
    ...(timeZone !== null && { timeZone }),
  });
  const start = epochSeconds - STEPS.before * STEP_SECONDS;
  const changes = [{ from: start, offsetSeconds: offsetBy(format, start) }];
  let at = start;
  for (let step = 0; step < STEPS.before + STEPS.behind; step++) {
    const { offsetSeconds } = changes.at(-1)!;
    const next = at + STEP_SECONDS;
    const offsetThen = offsetBy(format, next);
    if (offsetThen !== offsetSeconds) {
      changes.push({ from: changeBetween(format, at, next, offsetSeconds), offsetSeconds: offsetThen });
    }
    at = next;
  }
  return { start, end: at, changes };
}

/** The first second from which on clocks show something else than `offsetSeconds` says. */
function changeBetween(format: Intl.DateTimeFormat, start: number, end: number, offsetSeconds: number): number {
  let [before, behind] = [start, end];
  while (behind - before > 1) {
    const middle = Math.floor((before + behind) / 2);
    if (offsetBy(format, middle) === offsetSeconds) before = middle;
    else behind = middle;
  }
  return behind;
}

const FIELDS = ["year", "month", "day", "hour", "minute", "second"] as const;

function offsetBy(format: Intl.DateTimeFormat, epochSeconds: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(epochSeconds * 1000)) parts[type] = Number(value);
  const { year, month, day, hour, minute, second } = parts as Record<typeof FIELDS[number], number>;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - epochSeconds;
}
