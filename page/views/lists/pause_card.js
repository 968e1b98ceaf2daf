import { useState } from "preact/hooks";
import { post } from "../../base/api.js";
import { useAction } from "../../base/answer.js";
import { span } from "../../base/format.js";
import { html } from "../../base/html.js";
import { Choice } from "../../parts/card.js";
import { Dialog } from "../../parts/dialog.js";
import { Icon } from "../../parts/icons.js";
import { HealthDot } from "../../parts/marks.js";
import { ErrorNotice } from "../../parts/notice.js";
import { t } from "../../texts/texts.js";

/** @import { ListsAnswer, PauseAnswer } from "../../../lib/web/api/answers.ts" */

/**
 * Whether names are blocked, and leaving that off.
 * @param {{ lists: ListsAnswer, mayChange: boolean, onChange: () => void }} properties
 */
export function PauseCard({ lists, mayChange, onChange }) {
  const [isAsked, ask] = useState(false);
  const { pauses } = lists;
  const resuming = useAction(async (/** @type {PauseAnswer} */ { clients, lists }) => {
    await post("policy/resume", { ...(clients && { clients }), ...(lists && { lists }) });
    onChange();
  });
  const isOff = pauses.length > 0;
  return html`<section class=${`verdict ${isOff ? "impaired" : "well"}`} aria-labelledby="pause-title">
    <${HealthDot} health=${isOff ? "impaired" : "well"} />
    <div>
      <h2 id="pause-title">${isOff ? t.lists.isPaused : t.lists.isOn}</h2>
      <ul>
        ${
    pauses.map((pause) => {
      return html`<li key=${JSON.stringify(pause)}>
            ${t.lists.pauseText(pause)}
            <button type="button" disabled=${!mayChange || resuming.isBusy} onClick=${() =>
        resuming.run(pause)}>${t.lists.resume}</button>
          </li>`;
    })
  }
      </ul>
      <${ErrorNotice} error=${resuming.error} />
    </div>
    <button type="button" disabled=${!mayChange} onClick=${() =>
    ask(true)}><${Icon} name="pause" />${t.lists.pause}</button>
    ${isAsked && html`<${PauseDialog} lists=${lists} onClose=${() => ask(false)} onDone=${onChange} />`}
  </section>`;
}

const LENGTHS = [300, 1800, 7200, 86_400];
/** Until somebody ends it. */
const OPEN_END = "";

/** @param {{ lists: ListsAnswer, onClose: () => void, onDone: () => void }} properties */
function PauseDialog({ lists, onClose, onDone }) {
  const [seconds, setSeconds] = useState("1800");
  const [clients, setClients] = useState(/** @type {readonly string[]} */ ([]));
  const [names, setNames] = useState(/** @type {readonly string[]} */ ([]));
  const { isBusy, error, run } = useAction(async () => {
    await post("policy/pause", {
      ...(seconds !== OPEN_END && { seconds: Number(seconds) }),
      ...(clients.length > 0 && { clients }),
      ...(names.length > 0 && { lists: names }),
    });
    onDone();
    onClose();
  });
  const options = [...LENGTHS.map((length) => ({ value: `${length}`, text: span(length) })), {
    value: OPEN_END,
    text: t.lists.untilResumed,
  }];
  return html`
    <${Dialog} title=${t.lists.pauseTitle} onClose=${onClose}>
      <p>${t.lists.pauseWhat}</p>
      <${Choice} label=${t.common.howLong} options=${options} value=${seconds} onChange=${setSeconds} />
      <${Some} legend=${t.lists.forWhom} all=${t.lists.forAll} options=${lists
        .clients} chosen=${clients} onChange=${setClients} />
      <${Some} legend=${t.lists.whichLists} all=${t.lists.allLists} options=${lists
        .names} chosen=${names} onChange=${setNames} />
      <${ErrorNotice} error=${error} />
      <footer>
        <button type="button" onClick=${onClose}>${t.common.cancel}</button>
        <button type="button" class="main" disabled=${isBusy} onClick=${run}>${t.lists.pause}</button>
      </footer>
      <//>
  `;
}

/**
 * Some of several; none stands for all.
 * @param {{ legend: string, all: string, options: readonly string[], chosen: readonly string[],
 *   onChange: (chosen: readonly string[]) => void }} properties
 */
function Some({ legend, all, options, chosen, onChange }) {
  if (options.length === 0) return null;
  return html`<fieldset>
    <legend>${legend}</legend>
    <label class="check"><input type="checkbox" checked=${chosen.length === 0} onChange=${() =>
    onChange([])} />${all}</label>
    ${
    options.map((option) => {
      const isChosen = chosen.includes(option);
      const next = isChosen ? chosen.filter((other) => other !== option) : [...chosen, option];
      return html`
        <label class="check"
          key=${option}><input type="checkbox" checked=${isChosen} onChange=${() => onChange(next)} />${option === "*"
            ? t.lists.allNames
            : option}</label>
      `;
    })
  }
  </fieldset>`;
}
