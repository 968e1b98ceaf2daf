import { saveCsv, saveJsonLines, stamp } from "../../base/download.js";
import { html } from "../../base/html.js";
import { Icon } from "../../parts/icons.js";
import { t } from "../../texts/texts.js";

/** @import { QueryRow } from "../../../lib/web/api/answers.ts" */

/** What is to be seen, as a file. @param {{ rows: readonly QueryRow[] | null }} properties */
export function Download({ rows }) {
  const isEmpty = rows === null || rows.length === 0;
  const give = (/** @type {typeof saveCsv} */ save) => {
    if (rows === null) return;
    // Times as people and programs both read them; the API's own number stays beside it.
    const told = rows.map(({ id: _, ...row }) => ({ time: new Date(row.atMs).toISOString(), ...row }));
    save(`queries-${stamp(Date.now())}`, told);
  };
  return html`
    <div class="choice" role="group" aria-label=${t.download.what}>
      <button type="button" disabled=${isEmpty} title=${t.download.what}
        onClick=${() => give(saveJsonLines)}><${Icon} name="download" />${t.download.jsonLines}</button>
      <button type="button" disabled=${isEmpty} title=${t.download.what} onClick=${() => give(saveCsv)}>${t.download
        .csv}</button>
    </div>
  `;
}
