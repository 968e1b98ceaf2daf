import { useAnswer } from "../../base/answer.js";
import { clock, percent, span, whole } from "../../base/format.js";
import { html } from "../../base/html.js";
import { linkTo } from "../../base/route.js";
import { lastFailing, momentOf, totals } from "../../base/counts.js";
import { Card } from "../../parts/card.js";
import { Rcode } from "../../parts/marks.js";
import { ErrorNotice, Nothing, Waiting } from "../../parts/notice.js";
import { t } from "../../texts/texts.js";

/** @import { Series } from "../../base/counts.js" */
/** @import { QueriesAnswer } from "../../../lib/web/api/answers.ts" */

const EVERY_MS = 5000;
const ROWS = 5;

/** When it began to fail, and with what. @param {{ series: Series | null }} properties */
export function FailuresCard({ series }) {
  const { answer, error, reload } = useAnswer("queries", { rcode: "SERVFAIL", limit: ROWS }, EVERY_MS);
  const rows = /** @type {QueriesAnswer | null} */ (answer)?.rows;
  const note = html`<a href=${linkTo("queries", { rcode: "SERVFAIL" })}>${t.common.more}</a>`;
  return html`<${Card} id="failures-title" title=${t.failures.title} note=${note} className="wide failures">
    ${
    series !== null && html`
      <${Summary} series=${series} />
      <${Strip} series=${series} />
    `
  }
    <${ErrorNotice} error=${error} retry=${reload} />
    ${
    rows === undefined
      ? html`<${Waiting} />`
      : rows.length === 0
      ? html`<${Nothing}>${t.failures.noRows}<//>`
      : html`<ul class="rows">
      ${
        rows.map((row) => {
          return html`
            <li key=${row.id}>
              <span class="time">${clock(row.atMs)}</span>
              <a class="mono" href=${linkTo("explain", { name: row.name, type: row.type })} title=${row.name}>${row
                .name}</a>
              <span class="type">${row.type}</span>
              <${Rcode} rcode=${row.rcode} />
              <span class="note" title=${row.reason}>${row.reason}</span>
            </li>
          `;
        })
      }
    </ul>`
  }
  <//>`;
}

/** @param {{ series: Series }} properties */
function Summary({ series }) {
  const { seconds } = totals(series);
  const failing = lastFailing(series);
  if (failing === null) return html`<p class="summary">${t.failures.none(span(seconds))}</p>`;
  const { fromAtMs, toAtMs, isOver, isTrouble } = failing;
  const [from, to] = [momentOf(series, fromAtMs), momentOf(series, toAtMs)];
  const [count, ratio] = [whole(failing.count), percent(failing.ratio)];
  if (isOver) return html`<p class="summary">${t.failures.over(from, to, count, ratio)}</p>`;
  if (!isTrouble) return html`<p class="summary">${t.failures.some(from, count, ratio)}</p>`;
  const ago = span((series.fromAtMs + seconds * 1000 - fromAtMs) / 1000);
  return html`<p class="summary bad">${t.failures.began(from, ago, count, ratio)}</p>`;
}

/** As many as stand side by side. */
const CELLS = 60;

/** When there were failures, in as many parts of the time. @param {{ series: Series }} properties */
function Strip({ series }) {
  const failures = series.counts[series.sources.indexOf("failure")] ?? [];
  const each = Math.max(1, Math.ceil(failures.length / CELLS));
  const cells = Array.from({ length: Math.ceil(failures.length / each) }, (_, i) => {
    return failures.slice(i * each, (i + 1) * each).reduce((sum, count) => sum + count, 0);
  });
  const most = Math.max(1, ...cells);
  return html`<div class="strip" aria-hidden="true">
    ${
    cells.map((count, i) => {
      const height = count === 0 ? 0 : 25 + 75 * count / most;
      return html`<i key=${i} title=${momentOf(series, series.fromAtMs + i * each * series.stepMs)}><b style=${{
        height: `${height}%`,
      }}></b></i>`;
    })
  }
  </div>`;
}
