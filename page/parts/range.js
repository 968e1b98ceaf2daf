import { took } from "../base/format.js";
import { html } from "../base/html.js";
import { isUp } from "./marks.js";
import { t } from "../texts/texts.js";

/** @import { UpstreamAnswer } from "../../lib/web/api/answers.ts" */

/** Ends of the scale: what is quicker or slower stands at its ends. Each tenfold is as long as the others. */
const [FROM_MS, TO_MS] = [0.5, 2000];

/**
 * How long replies take: from what half of them keep to, to what 95 of 100 do, on the same scale for all.
 * @param {{ medianMs: number | null, percentile95Ms: number | null, isSlow?: boolean }} properties
 */
export function TimeRange({ medianMs, percentile95Ms, isSlow = false }) {
  if (medianMs === null || percentile95Ms === null) {
    return html`<span class="range none">${t.upstreams.neverMeasured}</span>`;
  }
  const [from, to] = [place(medianMs), place(percentile95Ms)];
  return html`
    <span class=${`range${isSlow ? " slow" : ""}`}>
      <span class="track" aria-hidden="true">
        <i style=${{ left: `${from}%`, width: `${Math.max(1, to - from)}%` }}></i>
        <b style=${{ left: `${from}%` }}></b>
      </span>
      <span class="figures">
        <span><span class="unseen">${t.upstreams.median}: </span>${t.upstreams.half(took(medianMs))}</span>
        <span class="note">${t.upstreams.within95(took(percentile95Ms))}</span>
      </span>
    </span>
  `;
}

/** @param {number} ms @returns {number} 0–100 */
function place(ms) {
  const bounded = Math.min(TO_MS, Math.max(FROM_MS, ms));
  return 100 * Math.log(bounded / FROM_MS) / Math.log(TO_MS / FROM_MS);
}

/** How much slower than the quickest it is to be to be called slow, and how slow at least. */
const [SLOW_TIMES, SLOW_MIN_MS] = [2.5, 30];

/**
 * Names of those that are much slower than the quickest of those that are up.
 * @param {readonly Pick<UpstreamAnswer, "name" | "state" | "percentile95Ms">[]} upstreams
 */
export function slowOnes(upstreams) {
  const timed = upstreams.filter(({ state, percentile95Ms }) => isUp(state) && percentile95Ms !== null);
  const quickest = Math.min(...timed.map(({ percentile95Ms }) => percentile95Ms ?? Infinity));
  return new Set(
    timed.filter(({ percentile95Ms }) => {
      return (percentile95Ms ?? 0) >= SLOW_MIN_MS && (percentile95Ms ?? 0) >= SLOW_TIMES * quickest;
    }).map(({ name }) => name),
  );
}
