import { useState } from "preact/hooks";
import { post } from "../../base/api.js";
import { useAction } from "../../base/answer.js";
import { html } from "../../base/html.js";
import { Card } from "../../parts/card.js";
import { ErrorNotice, Notice } from "../../parts/notice.js";
import { t } from "../../texts/texts.js";
import { Changes } from "./reload_result.js";

/** @import { ConfigAnswer, ConfigCheckAnswer } from "../../../lib/web/api/answers.ts" */

/** Says what is wrong with a file, and what it would change, before anybody follows it. @param {{ config: ConfigAnswer | null }} properties */
export function CheckFile({ config }) {
  const [text, setText] = useState("");
  const [result, setResult] = useState(/** @type {ConfigCheckAnswer | null} */ (null));
  const { isBusy, error, run } = useAction(async () => {
    setResult(null);
    setResult(await post("config/check", { text }));
  });
  const open = async (/** @type {Event} */ event) => {
    const file = /** @type {HTMLInputElement} */ (event.currentTarget).files?.[0];
    if (file !== undefined) setText(await file.text());
  };
  return html`
    <${Card} id="check-file" title=${t.settings.parts.check} note=${t.settings.checkWhat}>
      <label class="unseen" for="pasted">${t.settings.pasted}</label>
      <textarea id="pasted" class="mono" rows="16" spellcheck="false" autocapitalize="off" placeholder=${t.settings
        .paste}
        value=${text}
        onInput=${(/** @type {InputEvent} */ event) =>
          setText(/** @type {HTMLTextAreaElement} */ (event.currentTarget).value)}></textarea>
      <div class="tools start">
        <button type="button" class="main" disabled=${isBusy || text.trim() === ""} onClick=${run}>${t.settings
          .check}</button>
        <button type="button" disabled=${config === null} onClick=${() => setText(config?.text ?? "")}>${t.settings
          .takeInForce}</button>
        <label class="button">${t.settings
          .openFile}<input type="file" class="unseen" accept=".toml" onChange=${open} /></label>
      </div>
      <${ErrorNotice} error=${error} />
      <div role="status">
          ${result && html`
            <${Notice} kind=${result.isGood ? "good" : "warn"}>${result.isGood
              ? t.settings.isGood
              : t.settings.isBad(result.problems.length)}<//>
            <${Changes} problems=${result.problems} warnings=${result.warnings} changes=${result
              .changes} needsRestart=${result.needsRestart} />
          `}
        </div>
      <//>
  `;
}
