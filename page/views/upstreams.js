import { useState } from "preact/hooks";
import { post, session } from "../base/api.js";
import { useAction, useAnswer } from "../base/answer.js";
import { share, span, whole } from "../base/format.js";
import { html } from "../base/html.js";
import { useStore } from "../base/store.js";
import { Card } from "../parts/card.js";
import { Heading } from "../parts/frame.js";
import { isUp, State } from "../parts/marks.js";
import { ErrorNotice, Nothing, Notice, Waiting } from "../parts/notice.js";
import { slowOnes, TimeRange } from "../parts/range.js";
import { Table } from "../parts/table.js";
import { t } from "../texts/texts.js";
import { DisableDialog } from "./upstreams/disable_dialog.js";
import { Reasons } from "./upstreams/reasons.js";

/** @import { UpstreamAnswer, UpstreamsAnswer } from "../../lib/web/api/answers.ts" */

const EVERY_MS = 3000;

/** Who is asked, how they are doing, and why one is not. */
export function Upstreams() {
  const asked = useAnswer("upstreams", {}, EVERY_MS);
  const answer = /** @type {UpstreamsAnswer | null} */ (asked.answer);
  const mayChange = useStore(session)?.scope === "admin";
  const [leaving, leaveOut] = useState(/** @type {UpstreamAnswer | null} */ (null));
  const enabling = useAction(async (/** @type {string} */ name) => {
    asked.set(await post(`upstreams/${encodeURIComponent(name)}/enable`));
  });
  const upstreams = answer?.upstreams ?? [];
  const up = upstreams.filter(({ state }) => isUp(state)).length;
  return html`
    <${Heading} title=${t.views.upstreams} note=${answer ? t.upstreams.up(up, upstreams.length) : ""} />
    <${ErrorNotice} error=${asked.error ?? enabling.error} retry=${asked.reload} />
    ${!mayChange && answer && html`<${Notice}>${t.common.lookOnly}<//>`}
    <section class="card" aria-label=${t.views.upstreams}>
      ${answer === null
        ? html`<${Waiting} lines="4" />`
        : upstreams.length === 0
        ? html`<${Nothing}>${t.upstreams.none}<//>`
        : html`<${UpstreamTable} upstreams=${upstreams} mayChange=${
          mayChange && !enabling.isBusy
        } onDisable=${leaveOut} onEnable=${enabling.run} />`}
    </section>
    ${answer !== null && answer.groups.length > 1 && html`<${Groups} groups=${answer.groups} />`}
    ${leaving &&
      html`<${DisableDialog} upstream=${leaving} isLast=${up === 1 && isUp(leaving.state)} onClose=${() =>
        leaveOut(null)} onDone=${asked.set} />`}
  `;
}

/**
 * @param {{ upstreams: readonly UpstreamAnswer[], mayChange: boolean, onDisable: (upstream: UpstreamAnswer) => void,
 *   onEnable: (name: string) => void }} properties
 */
function UpstreamTable({ upstreams, mayChange, onDisable, onEnable }) {
  const slow = slowOnes(upstreams);
  const replies = upstreams.reduce((sum, upstream) => sum + upstream.replies, 0);
  /** @type {import("../parts/table.js").Column<UpstreamAnswer>[]} */
  const columns = [
    { title: t.upstreams.state, className: "state", cell: ({ state }) => html`<${State} state=${state} />` },
    {
      title: t.upstreams.upstream,
      className: "name",
      isHead: true,
      cell: ({ name, transport, groups, reason, notes, disabledSeconds }) =>
        html`<span class="mono">${name}</span>
        <span class="note">${[transport.toUpperCase(), ...groups].join(" · ")}</span>
        ${
          disabledSeconds !== null &&
          html`<span class="note strong">${t.upstreams.leftOutFor(span(disabledSeconds))}</span>`
        }
        ${disabledSeconds === null && reason !== "" && html`<span class="note strong">${reason}</span>`}
        ${notes.map((note) => html`<span key=${note} class="note">${note}</span>`)}`,
    },
    {
      title: t.upstreams.times,
      className: "times",
      cell: (upstream) =>
        html`<${TimeRange} medianMs=${upstream.medianMs} percentile95Ms=${upstream.percentile95Ms} isSlow=${
          slow.has(upstream.name)
        } />`,
    },
    { title: t.upstreams.share, className: "number", cell: (upstream) => share(upstream.replies, replies) },
    { title: t.upstreams.sent, className: "number", cell: ({ queries }) => whole(queries) },
    { title: t.upstreams.hedges, className: "number", cell: ({ hedges }) => whole(hedges) },
    { title: t.upstreams.failed, className: "failures", cell: (upstream) => html`<${Reasons} upstream=${upstream} />` },
    {
      title: t.upstreams.breaker,
      className: "act",
      isTitleHidden: true,
      cell: (upstream) =>
        upstream.disabledSeconds !== null
          ? html`
            <button type="button" disabled=${!mayChange}
              onClick=${() => onEnable(upstream.name)}>${t.upstreams.takeBack}<span class="unseen"> ${upstream
                .name}</span></button>
          `
          : html`
            <button type="button" disabled=${!mayChange}
              onClick=${() => onDisable(upstream)}>${t.upstreams.leaveOut}<span class="unseen"> ${upstream
                .name}</span></button>
          `,
    },
  ];
  return html`<${Table} caption=${t.views.upstreams} className="upstreams" columns=${columns} rows=${upstreams} keyOf=${nameOf} />`;
}

/** @param {UpstreamAnswer} upstream */
function nameOf({ name }) {
  return name;
}

/** @param {{ groups: UpstreamsAnswer["groups"] }} properties */
function Groups({ groups }) {
  return html`
    <${Card} id="groups-title" title=${t.upstreams.groups}>
      <dl class="facts inline">
          ${groups.map(({ name, upstreams, fallback }) => {
            return html`
              <div key=${name}>
                <dt>${name}</dt>
                <dd><span class="mono">${upstreams.join(", ")}</span>${fallback && html`
                  <span class="note">${t.upstreams.andThen(fallback)}</span>
                `}</dd>
              </div>
            `;
          })}
        </dl>
      <//>
  `;
}
