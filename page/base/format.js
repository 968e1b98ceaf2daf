/** Numbers and times as the browser's language has them. Whatever it says, digits are those of a table: of one width. */
const languages = navigator.languages;

/** @param {Intl.NumberFormatOptions} [options] */
function numbers(options) {
  const format = new Intl.NumberFormat([...languages], options);
  return (/** @type {number} */ value) => format.format(value);
}

/** @param {Intl.DateTimeFormatOptions} options */
function times(options) {
  const format = new Intl.DateTimeFormat([...languages], options);
  return (/** @type {number} */ atMs) => format.format(atMs);
}

/** `81,239,435` */
export const whole = numbers({ maximumFractionDigits: 0 });
/** `1.2M` */
export const compact = numbers({ notation: "compact", maximumSignificantDigits: 3 });
const oneDigit = numbers({ maximumFractionDigits: 1, minimumFractionDigits: 1 });
const wholePercent = numbers({ style: "percent", maximumFractionDigits: 0 });
const finePercent = numbers({ style: "percent", maximumFractionDigits: 1, minimumFractionDigits: 1 });
const smallMs = numbers({ style: "unit", unit: "millisecond", maximumSignificantDigits: 2 });
const largeMs = numbers({ style: "unit", unit: "millisecond", maximumSignificantDigits: 3 });
const seconds = numbers({ style: "unit", unit: "second", maximumSignificantDigits: 3 });

/** `11:31:50` */
export const clock = times({ hour: "numeric", minute: "2-digit", second: "2-digit" });
/** `11:31` */
export const minute = times({ hour: "numeric", minute: "2-digit" });
/** `30 Nov, 11:31` */
export const dayMinute = times({ day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
/** `30 Nov` */
export const day = times({ day: "numeric", month: "short" });
/** `30 Nov 2026, 11:31:50` */
export const full = times({ dateStyle: "medium", timeStyle: "medium" });

/** A rate: `104.5`, `1,204`. @param {number} value */
export function rate(value) {
  if (value >= 1e5) return compact(value);
  return value >= 100 || Number.isInteger(value) ? whole(value) : oneDigit(value);
}

/** @param {number} part @param {number} all */
export function share(part, all) {
  return all === 0 ? "–" : percent(part / all);
}

/** @param {number | null} ratio 0–1 */
export function percent(ratio) {
  if (ratio === null || Number.isNaN(ratio)) return "–";
  // What is not nothing is not to look like it.
  if (ratio > 0 && ratio < 0.001) return `< ${finePercent(0.001)}`;
  return ratio === 0 || ratio === 1 ? wholePercent(ratio) : finePercent(ratio);
}

/** A length of time as short as it may be: `41.2 ms`. @param {number | null} ms */
export function took(ms) {
  if (ms === null) return "–";
  if (ms < 0.1) return `< ${smallMs(0.1)}`;
  if (ms < 10) return smallMs(ms);
  return ms < 1000 ? largeMs(ms) : seconds(ms / 1000);
}

/** @param {number} octets */
export function size(octets) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  let value = octets;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${value >= 100 || unit === 0 ? whole(value) : oneDigit(value)} ${units[unit]}`;
}

/** @type {readonly [unit: Intl.NumberFormatOptions["unit"], seconds: number][]} */
const SPANS = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];
const spans = new Map(SPANS.map(([unit]) => {
  return [unit, numbers({ style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 0 })];
}));

/** In its largest unit, and the next one where that says more: `3 d 4 hr`. @param {number} length In seconds. */
export function span(length) {
  const rest = Math.max(0, Math.round(length));
  const at = SPANS.findIndex(([, seconds]) => rest >= seconds);
  if (at === -1) return spans.get("second")?.(0) ?? "";
  const [unit, unitSeconds] = /** @type {typeof SPANS[number]} */ (SPANS[at]);
  const count = Math.floor(rest / unitSeconds);
  const next = SPANS[at + 1];
  const nextCount = next === undefined ? 0 : Math.floor((rest - count * unitSeconds) / next[1]);
  const parts = [spans.get(unit)?.(count)];
  if (next !== undefined && nextCount > 0 && count < 10) parts.push(spans.get(next[0])?.(nextCount));
  return parts.join(" ");
}
