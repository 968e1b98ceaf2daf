import { whole } from "../base/format.js";
import { html } from "../base/html.js";
import { t } from "../texts/texts.js";
import { Nothing } from "./notice.js";

/** @import { TopAnswer } from "../../lib/web/api/answers.ts" */

/** Less than this is not worth a word. */
const ERROR_SHARE_MIN = 0.01;

/**
 * What there was most of, each with a bar behind it.
 * @param {{ top: TopAnswer, colour: string, href: (key: string) => string, none: string, id: string }} properties
 */
export function Bars({ top, colour, href, none, id }) {
  if (top.rows.length === 0) return html`<${Nothing}>${none}<//>`;
  const most = top.rows[0]?.count ?? 1;
  return html`<ol class="bars" aria-labelledby=${id}>
    ${
    top.rows.map(({ key, label, count, errorCount }) => {
      const isRough = errorCount > count * ERROR_SHARE_MIN;
      return html`
        <li key=${key}>
          <a href=${href(key)}>
            <i class=${`bar ${colour}`} style=${{ width: `${100 * count / most}%` }} aria-hidden="true"></i>
            <span class="key" title=${key}>${key}${label && html`<span class="label"> ${label}</span>`}</span>
            <span class="count" title=${isRough ? t.overview.atMost(errorCount) : undefined}>
                    ${isRough ? "≈ " : ""}${whole(count)}
                  </span>
          </a>
        </li>
      `;
    })
  }
  </ol>`;
}
