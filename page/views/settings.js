import { useState } from "preact/hooks";
import { post, session } from "../base/api.js";
import { useAction, useAnswer } from "../base/answer.js";
import { html } from "../base/html.js";
import { adjust } from "../base/route.js";
import { useStore } from "../base/store.js";
import { Choice } from "../parts/card.js";
import { Heading } from "../parts/frame.js";
import { Icon } from "../parts/icons.js";
import { ErrorNotice, Notice, Waiting } from "../parts/notice.js";
import { t } from "../texts/texts.js";
import { CheckFile } from "./settings/check_file.js";
import { InForce } from "./settings/in_force.js";
import { ReloadResult } from "./settings/reload_result.js";
import { ThisPage } from "./settings/this_page.js";
import { Tools } from "./settings/tools.js";

/** @import { ConfigAnswer, ReloadAnswer, StatusAnswer } from "../../lib/web/api/answers.ts" */

const PARTS = ["inForce", "check", "program", "page"];

/** What is in force, and where it comes from. @param {{ parameters: Readonly<Record<string, string>> }} properties */
export function Settings({ parameters }) {
  const part = PARTS.find((name) => name === parameters["part"]) ?? "inForce";
  const [reloaded, setReloaded] = useState(/** @type {ReloadAnswer | null} */ (null));
  const asked = useAnswer("config");
  const config = /** @type {ConfigAnswer | null} */ (asked.answer);
  const status = /** @type {StatusAnswer | null} */ (useAnswer("status").answer);
  const mayChange = useStore(session)?.scope === "admin";
  const reloading = useAction(async () => {
    setReloaded(null);
    setReloaded(await post("reload"));
    asked.reload();
  });
  const texts = /** @type {Readonly<Record<string, string>>} */ (t.settings.parts);
  return html`
    <${Heading} title=${t.views.settings} note=${config ? t.settings.files(config.files) : ""}>
      <button type="button" disabled=${!mayChange || reloading.isBusy || status?.canReload !== true} onClick=${reloading
        .run}
        title=${status?.canReload === false ? t.settings.cannotReload : undefined}>
        <${Icon} name="refresh" />${reloading.isBusy ? t.settings.reloading : t.settings.reload}
      </button>
    <//>
    <${ErrorNotice} error=${asked.error ?? reloading.error} retry=${asked.reload} />
    ${!mayChange && config && html`<${Notice}>${t.common.lookOnly}<//>`}
    ${reloaded && html`<${ReloadResult} result=${reloaded} onClose=${() => setReloaded(null)} />`}
    <${Choice} label=${t.views.settings} options=${PARTS.map((value) => ({
      value,
      text: texts[value],
    }))} value=${part} onChange=${(/** @type {string} */ part) => adjust({ part })} />
    ${part === "inForce" && (config === null
      ? html`
        <section class="card">
          <${Waiting} lines="8" />
        </section>
      `
      : html`<${InForce} config=${config} />`)}
    ${part === "check" && html`<${CheckFile} config=${config} />`}
    ${part === "program" && html`<${Tools} status=${status} mayChange=${mayChange} />`}
    ${part === "page" && html`<${ThisPage} status=${status} />`}
  `;
}
