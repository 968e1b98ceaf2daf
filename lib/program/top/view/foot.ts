import { orderText } from "../orders.ts";
import type { TopView } from "../top_view.ts";
import { leftAndRight } from "./cells.ts";
import { type Line, line, span } from "./span.ts";

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
  const keys = "q quit  p pause  f filter  s sort  Enter why  1-6 screens  ? help";
  return leftAndRight(line(keys, "faint"), state, width);
}
