import { useState } from "preact/hooks";
import { html } from "../../base/html.js";
import { useKeys } from "../../base/keys.js";
import { Card } from "../../parts/card.js";
import { Nothing, Notice } from "../../parts/notice.js";
import { Table } from "../../parts/table.js";
import { t } from "../../texts/texts.js";

/** @import { ConfigAnswer, SettingAnswer } from "../../../lib/web/api/answers.ts" */

/** @param {{ config: ConfigAnswer }} properties */
export function InForce({ config }) {
  const [wanted, want] = useState("");
  const [isGivenOnly, showGivenOnly] = useState(false);
  useKeys((key) => key === "/" && (document.getElementById("setting")?.focus(), true));
  const words = wanted.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const settings = config.settings.filter(({ path, value, help, from }) => {
    const text = `${path} ${value} ${help}`.toLowerCase();
    return (!isGivenOnly || from !== null) && words.every((word) => text.includes(word));
  });
  /** @type {import("../../parts/table.js").Column<SettingAnswer>[]} */
  const columns = [
    {
      title: t.settings.setting,
      className: "name",
      isHead: true,
      cell: ({ path, help }) => html`<span class="mono">${path}</span><${Help} text=${help} />`,
    },
    { title: t.settings.value, className: "value", cell: ({ value }) => html`<code class="mono">${value}</code>` },
    {
      title: t.settings.from,
      className: "from",
      cell: ({ from, isReloadable }) =>
        html`${
          from === null
            ? html`<span class="note">${t.settings.default}</span>`
            : html`<span class="mono">${from}</span>`
        }
        ${!isReloadable && html`<span class="note">${t.settings.needsRestart}</span>`}`,
    },
  ];
  return html`
    ${config.warnings.map((warning) =>
      html`
        <${Notice} key=${warning} kind="warn">
          <pre>${warning}</pre>
          <//>
      `
    )}
    <${Card} id="in-force" title=${t.settings.parts.inForce} tools=${html`
      <label class="check"><input type="checkbox" checked=${isGivenOnly} onChange=${() =>
        showGivenOnly(!isGivenOnly)} />${t.settings.givenOnly}</label>
      <label><span class="unseen">${t.settings.search}</span>
        <input id="setting" type="search" class="mono" placeholder=${t.settings
          .search} value=${wanted} aria-keyshortcuts="/"
          onInput=${(/** @type {InputEvent} */ event) =>
            want(/** @type {HTMLInputElement} */ (event.currentTarget).value)} />
      </label>
    `}>
      ${settings.length === 0
        ? html`<${Nothing}>${t.settings.noneLike}<//>`
        : html`<${Table} caption=${t.settings.parts.inForce} className="settings" columns=${columns} rows=${settings} keyOf=${pathOf} />`}
    <//>
    <details class="card">
      <summary>${t.settings.asFile}</summary>
      <pre class="mono file" tabindex="0">${config.text}</pre>
    </details>
  `;
}

/** @param {SettingAnswer} setting */
function pathOf({ path }) {
  return path;
}

/** The first sentence; the others for who wants them. @param {{ text: string }} properties */
function Help({ text }) {
  const [, first = text, rest = ""] = /^(.+?\.)\s+(.+)$/s.exec(text) ?? [];
  if (rest === "") return html`<span class="note">${text}</span>`;
  return html`
    <details class="help note">
      <summary>${first}</summary>
      <p>${rest}</p>
    </details>
  `;
}
