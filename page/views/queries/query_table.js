import { clock, full, took } from "../../base/format.js";
import { html } from "../../base/html.js";
import { Rcode, Source, sourceText } from "../../parts/marks.js";
import { Table } from "../../parts/table.js";
import { t } from "../../texts/texts.js";

/** @import { QueryRow } from "../../../lib/web/api/answers.ts" */

/** Slower than this is worth a second look. */
const SLOW_MS = 200;

/** @param {{ rows: readonly QueryRow[], onChoose: (row: QueryRow) => void }} properties */
export function QueryTable({ rows, onChoose }) {
  /** @type {import("../../parts/table.js").Column<QueryRow>[]} */
  const columns = [
    {
      title: t.queries.time,
      className: "time",
      cell: ({ atMs }) => html`<time title=${full(atMs)}>${clock(atMs)}</time>`,
    },
    {
      title: t.queries.client,
      className: "client",
      cell: ({ client, clientName }) =>
        html`<span class="mono">${client}</span>${
          clientName && html`
            <span class="label">${clientName}</span>
          `
        }`,
    },
    {
      title: t.queries.name,
      className: "name",
      isHead: true,
      cell: (row) =>
        html`<button type="button" class="link mono" title=${row.name} onClick=${() => onChoose(row)}>
        ${row.name}<span class="unseen">: ${t.queries.why}</span>
      </button>`,
    },
    { title: t.queries.type, className: "type", cell: ({ type }) => type },
    {
      title: t.queries.result,
      className: "result",
      cell: ({ rcode, source }) => html`<${Rcode} rcode=${rcode} isBlocked=${source === "blocked"} />`,
    },
    {
      title: t.queries.from,
      className: "from",
      cell: ({ source, upstream }) =>
        html`<${Source} source=${source}><span class=${upstream ? "mono" : ""} title=${upstream ?? ""}>${
          upstream ?? sourceText(source)
        }</span><//>`,
    },
    {
      title: t.queries.took,
      className: "number took",
      cell: ({ tookMs }) => html`<span class=${tookMs >= SLOW_MS ? "slow" : ""}>${took(tookMs)}</span>`,
    },
  ];
  return html`
    <${Table} caption=${t.views.queries} className="rows" columns=${columns} rows=${rows} keyOf=${keyOf}
      onRow=${onChoose} classOf=${classOf} />
  `;
}

/** @param {QueryRow} row */
function keyOf({ id }) {
  return id;
}

/** @param {QueryRow} row */
function classOf({ rcode }) {
  return rcode === "SERVFAIL" || rcode === "REFUSED" ? "failed" : "";
}
