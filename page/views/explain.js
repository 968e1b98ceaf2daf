import { useAnswer } from "../base/answer.js";
import { html } from "../base/html.js";
import { useKeys } from "../base/keys.js";
import { go } from "../base/route.js";
import { Explanation } from "../parts/explanation.js";
import { Heading } from "../parts/frame.js";
import { ErrorNotice, Nothing, Waiting } from "../parts/notice.js";
import { t } from "../texts/texts.js";

/** @import { ExplainAnswer } from "../../lib/web/api/answers.ts" */

const TYPES = ["A", "AAAA", "HTTPS", "PTR", "TXT", "MX", "SRV", "NS", "SOA", "CNAME", "DS", "CAA"];

/** What becomes of a question, and why. @param {{ parameters: Readonly<Record<string, string>> }} properties */
export function Explain({ parameters }) {
  const { name = "", type = "A", client = "", dnssec = "", at = "" } = parameters;
  // What the field gives has a "T" in the middle.
  const question = { name, type, client, dnssec: dnssec !== "", at: at.replace("T", " ") };
  const { answer, error, reload } = useAnswer(name === "" ? null : "explain", question);
  const explanation = /** @type {ExplainAnswer | null} */ (answer);
  useKeys((key) => key === "/" && (document.getElementById("explain-name")?.focus(), true));
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const next = Object.fromEntries([...form].map(([key, value]) => [key, `${value}`.trim()]));
    if (JSON.stringify({ name, type, client, dnssec, at }) === JSON.stringify({ dnssec: "", at: "", ...next })) {
      reload();
    }
    go("explain", next);
  };
  return html`
    <${Heading} title=${t.views.explain} note=${t.explain.note} />
    <form class="card explain-form" onSubmit=${submit} key=${JSON.stringify(parameters)}>
      <label class="grow"><span>${t.explain.name}</span>
        <input id="explain-name" name="name" class="mono" required defaultValue=${name} placeholder="www.example.com" autocapitalize="off" autocomplete="off" spellcheck="false" aria-keyshortcuts="/" />
      </label>
      <label><span>${t.explain.type}</span>
        <input name="type" class="mono short" list="types" defaultValue=${type} autocapitalize="characters" autocomplete="off" spellcheck="false" />
        <datalist id="types">${TYPES.map((type) => html`<option key=${type} value=${type}></option>`)}</datalist>
      </label>
      <label><span>${t.explain.client}</span>
        <input name="client" class="mono" defaultValue=${client} placeholder=${t.explain
          .thisMachine} autocapitalize="off" autocomplete="off" spellcheck="false" />
      </label>
      <label><span>${t.explain.at}</span><input name="at" type="datetime-local" defaultValue=${at} /></label>
      <label class="check"><input name="dnssec" type="checkbox" value="1" defaultChecked=${dnssec !== ""} />${t.explain
        .dnssec}</label>
      <button class="main">${t.explain.explain}</button>
    </form>
    <section class="card" aria-labelledby="result" aria-live="polite">
      <h2 id="result" class="unseen">${t.explain.result}</h2>
      <${ErrorNotice} error=${error} retry=${reload} />
      ${name === ""
        ? html`<${Nothing}>${t.explain.nothing}<//>`
        : explanation
        ? html`<${Explanation} explanation=${explanation} />`
        : error === null && html`<${Waiting} lines="5" />`}
    </section>
  `;
}
