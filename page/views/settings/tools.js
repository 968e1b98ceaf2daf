import { useEffect, useState } from "preact/hooks";
import { post } from "../../base/api.js";
import { useAction } from "../../base/answer.js";
import { dayMinute, whole } from "../../base/format.js";
import { html } from "../../base/html.js";
import { Card, Choice } from "../../parts/card.js";
import { ErrorNotice, Notice, Waiting } from "../../parts/notice.js";
import { t } from "../../texts/texts.js";

/** @import { FlushAnswer, StatusAnswer } from "../../../lib/web/api/answers.ts" */

const LEVELS = ["error", "warn", "info", "debug"];

/** What is done to the program while it runs, and how its parts are. @param {{ status: StatusAnswer | null, mayChange: boolean }} properties */
export function Tools({ status, mayChange }) {
  if (status === null) {
    return html`
      <section class="card">
        <${Waiting} lines="6" />
      </section>
    `;
  }
  return html`
    <div class="grid two">
      <${Flush} mayChange=${mayChange} />
      <${LogLevel} level=${status.logLevel} mayChange=${mayChange} />
      <${Facts} status=${status} />
      <${Card} id="lines-title" title=${t.settings.statusLines} className="wide">
        <pre class="mono file" tabindex="0">${status.lines.join("\n")}</pre>
        <//>
        </div>
  `;
}

/** @param {{ mayChange: boolean }} properties */
function Flush({ mayChange }) {
  const [removed, setRemoved] = useState(/** @type {number | null} */ (null));
  const { isBusy, error, run } = useAction(async (/** @type {FormData} */ form) => {
    setRemoved(null);
    const name = `${form.get("name") ?? ""}`.trim();
    const answer =
      /** @type {FlushAnswer} */ (await post("cache/flush", name === "" ? {} : { name, below: form.has("below") }));
    setRemoved(answer.removed);
  });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    run(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)));
  };
  return html`<${Card} id="flush-title" title=${t.settings.flush} note=${t.settings.flushWhat}>
    <form class="stack" onSubmit=${submit}>
      <label><span>${t.settings.flushName}</span>
        <input name="name" class="mono" placeholder=${t.settings.allNames} autocapitalize="off" autocomplete="off" spellcheck="false" />
      </label>
      <label class="check"><input type="checkbox" name="below" />${t.settings.flushBelow}</label>
      <div class="tools start"><button disabled=${!mayChange || isBusy}>${t.settings.flush}</button></div>
    </form>
    <${ErrorNotice} error=${error} />
    ${removed !== null && html`<${Notice} kind="good">${t.settings.flushed(whole(removed), removed)}<//>`}
  <//>`;
}

/** @param {{ level: string, mayChange: boolean }} properties */
function LogLevel({ level, mayChange }) {
  const [now, setNow] = useState(level);
  useEffect(() => setNow(level), [level]);
  const { error, run } = useAction(async (/** @type {string} */ wanted) => {
    setNow((await post("log/level", { level: wanted })).level);
  });
  const options = LEVELS.map((value) => ({ value, text: value }));
  return html`
    <${Card} id="log-title" title=${t.settings.log} note=${t.settings.logWhat}>
      <${Choice} label=${t.settings.log} options=${options} value=${now} onChange=${(/** @type {string} */ wanted) =>
        mayChange && run(wanted)} />
      <${ErrorNotice} error=${error} />
      <//>
  `;
}

/** @param {{ status: StatusAnswer }} properties */
function Facts({ status }) {
  const { listeners, certificates, sinks, workers, version } = status;
  return html`
    <${Card} id="parts-title" title=${t.settings.runs} className="wide">
      <dl class="facts inline">
          <div><dt>${t.settings.version}</dt><dd>${version} · ${t.settings.workers(workers)}</dd></div>
          <div><dt>${t.settings.listeners}</dt><dd>${listeners.map(({ name, connections }) => {
            return html`<span key=${name} class="line"><span class="mono">${name}</span> ${
              connections > 0 && html`<span class="note">${t.settings.connections(connections)}</span>`
            }</span>`;
          })}</dd></div>
          ${certificates.length > 0 && html`
            <div>
              <dt>${t.settings.certificates}</dt>
              <dd>${certificates.map(({ path, names, endsAtMs, problem }) => {
                return html`
                  <span key=${path}
                    class="line"><span class="mono">${names.join(", ")}</span> <span class="note">${t.settings.endsAt(
                      dayMinute(endsAtMs),
                    )}</span> ${problem && html`<span class="note bad">${problem}</span>`}</span>
                `;
              })}</dd>
            </div>
          `}
          ${sinks.length > 0 && html`
            <div>
              <dt>${t.settings.sinks}</dt>
              <dd>${sinks.map(({ name, records, dropped }) => {
                return html`
                  <span key=${name}
                    class="line"><span class="mono">${name}</span> <span class=${`note ${dropped > 0 ? "bad" : ""}`}>${t
                      .settings.records(whole(records), whole(dropped))}</span></span>
                `;
              })}</dd>
            </div>
          `}
        </dl>
      <//>
  `;
}
