import { useAnswer } from "../../base/answer.js";
import { share, span } from "../../base/format.js";
import { html } from "../../base/html.js";
import { liveNow } from "../../base/live.js";
import { linkTo } from "../../base/route.js";
import { useStore } from "../../base/store.js";
import { Card } from "../../parts/card.js";
import { stateKind, stateText } from "../../parts/marks.js";
import { ErrorNotice, Nothing, Waiting } from "../../parts/notice.js";
import { slowOnes, TimeRange } from "../../parts/range.js";
import { t } from "../../texts/texts.js";

/** @import { UpstreamsAnswer } from "../../../lib/web/api/answers.ts" */

const EVERY_MS = 3000;

/** Which of them is slow, which one down. */
export function UpstreamsCard() {
  const { answer, error, reload } = useAnswer("upstreams", {}, EVERY_MS);
  const upstreams = /** @type {UpstreamsAnswer | null} */ (answer)?.upstreams;
  const note = html`<a href=${linkTo("upstreams")}>${t.common.more}</a>`;
  return html`<${Card} id="upstreams-title" title=${t.views.upstreams} note=${note} className="upstream-list">
    <${ErrorNotice} error=${error} retry=${reload} />
    ${upstreams === undefined ? html`<${Waiting} />` : html`<${List} upstreams=${upstreams} />`}
  <//>`;
}

/** @param {{ upstreams: UpstreamsAnswer["upstreams"] }} properties */
function List({ upstreams: asked }) {
  // What stands above says the same of it.
  const news = useStore(liveNow)?.upstreams ?? [];
  const upstreams = asked.map((upstream) => ({ ...upstream, ...news.find(({ name }) => name === upstream.name) }));
  if (upstreams.length === 0) return html`<${Nothing}>${t.upstreams.none}<//>`;
  const slow = slowOnes(upstreams);
  const replies = upstreams.reduce((sum, upstream) => sum + upstream.replies, 0);
  return html`<ul>
    ${
    upstreams.map(({ name, state, reason, disabledSeconds, medianMs, percentile95Ms, replies: own }) => {
      return html`<li key=${name}>
        <p class="name">
          <i class=${`dot ${stateKind(state)}`} aria-hidden="true"></i>
          <span class="mono" title=${name}>${name}</span>
          ${slow.has(name) && html`<span class="tag warn">${t.upstreams.slow}</span>`}
          ${
        state === "up"
          ? html`<span class="unseen">${stateText(state)}</span>`
          : html`<span class=${`tag ${stateKind(state)}`}>${stateText(state)}</span>`
      }
          <span class="share" title=${t.upstreams.shareOfReplies}>${share(own, replies)}</span>
        </p>
        <${TimeRange} medianMs=${medianMs} percentile95Ms=${percentile95Ms} isSlow=${slow.has(name)} />
        ${
        state !== "up" && (reason !== "" || disabledSeconds !== null) &&
        html`<p class="note">${disabledSeconds === null ? reason : t.upstreams.leftOutFor(span(disabledSeconds))}</p>`
      }
      </li>`;
    })
  }
  </ul>`;
}
