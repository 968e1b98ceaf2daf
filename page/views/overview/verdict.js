import { dayMinute, span } from "../../base/format.js";
import { html } from "../../base/html.js";
import { liveNow } from "../../base/live.js";
import { linkTo } from "../../base/route.js";
import { useStore } from "../../base/store.js";
import { HealthDot, isUp } from "../../parts/marks.js";
import { t } from "../../texts/texts.js";

/** @import { ProblemAnswer, StatusAnswer } from "../../../lib/web/api/answers.ts" */

/** The answer to the first question of whoever comes here. @param {{ status: StatusAnswer | null }} properties */
export function Verdict({ status }) {
  const news = useStore(liveNow);
  const health = news?.health ?? status?.health ?? "";
  const problems = news?.problems ?? status?.problems ?? [];
  const upstreams = news?.upstreams ?? [];
  const up = upstreams.filter(({ state }) => isUp(state)).length;
  const texts = /** @type {Readonly<Record<string, string>>} */ (t.verdict);
  return html`<section class=${`verdict ${health}`} aria-labelledby="verdict-title">
    <${HealthDot} health=${health} />
    <div>
      <h2 id="verdict-title">${texts[health] ?? t.common.loading}</h2>
      <ul>
        ${
    news !== null && html`
      <li class=${up === upstreams.length ? "" : "strong"}>
        <a href=${linkTo("upstreams")}>${t.upstreams.up(up, upstreams.length)}</a>
      </li>
    `
  }
        ${problems.map((problem) => html`<li key=${problem.text}>${problemText(problem)}</li>`)}
        ${
    (news?.pauses ?? status?.pauses ?? []).map((pause) => {
      return html`<li key=${JSON.stringify(pause)}><a href=${linkTo("lists")}>${t.lists.pauseText(pause)}</a></li>`;
    })
  }
      </ul>
    </div>
    ${
    status && html`<p class="note">
      ${t.overview.runningFor(span((status.nowAtMs - status.startedAtMs) / 1000))}<br />
      ${t.overview.since(dayMinute(status.startedAtMs), status.version)}
    </p>`
  }
  </section>`;
}

/** With the way to where more of it stands. @param {ProblemAnswer} problem */
function problemText({ kind, text }) {
  const view = /upstream/.test(kind) ? "upstreams" : /list/.test(kind) ? "lists" : /fail/.test(kind) ? "queries" : null;
  if (view === null) return text;
  return html`<a href=${linkTo(view, view === "queries" ? { rcode: "SERVFAIL" } : {})}>${text}</a>`;
}
