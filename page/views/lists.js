import { post, session } from "../base/api.js";
import { useAction, useAnswer } from "../base/answer.js";
import { html } from "../base/html.js";
import { useStore } from "../base/store.js";
import { Heading } from "../parts/frame.js";
import { Icon } from "../parts/icons.js";
import { ErrorNotice, Nothing, Notice, Waiting } from "../parts/notice.js";
import { t } from "../texts/texts.js";
import { ListTable } from "./lists/list_table.js";
import { PauseCard } from "./lists/pause_card.js";

/** @import { ListsAnswer } from "../../lib/web/api/answers.ts" */

const EVERY_MS = 5000;

/** Lists of names: how old they are, what is wrong in them; and blocking left off for a while. */
export function Lists() {
  const asked = useAnswer("lists", {}, EVERY_MS);
  const answer = /** @type {ListsAnswer | null} */ (asked.answer);
  const mayChange = useStore(session)?.scope === "admin";
  const refreshing = useAction(async (/** @type {string | null} */ list) => {
    asked.set(await post("lists/refresh", list === null ? {} : { list }));
  });
  const lists = answer?.lists ?? [];
  return html`
    <${Heading} title=${t.views.lists} note=${answer
      ? t.lists.count(lists.length, lists.reduce((sum, { names }) => sum + names, 0))
      : ""}>
      <button type="button" disabled=${!mayChange || refreshing.isBusy || lists.length === 0} onClick=${() =>
        refreshing.run(null)}>
        <${Icon} name="refresh" />${t.lists.refreshAll}
      </button>
    <//>
    <${ErrorNotice} error=${asked.error ?? refreshing.error} retry=${asked.reload} />
    ${!mayChange && answer && html`<${Notice}>${t.common.lookOnly}<//>`}
    ${answer && html`<${PauseCard} lists=${answer} mayChange=${mayChange} onChange=${asked.reload} />`}
    <section class="card" aria-label=${t.views.lists}>
      ${answer === null
        ? html`<${Waiting} lines="4" />`
        : lists.length === 0
        ? html`<${Nothing}>${t.lists.none}<//>`
        : html`<${ListTable} lists=${lists} mayChange=${
          mayChange && !refreshing.isBusy
        } onRefresh=${refreshing.run} />`}
    </section>
  `;
}
