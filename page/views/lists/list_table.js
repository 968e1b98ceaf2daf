import { useState } from "preact/hooks";
import { span, whole } from "../../base/format.js";
import { html } from "../../base/html.js";
import { Dialog } from "../../parts/dialog.js";
import { Icon } from "../../parts/icons.js";
import { Table } from "../../parts/table.js";
import { t } from "../../texts/texts.js";

/** @import { ListAnswer, ListSourceAnswer } from "../../../lib/web/api/answers.ts" */

/** @param {{ lists: readonly ListAnswer[], mayChange: boolean, onRefresh: (name: string) => void }} properties */
export function ListTable({ lists, mayChange, onRefresh }) {
  const [shown, show] = useState(/** @type {ListAnswer | null} */ (null));
  /** @type {import("../../parts/table.js").Column<ListAnswer>[]} */
  const columns = [
    { title: t.lists.list, className: "name", isHead: true, cell: ({ name }) => name },
    { title: t.lists.state, className: "state", cell: (list) => html`<${ListState} list=${list} />` },
    { title: t.lists.names, className: "number", cell: ({ names }) => whole(names) },
    {
      title: t.lists.bad,
      className: "number",
      cell: (list) =>
        list.bad === 0 ? "–" : html`<button type="button" class="link" onClick=${() => show(list)}>
        ${whole(list.bad)}<span class="unseen"> ${t.lists.badLines(list.name)}</span>
      </button>`,
    },
    {
      title: t.lists.sources,
      className: "sources",
      cell: ({ sources }) =>
        html`<ul>${
          sources.map((source) =>
            html`
              <li key=${source.what}>
                <${Source} source=${source} />
              </li>
            `
          )
        }</ul>`,
    },
    {
      title: t.lists.refresh,
      className: "act",
      isTitleHidden: true,
      cell: ({ name }) =>
        html`<button type="button" disabled=${!mayChange} title=${t.lists.refresh} onClick=${() => onRefresh(name)}>
        <${Icon} name="refresh" /><span class="unseen">${t.lists.refresh} ${name}</span>
      </button>`,
    },
  ];
  return html`
    <${Table} caption=${t.views.lists} className="lists" columns=${columns} rows=${lists} keyOf=${nameOf} />
    ${shown && html`<${BadLines} list=${shown} onClose=${() => show(null)} />`}
  `;
}

/** @param {ListAnswer} list */
function nameOf({ name }) {
  return name;
}

/** @param {{ list: ListAnswer }} properties */
function ListState({ list }) {
  const isUpdated = list.sources.some(({ isBeingUpdated }) => isBeingUpdated);
  const isOld = list.sources.some(({ error }) => error !== null);
  const [kind, text] = isUpdated ? ["calm", t.lists.updating] : isOld ? ["warn", t.lists.old] : ["good", t.lists.fresh];
  return html`<span class=${`tag ${kind}`}><i class="dot" aria-hidden="true"></i>${text}</span>`;
}

/** @param {{ source: ListSourceAnswer }} properties */
function Source({ source }) {
  const { what, ageSeconds, nextSeconds, isBeingUpdated, error } = source;
  const parts = [
    ageSeconds === null ? t.lists.notThere : t.lists.age(span(ageSeconds)),
    isBeingUpdated ? t.lists.updating : nextSeconds === null ? t.lists.watched : t.lists.next(span(nextSeconds)),
  ];
  return html`<span class="mono what">${what}</span>
    <span class="note">${parts.join(" · ")}</span>
    ${error && html`<span class="note bad">${error}</span>`}`;
}

/** @param {{ list: ListAnswer, onClose: () => void }} properties */
function BadLines({ list, onClose }) {
  return html`
    <${Dialog} title=${t.lists.badTitle(list.name)} isWide onClose=${onClose}>
      <p>${t.lists.badWhat(list.bad, list.firstBad.length)}</p>
      <dl class="bad-lines">
          ${list.firstBad.map(({ line, text, why }) => {
            return html`
              <div key=${line}>
                <dt>${t.lists.line(line)}</dt>
                <dd><code class="mono">${text}</code><span class="note">${why}</span></dd>
              </div>
            `;
          })}
        </dl>
      <//>
  `;
}
