const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * A moment in milliseconds since 1970: `30m` ago, in s, m, h or d; a time of today, `14:02`; a date and a time, `2026-11-30 14:02:37`, by
 * the clock of this machine unless a `Z` stands behind it. `null` for anything else.
 *
 * @param nowMs When it is asked.
 */
export function readMoment(text: string, nowMs: number): number | null {
  const ago = /^([0-9]{1,9})([smhd])$/.exec(text);
  if (ago !== null) return nowMs - Number(ago[1]) * UNIT_MS[ago[2] as keyof typeof UNIT_MS];
  const today = /^([0-9]{1,2})(:[0-9]{2}(?::[0-9]{2})?)$/.exec(text);
  if (today !== null) return readMoment(`${dayOf(nowMs)} ${today[1]!.padStart(2, "0")}${today[2]}`, nowMs);
  const full = /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,3})?)?)(Z?))?$/.exec(
    text,
  );
  if (full === null) return null;
  const [, day, time = "00:00", zone = ""] = full;
  const moment = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(moment) ? null : moment;
}

/** The day by the clock of this machine. */
function dayOf(atMs: number): string {
  const date = new Date(atMs);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
