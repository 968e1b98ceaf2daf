import { percent, size, whole } from "../../base/format.js";
import { html } from "../../base/html.js";
import { linkTo } from "../../base/route.js";
import { Card } from "../../parts/card.js";
import { Nothing, Waiting } from "../../parts/notice.js";
import { t } from "../../texts/texts.js";

/** @import { StatusAnswer } from "../../../lib/web/api/answers.ts" */

/** How full memory is, and what it is good for. @param {{ status: StatusAnswer | null }} properties */
export function CacheCard({ status }) {
  const note = html`<a href=${linkTo("settings", { part: "program" })}>${t.cache.forget}</a>`;
  return html`<${Card} id="cache-title" title=${t.cache.title} note=${note} className="cache">${body(status)}<//>`;
}

/** @param {StatusAnswer | null} status */
function body(status) {
  if (status === null) return html`<${Waiting} />`;
  if (status.cache === null) return html`<${Nothing}>${t.cache.off}<//>`;
  const { entries, usedOctets, budgetOctets, hitRatio, negativeHits, staleHits, prefetches, evictions } = status.cache;
  const full = budgetOctets === 0 ? 0 : usedOctets / budgetOctets;
  const rows = [
    [t.cache.ratio, percent(hitRatio)],
    [t.cache.entries, whole(entries)],
    [t.cache.negative, whole(negativeHits)],
    [t.cache.stale, whole(staleHits)],
    [t.cache.prefetches, whole(prefetches)],
    [t.cache.evictions, whole(evictions)],
  ];
  return html`
    <p class="fill"><span>${t.cache.full}</span><span>${t.cache.used(size(usedOctets), size(budgetOctets))}</span></p>
    <div class="gauge" aria-hidden="true"><i style=${{ width: `${Math.min(100, 100 * full)}%` }}></i></div>
    <dl class="facts">${rows.map(([what, value]) =>
      html`
        <div key=${what}>
          <dt>${what}</dt>
          <dd>${value}</dd>
        </div>
      `
    )}</dl>
  `;
}
