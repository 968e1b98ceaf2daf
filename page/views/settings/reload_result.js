import { html } from "../../base/html.js";
import { Card } from "../../parts/card.js";
import { Icon } from "../../parts/icons.js";
import { t } from "../../texts/texts.js";

/** @import { ReloadAnswer } from "../../../lib/web/api/answers.ts" */

/** @param {{ result: ReloadAnswer, onClose: () => void }} properties */
export function ReloadResult({ result, onClose }) {
  const isGood = result.kind === "applied" || result.kind === "unchanged";
  const close =
    html`<button type="button" class="plain" aria-label=${t.common.close} onClick=${onClose}><${Icon} name="close" /></button>`;
  return html`
    <div role="status">
      <${Card} id="reload-result" title=${t.settings.reloadResult} tools=${close} className=${isGood ? "" : "bad"}>
        <p class=${isGood ? "good" : "problem"}>${result.text}</p>
        <${Changes} problems=${result.problems} warnings=${result.warnings} changes=${result
          .changes} needsRestart=${result.needsRestart} />
        <//>
        </div>
  `;
}

/**
 * @param {{ problems: readonly string[], warnings: readonly string[], changes: readonly string[],
 *   needsRestart: readonly string[] }} properties
 */
export function Changes({ problems, warnings, changes, needsRestart }) {
  /** @type {readonly (readonly [title: string, lines: readonly string[], kind: string])[]} */
  const parts = [
    [t.settings.problems, problems, "bad"],
    [t.settings.warnings, warnings, "warn"],
    [t.settings.changes, changes, ""],
    [t.settings.restartFor, needsRestart, "warn"],
  ];
  return parts.filter(([, lines]) => lines.length > 0).map(([title, lines, kind]) => {
    return html`
      <div key=${title} class=${`changes ${kind}`}>
        <h3>${title}</h3>
        <ul>${lines.map((line) =>
          html`
            <li key=${line}>
              <pre class="mono">${line}</pre>
            </li>
          `
        )}</ul>
      </div>
    `;
  });
}
