import { html } from "../base/html.js";

const WIDTH = 120;
const HEIGHT = 28;
/** As many as can be told apart at this width. */
const POINTS_MAX = 60;

/**
 * A number to be read from afar, what it was like lately, and where there is more.
 * @param {{ label: string, value: string, note: unknown, href: string, values?: readonly number[], colour: string,
 *   isBad?: boolean }} properties
 */
export function Tile({ label, value, note, href, values = [], colour, isBad = false }) {
  return html`
    <a class=${`tile${isBad ? " bad" : ""}`} href=${href}>
      <span class="label">${label}</span>
      <span class="value">${value}</span>
      <${Sparkline} values=${values} colour=${colour} />
      <span class="note">${note}</span>
    </a>
  `;
}

/** @param {{ values: readonly number[], colour: string }} properties */
function Sparkline({ values, colour }) {
  const points = thinned(values);
  const top = Math.max(...points, 1e-9);
  const x = (/** @type {number} */ i) => (i * WIDTH / Math.max(1, points.length - 1)).toFixed(1);
  const y = (/** @type {number} */ value) => (HEIGHT - 2 - value / top * (HEIGHT - 4)).toFixed(1);
  const line = points.map((value, i) => `${i === 0 ? "M" : "L"}${x(i)} ${y(value)}`).join("");
  return html`<svg class="spark" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
    ${
    points.length > 1 && html`
      <path class=${`area ${colour}`} d=${`${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`} />
      <path class=${`line ${colour}`} d=${line} vector-effect="non-scaling-stroke" />
    `
  }
  </svg>`;
}

/** Means of neighbours, so that there are no more than can be drawn. @param {readonly number[]} values */
function thinned(values) {
  const each = Math.ceil(values.length / POINTS_MAX);
  if (each <= 1) return values;
  return Array.from({ length: Math.floor(values.length / each) }, (_, i) => {
    // The newest are the ones that count: what does not come out even is left off at the beginning.
    const from = values.length % each + i * each;
    return values.slice(from, from + each).reduce((sum, value) => sum + value, 0) / each;
  });
}
