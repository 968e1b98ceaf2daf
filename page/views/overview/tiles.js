import { compact, percent, rate, share, took, whole } from "../../base/format.js";
import { html } from "../../base/html.js";
import { liveNow } from "../../base/live.js";
import { linkTo } from "../../base/route.js";
import { lastFailing, momentOf, totals } from "../../base/counts.js";
import { useStore } from "../../base/store.js";
import { Tile } from "../../parts/tile.js";
import { t } from "../../texts/texts.js";

/** @import { Series } from "../../base/counts.js" */
/** @import { StatusAnswer } from "../../../lib/web/api/answers.ts" */

/** Sources that answer from memory. */
const MEMORY = ["cache", "stale"];

/** The numbers that say how it is. @param {{ status: StatusAnswer | null, series: Series | null }} properties */
export function Tiles({ status, series }) {
  const news = useStore(liveNow);
  const { total, bySource } = series === null
    ? { total: 0, bySource: /** @type {Record<string, number>} */ ({}) }
    : totals(series);
  const memory = MEMORY.reduce((sum, source) => sum + (bySource[source] ?? 0), 0);
  const [failed, blocked] = [bySource["failure"] ?? 0, bySource["blocked"] ?? 0];
  const cold = status?.times.find(({ source }) => source === "upstream");
  const hit = status?.times.find(({ source }) => source === "cache");
  const failing = series === null ? null : lastFailing(series);
  const perSecond = news?.queriesPerSecond ?? status?.queriesPerSecond ?? null;
  const all = status?.replies.total ?? 0;
  return html`
    <div class="tiles">
      <${Tile}
        label=${t.tiles.questions}
        value=${perSecond === null ? "–" : rate(perSecond)}
        note=${status ? t.tiles.sinceStart(all < 1e6 ? whole(all) : compact(all)) : ""}
        href=${linkTo("queries")}
        values=${shares(series, null, false)}
        colour="accent"
      />
      <${Tile}
        label=${t.tiles.memory}
        value=${share(memory, total)}
        note=${hit
          ? t.tiles.within(took(hit.percentile95Ms))
          : t.tiles.everInMemory(percent(status?.cache?.hitRatio ?? null))}
        href=${linkTo("queries", { source: "cache,stale" })}
        values=${shares(series, MEMORY, true)}
        colour="cache"
      />
      <${Tile}
        label=${t.tiles.slow}
        value=${took(cold?.percentile95Ms ?? null)}
        note=${cold ? t.tiles.median(took(cold.medianMs)) : t.tiles.nobodyAsked}
        href=${linkTo("upstreams")}
        values=${shares(series, ["upstream"], false)}
        colour="upstream"
      />
      <${Tile}
        label=${t.tiles.blocked}
        value=${share(blocked, total)}
        note=${status ? t.tiles.sinceStart(whole(status.replies.blocked)) : ""}
        href=${linkTo("queries", { source: "blocked" })}
        values=${shares(series, ["blocked"], true)}
        colour="blocked"
      />
      <${Tile}
        label=${t.tiles.failed}
        value=${share(failed, total)}
        note=${series === null || failing === null
          ? t.tiles.noneFailed
          : failing.isOver
          ? t.tiles.failedLast(momentOf(series, failing.toAtMs))
          : t.tiles.failingSince(momentOf(series, failing.fromAtMs))}
        href=${linkTo("queries", { rcode: "SERVFAIL" })}
        values=${shares(series, ["failure"], false)}
        colour="failure"
        isBad=${failing?.isTrouble === true}
      />
    </div>
  `;
}

/**
 * For each step, how much of it came from these sources: as a share of all, or as it is.
 * @param {Series | null} series @param {readonly string[] | null} sources `null` for all. @param {boolean} isShare
 */
function shares(series, sources, isShare) {
  if (series === null) return [];
  const rows = series.sources.map((source, i) => ({
    isMeant: sources?.includes(source) ?? true,
    row: series.counts[i] ?? [],
  }));
  return (rows[0]?.row ?? []).map((_, at) => {
    let [part, all] = [0, 0];
    for (const { isMeant, row } of rows) {
      all += row[at] ?? 0;
      if (isMeant) part += row[at] ?? 0;
    }
    return isShare ? (all === 0 ? 0 : part / all) : part;
  });
}
