import { orderText } from "../orders.ts";
import { SCREENS, type TopView } from "../top_view.ts";
import { leftAndRight } from "./cells.ts";
import { type Line, line, span } from "./span.ts";

/** From so many columns on there is room for the names of all screens. */
const WIDE = 120;

/** The keys that most people want, and what is different from the beginning. */
export function footLine(view: TopView, width: number): Line {
  const { typed, overlay, isPaused, filter } = view;
  if (typed !== null) {
    return [span("filter: ", "strong"), span(`${typed}▏`), span("  Enter: use it  Esc: leave it", "faint")];
  }
  if (overlay !== null) return line("any key: back", "faint");
  const state = [
    ...isPaused ? [span(" PAUSED ", "selected")] : [],
    ...filter === "" ? [] : [span(` filter: ${filter}`, "warn")],
    ...view.order === 0 ? [] : [span(` ${orderText(view)}`, "warn")],
  ];
  const screens = width < WIDE ? "1-6 screens" : SCREENS.map((screen, i) => `${i + 1} ${screen}`).join("  ");
  const keys = `q quit  p pause  f filter  s sort  Enter why  ${screens}  ? help`;
  return leftAndRight(line(keys, "faint"), state, width);
}
