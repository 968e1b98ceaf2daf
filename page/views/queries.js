import { useState } from "preact/hooks";
import { session } from "../base/api.js";
import { clock, whole } from "../base/format.js";
import { html } from "../base/html.js";
import { useKeys } from "../base/keys.js";
import { adjust } from "../base/route.js";
import { useStore } from "../base/store.js";
import { Heading } from "../parts/frame.js";
import { Icon } from "../parts/icons.js";
import { ErrorNotice, Nothing, Waiting } from "../parts/notice.js";
import { t } from "../texts/texts.js";
import { Download } from "./queries/download_menu.js";
import { FilterBar } from "./queries/filter_bar.js";
import { QueryDialog } from "./queries/query_dialog.js";
import { QueryTable } from "./queries/query_table.js";
import { useRows } from "./queries/rows.js";
import { filtersOf } from "./query_filters.js";

/** @import { QueryRow } from "../../lib/web/api/answers.ts" */

/** The last queries, as they come, or as far back as they are kept. @param {{ parameters: Readonly<Record<string, string>> }} properties */
export function Queries({ parameters }) {
  const filters = filtersOf(parameters);
  const [isPaused, pause] = useState(false);
  const [isHeld, hold] = useState(false);
  const [chosen, choose] = useState(/** @type {QueryRow | null} */ (null));
  const rows = useRows(filters, isPaused || isHeld || chosen !== null);
  useStore(session);
  useKeys((key) => {
    if (key === "p") return pause(!isPaused), true;
    if (key !== "/") return false;
    document.getElementById("filter-name")?.focus();
    return true;
  });
  const isLive = rows.isNewest;
  return html`
    <${Heading} title=${t.views.queries} note=${t.queries.note}>
      <${Download} rows=${rows.shown} />
      <button type="button" class=${isPaused ? "main" : ""} aria-pressed=${isPaused
        ? "true"
        : "false"} aria-keyshortcuts="p" onClick=${() => pause(!isPaused)}>
        <${Icon} name=${isPaused ? "play" : "pause"} />${isPaused ? t.queries.goOn : t.queries.pause}
      </button>
    <//>
    <${FilterBar} filters=${filters} onChange=${adjust} />
    <${ErrorNotice} error=${rows.error} retry=${rows.reload} />
    <section class="card queries" aria-label=${t.views.queries}
      onMouseEnter=${() => hold(true)} onMouseLeave=${() => hold(false)}
      onFocusIn=${() => hold(true)} onFocusOut=${() => hold(false)}>
      <p class="feed note" role="status">
        <i class=${`dot ${isLive && !isPaused ? "good" : "none"}`} aria-hidden="true"></i>${feedText()}
      </p>
      ${rows.shown === null
        ? html`<${Waiting} lines="8" />`
        : rows.shown.length === 0
        ? html`<${Nothing}>${Object.keys(filters).length === 0 ? t.queries.none : t.queries.noneLike}<//>`
        : html`<${QueryTable} rows=${rows.shown} onChoose=${choose} />`}
      <nav class="pages" aria-label=${t.queries.pages}>
        <button type="button" disabled=${isLive} onClick=${rows.newest}><${Icon} name="left" />${t.queries
          .newest}</button>
        <button type="button" disabled=${rows.next === null} onClick=${rows.older}>${t.queries
          .older}<${Icon} name="right" /></button>
        ${rows.searchedBackToAtMs !== null && rows.next !== null &&
          html`<span class="note">${t.queries.searchedBackTo(clock(rows.searchedBackToAtMs))}</span>`}
      </nav>
    </section>
    ${chosen && html`<${QueryDialog} row=${chosen} onClose=${() => choose(null)} />`}
  `;

  function feedText() {
    if (!isLive) return t.queries.before(clock(rows.shown?.[0]?.atMs ?? Date.now()));
    const waiting = whole(rows.waiting);
    if (isPaused) return t.queries.paused(waiting, rows.waiting);
    if (isHeld) return t.queries.held(waiting, rows.waiting);
    return rows.more > 0 ? t.queries.liveWithMore(whole(rows.more)) : t.queries.live;
  }
}
