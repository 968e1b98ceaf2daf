import type { Key } from "../../base/terminal.ts";
import { nextOrder, queryRows, rowCount, topRows, upstreamRows } from "./orders.ts";
import type { TopData } from "./top_data.ts";
import { FIRST_VIEW, SCREENS, type TopView } from "./top_view.ts";

/** Rows that a page is. */
const PAGE = 10;
/** Characters of a filter. */
const FILTER_MAX = 200;

/** What a key comes to: another view, and perhaps something to be done. */
export interface Pressed {
  /** How it is looked at from now on. */
  readonly view: TopView;
  /** `quit`; `draw` everything anew; `filter`: other queries are wanted; `explain` one of them. */
  readonly wish: "quit" | "draw" | "filter" | { readonly explain: ExplainWish } | null;
}

/** What is to be explained. */
export interface ExplainWish {
  /** QNAME in text. */
  readonly name: string;
  /** QTYPE in text. */
  readonly type: string;
  /** Who has asked; `null` where that is not known. */
  readonly client: string | null;
}

/** What comes of a key. */
export function press(view: TopView, key: Key, data: TopData): Pressed {
  if (key.isControl && key.name === "c") return { view, wish: "quit" };
  if (key.isControl && key.name === "l") return { view, wish: "draw" };
  if (view.typed !== null) return type(view, view.typed, key);
  if (view.overlay !== null) return key.name === "q" ? { view, wish: "quit" } : to({ ...view, overlay: null });
  if (key.name === "q") return { view, wish: "quit" };
  if (key.name === "return") return choose(view, data);
  if (key.name === "escape") {
    return { view: { ...FIRST_VIEW, isPaused: view.isPaused }, wish: view.filter === "" ? null : "filter" };
  }
  const screen = SCREENS[SCREEN_KEYS.indexOf(key.text)];
  if (screen !== undefined) return to({ ...view, screen, order: 0, selected: 0 });
  switch (key.text) {
    case "?":
    case "h":
      return to({ ...view, overlay: "help" });
    case "p":
    case " ":
      return to({ ...view, isPaused: !view.isPaused });
    case "f":
    case "/":
      return to({ ...view, typed: view.filter });
    case "s":
      return to({ ...view, selected: 0, order: nextOrder(view) });
  }
  const step = STEPS[key.name] ?? STEPS[key.text] ?? 0;
  return to({ ...view, selected: Math.max(0, Math.min(rowCount(data, view) - 1, view.selected + step)) });
}

/** In the order of `SCREENS`. */
const SCREEN_KEYS = ["1", "2", "3", "4", "5", "6"];

const STEPS: Readonly<Record<string, number>> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  pageup: -PAGE,
  pagedown: PAGE,
  home: -Infinity,
  end: Infinity,
};

function to(view: TopView): Pressed {
  return { view, wish: null };
}

/** A key while a filter is typed. */
function type(view: TopView, typed: string, { name, text, isControl }: Key): Pressed {
  if (name === "escape") return to({ ...view, typed: null });
  if (name === "return") return { view: { ...view, typed: null, filter: typed.trim(), selected: 0 }, wish: "filter" };
  if (name === "backspace") return to({ ...view, typed: typed.slice(0, -1) });
  if (isControl && name === "u") return to({ ...view, typed: "" });
  if (isControl || text.length !== 1 || text < " " || typed.length >= FILTER_MAX) return to(view);
  return to({ ...view, typed: typed + text });
}

/** What the selected row leads to. */
function choose(view: TopView, data: TopData): Pressed {
  const { screen, selected } = view;
  if (screen === "names" || screen === "clients" || screen === "blocked") {
    const row = topRows(data[screen], view)[selected];
    if (row === undefined) return to(view);
    const filter = screen === "clients" ? `client=${row.key}` : row.key;
    return { view: { ...view, screen: "queries", order: 0, selected: 0, filter }, wish: "filter" };
  }
  if (screen === "upstreams") {
    const row = upstreamRows(data, view)[selected];
    if (row === undefined) return to(view);
    const filter = `upstream=${row.name}`;
    return { view: { ...view, screen: "queries", order: 0, selected: 0, filter }, wish: "filter" };
  }
  const row = queryRows(data, view)[selected];
  if (row === undefined) return to(view);
  const { name, type: qtype, client } = row;
  return { view: { ...view, overlay: "explain" }, wish: { explain: { name, type: qtype, client } } };
}
