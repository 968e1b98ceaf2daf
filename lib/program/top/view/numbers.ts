/** `1,234`. */
export function countText(count: number): string {
  return Math.round(count).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `84.1 %`; a dash where there is nothing to compare. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return "–";
  const percent = 100 * part / whole;
  return `${percent >= 99.95 || percent === 0 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}

/** Of milliseconds: `0.4`, `14.2`, `1,234`; a dash for nothing. */
export function msText(ms: number | null): string {
  if (ms === null) return "–";
  return ms < 100 ? ms.toFixed(1) : countText(ms);
}

/** Queries a second: `0.4`, `145`, `12,345`. */
export function rateText(perSecond: number): string {
  return perSecond > 0 && perSecond < 10 ? perSecond.toFixed(1) : countText(perSecond);
}

/** `12.3` of MiB. */
export function mibText(octets: number): string {
  const mib = octets / 1_048_576;
  return mib < 100 ? mib.toFixed(1) : countText(mib);
}

/** The time of day by the clock of this machine, `23:36:21`. */
export function clockText(atMs: number): string {
  return new Date(atMs).toTimeString().slice(0, 8);
}

/** Full eighths of a block, from none to all. */
const BLOCKS = " ▁▂▃▄▅▆▇█";

/** A line of blocks, one for each number, the highest as high as the greatest of them. */
export function sparkline(values: readonly number[]): string {
  const max = Math.max(...values, 0);
  // Whatever there is of something can be seen.
  return values.map((value) => BLOCKS[max === 0 ? 0 : Math.ceil(8 * value / max)]!).join("");
}

/** A bar of `width` columns, `share` of it full. */
export function bar(share: number, width: number): string {
  const full = Math.round(width * Math.min(1, Math.max(0, share)));
  return "█".repeat(full) + "░".repeat(width - full);
}
