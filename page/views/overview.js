import { useState } from "preact/hooks";
import { useAnswer } from "../base/answer.js";
import { html } from "../base/html.js";
import { useSeries } from "../base/series.js";
import { Choice } from "../parts/card.js";
import { SourceChart } from "../parts/chart.js";
import { Card } from "../parts/card.js";
import { Heading } from "../parts/frame.js";
import { ErrorNotice, Notice, Waiting } from "../parts/notice.js";
import { t } from "../texts/texts.js";
import { CacheCard } from "./overview/cache_card.js";
import { FailuresCard } from "./overview/failures_card.js";
import { Tiles } from "./overview/tiles.js";
import { TopCards } from "./overview/top_cards.js";
import { UpstreamsCard } from "./overview/upstreams_card.js";
import { Verdict } from "./overview/verdict.js";

/** @import { StatusAnswer } from "../../lib/web/api/answers.ts" */

const WINDOWS = [300, 3600, 86_400, 604_800];
/** More than this only a history has. */
const MEMORY_SECONDS = 3600;
const STATUS_EVERY_MS = 5000;

/** Whether it works; what is slow, who asks most, what is blocked; since when it fails. */
export function Overview() {
  const [windowSeconds, setWindow] = useState(300);
  const { answer, error, reload } = useAnswer("status", {}, STATUS_EVERY_MS);
  const status = /** @type {StatusAnswer | null} */ (answer);
  const { series, error: seriesError } = useSeries(windowSeconds);
  const windows = WINDOWS.filter((seconds) => seconds <= MEMORY_SECONDS || status?.hasHistory);
  const options = windows.map((seconds) => ({ value: `${seconds}`, text: t.windows[/** @type {300} */ (seconds)] }));
  return html`
    <${Heading} title=${t.views.overview}>
      <${Choice} label=${t.overview.window} options=${options} value=${`${windowSeconds}`} onChange=${chooseWindow} />
      <//>
      <${ErrorNotice} error=${error ?? seriesError} retry=${reload} />
      <${Verdict} status=${status} />
      ${status !== null && status.replies.total === 0 && html`<${FirstQuestion} status=${status} />`}
    <${Tiles} status=${status} series=${series} />
      <div class="grid">
        <${Card} id="chart-title" className="wide" title=${t.overview.questions}>
        ${series === null ? html`<${Waiting} lines="6" />` : html`<${SourceChart} series=${series} />`}
      <//>
      <${UpstreamsCard} />
      <${FailuresCard} series=${series} />
      <${CacheCard} status=${status} />
      <${TopCards} windowSeconds=${windowSeconds} />
    </div>
  `;

  /** @param {string} value */
  function chooseWindow(value) {
    setWindow(Number(value));
  }
}

/** For somebody who has just installed it. @param {{ status: StatusAnswer }} properties */
function FirstQuestion({ status }) {
  const plain = status.listeners.map(({ name }) => /^(?:\[(.*)\]|([\d.]+)):(\d+)$/.exec(name)).find((found) =>
    found !== null
  );
  if (plain === undefined) return null;
  const [, address6, address4, port] = plain;
  const address = (address6 ?? address4 ?? "").replace(/^0\.0\.0\.0$/, "127.0.0.1").replace(/^::$/, "::1");
  return html`<${Notice}>${t.overview.nobodyYet} <code class="mono">dig @${address} ${
    port === "53" ? "" : `-p ${port} `
  }example.org</code><//>`;
}
