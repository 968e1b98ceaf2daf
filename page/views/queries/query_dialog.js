import { useAnswer } from "../../base/answer.js";
import { full, size, took } from "../../base/format.js";
import { html } from "../../base/html.js";
import { linkTo } from "../../base/route.js";
import { Dialog } from "../../parts/dialog.js";
import { Explanation } from "../../parts/explanation.js";
import { Rcode, Source, sourceText } from "../../parts/marks.js";
import { ErrorNotice, Waiting } from "../../parts/notice.js";
import { t } from "../../texts/texts.js";

/** @import { ExplainAnswer, QueryRow } from "../../../lib/web/api/answers.ts" */

/** What is known of one query, and what becomes of the same question now. @param {{ row: QueryRow, onClose: () => void }} properties */
export function QueryDialog({ row, onClose }) {
  const question = {
    name: row.name,
    type: row.type,
    client: isAddress(row.client) ? row.client : null,
    dnssec: row.wantsDnssec,
  };
  const { answer, error, reload } = useAnswer("explain", question);
  const explanation = /** @type {ExplainAnswer | null} */ (answer);
  const marks = [row.wantsDnssec && "DO", row.isTruncated && "TC"].filter((mark) => mark !== false);
  const facts = [
    [t.queries.time, full(row.atMs)],
    [
      t.queries.client,
      html`<span class="mono">${row.client}</span> ${row.clientName} ${
        row.clientNameFrom && html`<span class="note">${t.queries.nameFrom(row.clientNameFrom)}</span>`
      }`,
    ],
    [t.queries.group, row.group],
    [t.queries.result, html`<${Rcode} rcode=${row.rcode} />`],
    [
      t.queries.from,
      html`<${Source} source=${row.source}>${
        row.upstream === null ? sourceText(row.source) : `${sourceText(row.source)} · ${row.upstream}`
      }<//>`,
    ],
    [t.queries.reason, row.reason],
    [t.queries.took, took(row.tookMs)],
    [
      t.queries.over,
      `${row.channel.toUpperCase()}, ${size(row.sizeOctets)}${marks.length === 0 ? "" : `, ${marks.join(", ")}`}`,
    ],
  ].filter(([, value]) => value !== "");
  return html`<${Dialog} title=${t.queries.whyTitle} isWide onClose=${onClose}>
    <p class="asked"><b class="mono">${row.name}</b> <span class="type">${row.type}</span></p>
    <dl class="facts inline">${
    facts.map(([what, value]) =>
      html`
        <div key=${what}>
          <dt>${what}</dt>
          <dd>${value}</dd>
        </div>
      `
    )
  }</dl>
    <h3>${t.queries.sameNow}</h3>
    <${ErrorNotice} error=${error} retry=${reload} />
    ${
    explanation ? html`<${Explanation} explanation=${explanation} />` : error === null && html`<${Waiting} lines="4" />`
  }
    <footer>
      <a class="button" href=${linkTo("queries", { name: row.name })} onClick=${onClose}>${t.queries.onlyName}</a>
      <a class="button" href=${linkTo("queries", { client: row.client })} onClick=${onClose}>${t.queries.onlyClient}</a>
      <a class="button" href=${linkTo("explain", { name: row.name, type: row.type })}>${t.queries.askOtherwise}</a>
    </footer>
  <//>`;
}

/** Privacy may have left a network of it, or a pseudonym. @param {string} client */
function isAddress(client) {
  return /^[\d.]+$|^[\da-f:.]*:[\da-f:.]*$/i.test(client);
}
