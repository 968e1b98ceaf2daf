import { took } from "../base/format.js";
import { html } from "../base/html.js";
import { t } from "../texts/texts.js";

/** @import { ExplainAnswer } from "../../lib/web/api/answers.ts" */

/** Step by step. @param {{ explanation: ExplainAnswer }} properties */
export function Explanation({ explanation }) {
  const { question, steps, outcome } = explanation;
  const subjects = /** @type {Readonly<Record<string, string>>} */ (t.explain.subjects);
  return html`<div class="explanation">
    ${
    outcome && html`
      <p class=${`outcome ${outcomeKind(outcome)}`}>
        <b>${outcome.rcode}</b>
        <span>${outcome.because}</span>
        <span class="note">${t.explain.after(took(outcome.elapsedMs))}</span>
      </p>
    `
  }
    <p class="question mono">${question}</p>
    <ol>
      ${
    steps.map(({ subject, facts }, i) => {
      return html`
        <li key=${i} class=${subject}>
          <h3>${subjects[subject] ?? subject}</h3>
          <dl>
                    ${facts.map(({ what, detail }, j) => {
                      return html`
                        <div key=${j}>
                          <dt>${what}</dt>
                          <dd>${detail}</dd>
                        </div>
                      `;
                    })}
                  </dl>
        </li>
      `;
    })
  }
    </ol>
    ${outcome === null && html`<p class="note">${t.explain.noOutcome}</p>`}
  </div>`;
}

/** @param {NonNullable<ExplainAnswer["outcome"]>} outcome */
function outcomeKind({ isAnswer, because }) {
  if (!isAnswer) return "bad";
  return /^blocked\b/.test(because) ? "blocked" : "good";
}
