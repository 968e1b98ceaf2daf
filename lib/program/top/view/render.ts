import type { Explanation } from "../../../operator/explain/explanation.ts";
import { explanationText } from "../../../operator/explain/explanation_text.ts";
import type { TopRow } from "../../../web/api/answers.ts";
import { queryRows, topRows, upstreamRows } from "../orders.ts";
import type { TopData } from "../top_data.ts";
import type { TopView } from "../top_view.ts";
import { cutLine, lineWidth } from "./cells.ts";
import { footLine } from "./foot.ts";
import { headLine, loadLines } from "./head.ts";
import { helpLines } from "./help.ts";
import { type Line, line, span } from "./span.ts";
import { type Column, table } from "./table.ts";
import { CLIENT_COLUMNS, NAME_COLUMNS, QUERY_COLUMNS, UPSTREAM_COLUMNS } from "./tables.ts";

/** Columns and lines of a screen. */
export interface Size {
  /** At least 1. */
  readonly columns: number;
  /** At least 1. */
  readonly rows: number;
}

/** A screen that is smaller shows nothing that could be read. */
const SMALLEST: Size = { columns: 40, rows: 8 };
/** Of the overview. */
const UPSTREAMS_MAX = 4;
const TOPS_MAX = 6;
/** Between two tables side by side. */
const SIDE_GAP = 3;

/** The screen: as many lines as it has, none of them wider. */
export function render(data: TopData, view: TopView, size: Size): Line[] {
  const { columns, rows } = size;
  if (columns < SMALLEST.columns || rows < SMALLEST.rows) {
    return filled([line(`too small: ${SMALLEST.columns}x${SMALLEST.rows} at least`)], size);
  }
  const body = bodyLines(data, view, { columns, rows: rows - 2 });
  const middle = filled(body, { columns, rows: rows - 2 });
  return filled([headLine(data, columns), ...middle, footLine(view, columns)], size);
}

/** What is printed where there is no screen: the overview with as many lines as it takes. */
export function printed(data: TopData, view: TopView, columns: number): Line[] {
  const body = overview(data, view, { columns, rows: 40 }, false);
  return [headLine(data, columns), ...body].map((spans) => cutLine(spans, columns));
}

function bodyLines(data: TopData, view: TopView, size: Size): Line[] {
  const { overlay, screen } = view;
  if (overlay === "help") return [[], ...helpLines(data.status)];
  if (overlay === "explain") return [[], ...explainLines(data)];
  if (screen === "overview") return overview(data, view, size, true);
  return [[], ...fullTable(data, view, size)];
}

function explainLines({ explained }: TopData): Line[] {
  if (explained === null) return [line("asking …", "faint")];
  const text = typeof explained === "string" ? explained : explanationText(explained as Explanation);
  return text.split("\n").map((one) => line(one));
}

function fullTable(data: TopData, view: TopView, { columns: width, rows }: Size): Line[] {
  const { screen } = view;
  const show = <Row>(columns: readonly Column<Row>[], all: readonly Row[], none: string) => {
    return all.length === 0 ? [line(none, "faint")] : scrolled(columns, all, view.selected, width, rows - 2);
  };
  switch (screen) {
    case "names":
    case "blocked":
      return show(
        NAME_COLUMNS,
        topRows(data[screen], view),
        nothing(screen === "names" ? "nobody asks" : "nothing is blocked"),
      );
    case "clients":
      return show(CLIENT_COLUMNS, topRows(data.clients, view), nothing("nobody asks"));
    case "upstreams":
      return show(UPSTREAM_COLUMNS, upstreamRows(data, view), "there is no upstream");
    default:
      return show(QUERY_COLUMNS, queryRows(data, view), nothing(view.filter === "" ? "nobody asks" : "no such query"));
  }
}

function nothing(what: string): string {
  return `${what} since this was started`;
}

/** A table in `rows` lines below its heads, with the selected row among those that are shown. */
function scrolled<Row>(
  columns: readonly Column<Row>[],
  all: readonly Row[],
  selected: number,
  width: number,
  rows: number,
): Line[] {
  const first = Math.max(0, Math.min(selected - rows + 1, all.length - rows));
  return table({ columns, rows: all.slice(first, first + rows), width, selected: selected - first });
}

function overview(data: TopData, view: TopView, { columns: width, rows }: Size, hasSelection: boolean): Line[] {
  const load = loadLines(data, width);
  const upstreams = upstreamRows(data, view);
  // Enough of each on 24 lines, and queries have what is left.
  const isShort = rows < 30;
  const shownUpstreams = Math.min(upstreams.length, isShort ? 3 : UPSTREAMS_MAX + 2);
  const more = upstreams.length - shownUpstreams;
  const tops = isShort ? 3 : TOPS_MAX;
  const [names, clients] = [topRows(data.names, OWN_ORDER), topRows(data.clients, OWN_ORDER)];
  const above: Line[] = [
    ...load,
    [],
    ...table({ columns: UPSTREAM_COLUMNS, rows: trouble(upstreams, shownUpstreams), width }),
    ...(more > 0 ? [line(`and ${more} more: 4`, "faint")] : []),
    [],
    ...besides(names.slice(0, tops), clients.slice(0, tops), width),
    [],
  ];
  const room = rows - above.length - 1;
  const queries = queryRows(data, view);
  if (room < 1) return above;
  // Nobody has chosen anything yet: a bar across the newest query would be all that is seen.
  const selected = hasSelection && view.selected > 0 ? view.selected : -1;
  const below = queries.length === 0
    ? [line(nothing(view.filter === "" ? "nobody asks" : "no such query"), "faint")]
    : scrolled(QUERY_COLUMNS, queries, selected, width, room);
  return [...above, ...below];
}

const OWN_ORDER = { screen: "names", order: 0 } as const;

/** So many of them, and those that are not up whatever their place. */
function trouble<Row extends { readonly state: string }>(all: readonly Row[], count: number): readonly Row[] {
  if (all.length <= count) return all;
  const down = all.filter(({ state }) => state !== "up").slice(0, count);
  const up = all.filter(({ state }) => state === "up").slice(0, count - down.length);
  return all.filter((one) => down.includes(one) || up.includes(one));
}

/** Names and clients side by side. */
function besides(names: readonly TopRow[], clients: readonly TopRow[], width: number): Line[] {
  const right = Math.floor((width - SIDE_GAP) * 0.45);
  const left = width - SIDE_GAP - right;
  const [a, b] = [
    table({ columns: NAME_COLUMNS, rows: names, width: left }),
    table({ columns: CLIENT_COLUMNS, rows: clients, width: right }),
  ];
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => {
    const one = a[i] ?? [];
    return [...one, span(" ".repeat(left + SIDE_GAP - lineWidth(one))), ...b[i] ?? []];
  });
}

/** Exactly as many lines as the screen has, cut at its right. */
function filled(lines: readonly Line[], { columns, rows }: Size): Line[] {
  const shown = lines.slice(0, rows).map((spans) => cutLine(spans, columns));
  return [...shown, ...Array.from({ length: rows - shown.length }, (): Line => [])];
}
