import { useAnswer } from "../../base/answer.js";
import { span } from "../../base/format.js";
import { html } from "../../base/html.js";
import { linkTo } from "../../base/route.js";
import { Bars } from "../../parts/bars.js";
import { Card } from "../../parts/card.js";
import { ErrorNotice, Waiting } from "../../parts/notice.js";
import { t } from "../../texts/texts.js";

/** @import { TopAnswer } from "../../../lib/web/api/answers.ts" */

const EVERY_MS = 10_000;
const ROWS = 8;

/** @type {readonly { by: "name" | "client" | "blocked", colour: string, href: (key: string) => string }[]} */
const CARDS = [
  { by: "name", colour: "cache", href: (key) => linkTo("queries", { name: key }) },
  { by: "client", colour: "local", href: (key) => linkTo("queries", { client: key }) },
  { by: "blocked", colour: "blocked", href: (key) => linkTo("explain", { name: key, type: "A" }) },
];

/** What is asked most, who asks most, what is blocked most. @param {{ windowSeconds: number }} properties */
export function TopCards({ windowSeconds }) {
  return CARDS.map((card) => html`<${TopCard} key=${card.by} windowSeconds=${windowSeconds} ...${card} />`);
}

/** @param {typeof CARDS[number] & { windowSeconds: number }} properties */
function TopCard({ by, colour, href, windowSeconds }) {
  const { answer, error, reload } = useAnswer("top", { by, window: windowSeconds, limit: ROWS }, EVERY_MS);
  const top = /** @type {TopAnswer | null} */ (answer);
  const id = `top-${by}`;
  return html`<${Card} id=${id} title=${t.top[by]} note=${
    top ? t.top.within(span(top.windowSeconds)) : ""
  } className="top">
    <${ErrorNotice} error=${error} retry=${reload} />
    ${
    top === null
      ? html`<${Waiting} lines="6" />`
      : html`<${Bars} top=${top} colour=${colour} href=${href} none=${t.top.none[by]} id=${id} />`
  }
  <//>`;
}
