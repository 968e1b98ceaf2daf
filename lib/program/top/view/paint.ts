import type { Line, Style } from "./span.ts";

/** Control sequences (ECMA-48, and what terminals have in common since the VT100 and xterm). */
const CSI = "\x1b[";
/** Synchronized output: what stands between these is shown at once. Terminals that do not know it pass it over. */
const BEGIN = `${CSI}?2026h`;
const END = `${CSI}?2026l`;
const RESET = `${CSI}0m`;
const TO_END_OF_LINE = `${CSI}K`;

/** SGR parameters: the sixteen colours of the terminal itself, so that its own light or dark theme holds. */
const SGR: Readonly<Record<Style, string>> = {
  plain: "",
  strong: "1",
  faint: "2",
  good: "32",
  warn: "33",
  bad: "31",
  accent: "36",
  selected: "7",
};
/** Without colour (NO_COLOR): weight, and what is selected, remain. */
const COLOURS: readonly Style[] = ["good", "warn", "bad", "accent"];

/** A line as a terminal shows it. */
export function ansiText(spans: Line, hasColor: boolean): string {
  let [text, before] = ["", ""];
  for (const { text: part, style } of spans) {
    const parameters = !hasColor && COLOURS.includes(style) ? "" : SGR[style];
    if (parameters !== before) {
      text += `${before === "" ? "" : RESET}${parameters === "" ? "" : `${CSI}${parameters}m`}`;
    }
    text += part;
    before = parameters;
  }
  return before === "" ? text : text + RESET;
}

/** What is on the screen. */
export type Painted = readonly string[];

/** What has to be written so that the screen shows `lines` where it shows `before`: the lines that differ, all at once. */
export function paint(before: Painted, lines: readonly Line[], hasColor: boolean): { text: string; painted: Painted } {
  const painted = lines.map((spans) => ansiText(spans, hasColor));
  const changes: string[] = [];
  for (let i = 0; i < Math.max(before.length, painted.length); i++) {
    const shown = painted[i] ?? "";
    if (shown !== before[i]) changes.push(`${CSI}${i + 1};1H${shown}${TO_END_OF_LINE}`);
  }
  return { text: changes.length === 0 ? "" : `${BEGIN}${changes.join("")}${END}`, painted };
}
