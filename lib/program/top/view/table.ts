import { fit, harmless, widthOf } from "./cells.ts";
import { type Line, span, type Style } from "./span.ts";

/** A column of a table. */
export interface Column<Row> {
  /** What stands above it. */
  readonly head: string;
  /** The text of a cell. */
  readonly text: (row: Row) => string;
  /** How a cell is shown; plain, unless said otherwise. */
  readonly style?: (row: Row) => Style;
  /** On which side of its cells the text stands. */
  readonly side?: "left" | "right";
  /** Columns of the screen that it takes at least, and at most. */
  readonly width: { readonly min: number; readonly max: number };
  /** Whether it takes what is left; the first one that does has it. */
  readonly isFlexible?: boolean;
  /** Left out where the table has fewer columns of the screen than this. */
  readonly fromWidth?: number;
}

/** Between two columns. */
const GAP = 2;

/** Of the width, for a column that is not flexible. */
const SHARE_MAX = 0.32;

/** What a table is made from. */
export interface TableOptions<Row> {
  /** In order. */
  readonly columns: readonly Column<Row>[];
  /** Those that are shown. */
  readonly rows: readonly Row[];
  /** Columns of the screen. */
  readonly width: number;
  /** Which row is selected; -1 for none. */
  readonly selected?: number;
}

/** A table: its heads, and a line for each row, in `width` columns of the screen. */
export function table<Row>({ columns: all, rows, width, selected = -1 }: TableOptions<Row>): Line[] {
  const columns = all.filter(({ fromWidth = 0 }) => width >= fromWidth);
  const widths = widthsOf(columns, rows, width);
  const heads = columns.map(({ head, side = "left" }, i) => fit(head, widths[i]!, side));
  const lines = rows.map((row, at): Line => {
    const isSelected = at === selected;
    return columns.flatMap(({ text, style, side = "left" }, i) => {
      const shown = isSelected ? "selected" : style?.(row) ?? "plain";
      const gap = i === columns.length - 1 ? [] : [span(" ".repeat(GAP), isSelected ? "selected" : "plain")];
      return [span(fit(text(row), widths[i]!, side), shown), ...gap];
    });
  });
  return [[span(heads.join(" ".repeat(GAP)).trimEnd(), "faint")], ...lines];
}

/** As wide as what stands in them, as far as there is room; what is left goes to the flexible one. */
function widthsOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): number[] {
  const widths = columns.map(({ head, text, width: { min, max } }) => {
    const widest = rows.reduce((most, row) => Math.max(most, widthOf(harmless(text(row)))), widthOf(head));
    // One long text is to leave room for the others.
    const most = Math.max(min, Math.min(max, Math.floor(width * SHARE_MAX)));
    return Math.min(most, Math.max(min, widest));
  });
  const room = width - GAP * (columns.length - 1);
  const flexible = columns.findIndex(({ isFlexible }) => isFlexible);
  const others = widths.reduce((sum, one, i) => i === flexible ? sum : sum + one, 0);
  if (flexible !== -1) widths[flexible] = Math.max(columns[flexible]!.width.min, room - others);
  let over = widths.reduce((sum, one) => sum + one, 0) - room;
  // Where all of it is too wide, what is furthest above its least gives way first, and in the end what comes last.
  for (; over > 0; over--) {
    const slack = widths.map((one, i) => one - columns[i]!.width.min);
    const most = Math.max(...slack);
    if (most <= 0) break;
    widths[slack.indexOf(most)]!--;
  }
  for (let i = widths.length - 1; i >= 0 && over > 0; i--) {
    const taken = Math.min(over, Math.max(0, widths[i]! - 1));
    widths[i]! -= taken;
    over -= taken;
  }
  return widths;
}
