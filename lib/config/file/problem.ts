import { UsageError } from "../usage_error.ts";
import { lineOf, type Mark, pathBelow, type SourceText, type Span } from "./mark.ts";

/** Characters of a line that are shown; a longer line is cut around what is wrong. */
const SHOWN_MAX = 120;
/** What would move the cursor or change what is written. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Something in a file that cannot be used. */
export interface Problem {
  /** The file. */
  readonly file: string;
  /** From 1; 0 when the file as a whole is meant. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** Characters that are meant, on that line. */
  readonly length: number;
  /** Which setting; empty for what is none. */
  readonly path: string;
  /** What is wrong with it. */
  readonly message: string;
  /** The text of the line. */
  readonly text: string;
}

/** A problem with a value; with its key where the value is none, or cannot be there at all. */
export function problemAt(mark: Mark, message: string, part: "key" | "value" = "value"): Problem {
  return problemIn(mark.source, part === "key" ? mark.key ?? mark.value : mark.value, mark.path, message);
}

/** A problem with something that is missing in a table. */
export function problemBelow(mark: Mark, key: string, message: string): Problem {
  return problemIn(mark.source, mark.value, pathBelow(mark.path, key), message);
}

/** A problem with a part of a text. */
export function problemIn(source: SourceText, { start, end }: Span, path: string, message: string): Problem {
  const { file, text } = source;
  const { line, start: lineStart } = lineOf(source, start);
  const lineEnd = text.indexOf("\n", start) === -1 ? text.length : text.indexOf("\n", start);
  const length = Math.max(1, Math.min(end, lineEnd) - start);
  const shown = text.slice(lineStart, lineEnd).replace(/\r$/, "");
  return { file, line, column: start - lineStart + 1, length, path, message, text: shown };
}

/** A problem with a file as a whole. */
export function problemWith(file: string, message: string): Problem {
  return { file, line: 0, column: 0, length: 0, path: "", message, text: "" };
}

/** In the order in which they stand: files in the order in which they were read. */
export function inOrder(problems: readonly Problem[], files: readonly string[]): Problem[] {
  const place = ({ file }: Problem) => files.indexOf(file);
  return problems.toSorted((a, b) => place(a) - place(b) || a.line - b.line || a.column - b.column);
}

/** What is written of a problem: the place and what is wrong, the line, and a mark below what is meant. */
export function problemLines({ file, line, column, length, path, message, text }: Problem): string[] {
  const what = printable(path === "" ? message : `${path}: ${message}`);
  if (line === 0) return [`${printable(file)}: ${what}`];
  // A part of a long line.
  const from = text.length <= SHOWN_MAX
    ? 0
    : Math.max(0, Math.min(column - 1 - SHOWN_MAX / 2, text.length - SHOWN_MAX));
  const shown = text.slice(from, from + SHOWN_MAX).replaceAll("\t", " ");
  const carets = "^".repeat(Math.max(1, Math.min(length, shown.length - (column - 1 - from))));
  return [
    `${printable(file)}:${line}:${column}: ${what}`,
    `${String(line).padStart(6)} | ${printable(shown)}`,
    `       | ${" ".repeat(column - 1 - from)}${carets}`,
  ];
}

/** Text that only shows what it says, on one line. */
export function printable(text: string): string {
  return text.replaceAll("\n", " ").replaceAll(CONTROL, "\ufffd");
}

/** Files that cannot be used, and all that is wrong with them. */
export class ConfigError extends UsageError {
  /** At least one. */
  readonly problems: readonly Problem[];

  /** The file that was asked for, and what is wrong in it or in what it includes. */
  constructor(file: string, problems: readonly Problem[]) {
    super(`Cannot use ${file}: ${problems.length === 1 ? "1 problem" : `${problems.length} problems`}`);
    this.problems = problems;
  }
}
