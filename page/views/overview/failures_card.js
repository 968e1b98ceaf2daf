import { useAnswer } from "../../base/answer.js";
import { clock, span, whole } from "../../base/format.js";
import { html } from "../../base/html.js";
import { linkTo } from "../../base/route.js";
import { failingSince, totals } from "../../base/series.js";
import { Card } from "../../parts/card.js";
import { Rcode } from "../../parts/marks.js";
import { ErrorNotice, Nothing, Waiting } from "../../parts/notice.js";
import { t } from "../../texts/texts.js";

/** @import { QueriesAnswer, SeriesAnswer } from "../../../lib/web/api/answers.ts" */

const EVERY_MS = 5000;
const ROWS = 5;

/** When it began to fail, and with what. @param {{ series: SeriesAnswer | null }} properties */
export function FailuresCard({ series }) {
  const { answer, error, reload } = useAnswer("queries", { rcode: "SERVFAIL", limit: ROWS }, EVERY_MS);
  const rows = /** @type {QueriesAnswer | null} */ (answer)?.rows;
  const since = series === null ? null : failingSince(series);
  const { bySource, seconds } = series === null
    ? { bySource: /** @type {Record<string, number>} */ ({}), seconds: 0 }
    : totals(series);
  const note = html`<a href=${linkTo("queries", { rcode: "SERVFAIL" })}>${t.common.more}</a>`;
  return html`<${Card} id="failures-title" title=${t.failures.title} note=${note} className="wide failures">
    ${
    series !== null && html`
      <p class=${since === null ? "summary" : "summary bad"}>
            ${since === null ? t.failures.none(span(seconds)) : t.failures.began(
              clock(since),
              span((series.fromAtMs + seconds * 1000 - since) / 1000),
              whole(bySource["failure"] ?? 0),
            )}
          </p>
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

/** As many as stand side by side. */
const CELLS = 60;

/** When there were failures, in as many parts of the time. @param {{ series: SeriesAnswer }} properties */
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
      return html`<i key=${i} title=${clock(series.fromAtMs + i * each * series.stepMs)}><b style=${{
        height: `${height}%`,
      }}></b></i>`;
    })
  }
  </div>`;
}
