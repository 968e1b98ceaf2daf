import stringWidth from "string-width";
import type { Line, Span } from "./span.ts";

/** Every character is one column wide. */
const ASCII = /^[\x20-\x7e]*$/;
/**
 * What must not reach a terminal: control characters, C1 included, which some terminals obey, and what turns the direction of text
 * round. Names of clients and reasons come from others.
 */
// deno-lint-ignore no-control-regex
const HARMFUL = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
/** What stands for the rest of a text that is too long. */
const ELLIPSIS = "…";

const segmenter = new Intl.Segmenter();

/** Columns that a text takes. */
export function widthOf(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

/** The text without what a terminal might obey. */
export function harmless(text: string): string {
  return ASCII.test(text) ? text : text.replaceAll(HARMFUL, "?");
}

/** In exactly `width` columns: cut, or with spaces behind it, or before it where it is to stand to the right. */
export function fit(text: string, width: number, side: "left" | "right" = "left"): string {
  const shown = cut(harmless(text), width);
  const room = " ".repeat(width - widthOf(shown));
  return side === "left" ? shown + room : room + shown;
}

/** In at most `width` columns; what is cut off is marked. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width <= 0) return "";
  let [shown, columns] = ["", 0];
  for (const { segment } of segmenter.segment(text)) {
    columns += widthOf(segment);
    if (columns > width - 1) break;
    shown += segment;
  }
  return shown + ELLIPSIS;
}

/** A line in at most `width` columns. */
export function cutLine(spans: Line, width: number): Line {
  const shown: Span[] = [];
  let left = width;
  for (const { text, style } of spans) {
    if (left <= 0) break;
    const part = cut(harmless(text), left);
    left -= widthOf(part);
    shown.push({ text: part, style });
  }
  return shown;
}

/** Two lines on one, the second one to the right; the first one gives way. */
export function leftAndRight(left: Line, right: Line, width: number): Line {
  const rightWidth = lineWidth(right);
  const shown = cutLine(left, width - rightWidth - 1);
  return [...shown, { text: " ".repeat(Math.max(0, width - rightWidth - lineWidth(shown))), style: "plain" }, ...right];
}

/** Columns that a line takes. */
export function lineWidth(spans: Line): number {
  return spans.reduce((sum, { text }) => sum + widthOf(text), 0);
}
