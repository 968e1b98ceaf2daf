/** How a piece of text is shown, where the terminal can: in a colour, or weight, that means something. */
export type Style = "plain" | "strong" | "faint" | "good" | "warn" | "bad" | "accent" | "selected";

/** A piece of text in one style, without control characters. */
export interface Span {
  /** What is shown. */
  readonly text: string;
  /** How. */
  readonly style: Style;
}

/** A line of the screen, or of what is printed. */
export type Line = readonly Span[];

/** A piece of text. */
export function span(text: string, style: Style = "plain"): Span {
  return { text, style };
}

/** A line in one style. */
export function line(text: string, style: Style = "plain"): Line {
  return text === "" ? [] : [span(text, style)];
}

/** The line as text alone. */
export function plainText(spans: Line): string {
  return spans.map(({ text }) => text).join("").trimEnd();
}
