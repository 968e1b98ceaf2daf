import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { compact, dayMinute, minute, rate } from "../base/format.js";
import { html } from "../base/html.js";
import { useStore } from "../base/store.js";
import { colourOf, colours } from "../base/theme.js";
import { t } from "../texts/texts.js";
import { momentOf, perSecond, totals } from "../base/counts.js";
import { Source, SOURCES, sourceText } from "./marks.js";

/** @import { Series } from "../base/counts.js" */

const HEIGHT = 236;

/**
 * Queries a second by source, piled up. What the legend leaves out is not counted.
 * @param {{ series: Series }} properties
 */
export function SourceChart({ series }) {
  const [hidden, setHidden] = useState(/** @type {ReadonlySet<string>} */ (new Set()));
  const { bySource } = totals(series);
  const present = SOURCES.filter((source) => (bySource[source] ?? 0) > 0);
  const shown = present.filter((source) => !hidden.has(source));
  const toggle = (/** @type {string} */ source) => setHidden((before) => before.symmetricDifference(new Set([source])));
  return html`
    <div class="legend" role="group" aria-label=${t.overview.legend}>
      ${present.map((source) => {
        return html`
          <button
            type="button"
            key=${source}
            aria-pressed=${hidden.has(source) ? "false" : "true"}
            onClick=${() => toggle(source)}
          ><${Source} source=${source} /></button>
        `;
      })}
    </div>
    <${Plot} series=${series} shown=${shown} />
  `;
}

/** @param {{ series: Series, shown: readonly string[] }} properties */
function Plot({ series, shown }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {uPlot | null} */ (null));
  const [at, setAt] = useState(/** @type {number | null} */ (null));
  const colourTurn = useStore(colours);
  const data = useMemo(() => piled(series, shown), [series, shown.join()]);
  const key = `${shown.join()} ${series.stepMs} ${colourTurn}`;
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = new uPlot(options(shown, series, element.clientWidth, setAt), data, element);
    plot.current = made;
    const resizing = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    resizing.observe(element);
    return () => {
      resizing.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [key]);
  useEffect(() => plot.current?.setData(data), [data]);
  const move = (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (step === undefined || plot.current === null) return;
    event.preventDefault();
    const length = data[0]?.length ?? 0;
    const next = Math.min(length - 1, Math.max(0, (at ?? length - 1) + step));
    plot.current.setCursor({
      left: plot.current.valToPos(/** @type {number} */ (data[0]?.[next]), "x"),
      top: HEIGHT / 2,
    });
  };
  return html`
    <div class="plot">
      <div class="canvas" tabindex="0" role="img" aria-label=${summary(series, shown)} onKeyDown=${move}>
        <div ref=${place} aria-hidden="true"></div>
      </div>
      <div aria-live="polite">
          ${at !== null &&
            html`<${Reading} series=${series} shown=${shown} at=${at} left=${cursorLeft(plot.current)} />`}
        </div>
    </div>
  `;
}

/** What it was at one moment. @param {{ series: Series, shown: readonly string[], at: number, left: number }} properties */
function Reading({ series, shown, at, left }) {
  const rateOf = (/** @type {string} */ source) => {
    return perSecond(series, series.counts[series.sources.indexOf(source)]?.[at] ?? 0, at);
  };
  const atMs = series.fromAtMs + at * series.stepMs;
  return html`
    <div class=${`reading${left > 0.6 ? " left" : ""}`} style=${{ "--at": `${100 * left}%` }}>
      <b>${momentOf(series, atMs)}</b>
      <dl>
          ${[...shown].reverse().map((source) => {
            return html`
              <div key=${source}>
                <dt>
                  <${Source} source=${source} />
                </dt>
                <dd>${rate(rateOf(source))}</dd>
              </div>
            `;
          })}
        </dl>
    </div>
  `;
}

/** @param {uPlot | null} plot @returns {number} 0–1 of the whole width. */
function cursorLeft(plot) {
  if (plot === null) return 0;
  return (plot.bbox.left / devicePixelRatio + (plot.cursor.left ?? 0)) / plot.width;
}

/** @param {Series} series @param {readonly string[]} shown */
function summary(series, shown) {
  const rows = series.sources.flatMap((source, i) => shown.includes(source) ? [series.counts[i] ?? []] : []);
  const sums = (rows[0] ?? []).map((_, at) =>
    perSecond(series, rows.reduce((sum, row) => sum + (row[at] ?? 0), 0), at)
  );
  const most = Math.max(0, ...sums);
  const atMs = series.fromAtMs + sums.indexOf(most) * series.stepMs;
  return t.overview.chartSummary(
    shown.map(sourceText).join(", "),
    rate(sums.at(-1) ?? 0),
    rate(most),
    momentOf(series, atMs),
  );
}

/** Sums from the bottom up, the highest first: each is drawn over the one before. @param {Series} series
 * @param {readonly string[]} shown @returns {uPlot.AlignedData} */
function piled(series, shown) {
  const length = series.counts[0]?.length ?? 0;
  const x = Array.from({ length }, (_, i) => (series.fromAtMs + i * series.stepMs) / 1000);
  const pile = new Float64Array(length);
  const sums = shown.map((source) => {
    const row = series.counts[series.sources.indexOf(source)] ?? [];
    for (let i = 0; i < length; i++) pile[i] = /** @type {number} */ (pile[i]) + perSecond(series, row[i] ?? 0, i);
    return Array.from(pile);
  });
  return [x, ...sums.reverse()];
}

/** @param {readonly string[]} shown @param {Series} series @param {number} width
 * @param {(at: number | null) => void} onMove @returns {uPlot.Options} */
function options(shown, series, width, onMove) {
  const [ink, grid] = [colourOf("--ink-2"), colourOf("--line")];
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
  const length = (series.counts[0]?.length ?? 0) * series.stepMs;
  const time = length <= 86_400_000 ? minute : dayMinute;
  return {
    width,
    height: HEIGHT,
    padding: [8, 20, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { setScale: false, x: false, y: false } },
    scales: { x: { time: true }, y: { range: (_, __, max) => [0, Math.max(1, max * 1.08)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        space: length <= 86_400_000 ? 64 : 110,
        values: (_, splits) => splits.map((second) => second % 60 === 0 ? time(second * 1000) : ""),
      },
      {
        ...axis,
        size: 44,
        space: 38,
        values: (_, splits) => splits.map((value) => value >= 1000 ? compact(value) : rate(value)),
      },
    ],
    series: [
      {},
      ...[...shown].reverse().map((source) => {
        const colour = colourOf(`--${source}`);
        return { stroke: colour, fill: colourOf(`--${source}-fill`), width: 1, points: { show: false } };
      }),
    ],
    hooks: {
      setCursor: [
        (plot) => onMove(plot.cursor.left === undefined || plot.cursor.left < 0 ? null : plot.cursor.idx ?? null),
      ],
    },
  };
}
