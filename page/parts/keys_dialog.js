import { html } from "../base/html.js";
import { VIEWS } from "../base/route.js";
import { t } from "../texts/texts.js";
import { Dialog } from "./dialog.js";

/** @param {{ onClose: () => void }} properties */
export function KeysDialog({ onClose }) {
  const rows = [
    ...VIEWS.map((view, i) => ({ keys: [`g ${t.keys.views[view]}`, `${i + 1}`], what: t.views[view] })),
    { keys: ["/"], what: t.keys.search },
    { keys: ["p"], what: t.keys.pause },
    { keys: ["t"], what: t.common.theme },
    { keys: ["?"], what: t.keys.title },
    { keys: ["Esc"], what: t.common.close },
  ];
  return html`
    <${Dialog} title=${t.keys.title} onClose=${onClose}>
      <dl class="keys">
          ${rows.map(({ keys, what }) => {
            return html`
              <div key=${what}>
                <dt>${keys.map((key) => html`<kbd key=${key}>${key}</kbd>`)}</dt>
                <dd>${what}</dd>
              </div>
            `;
          })}
        </dl>
      <//>
  `;
}
