import { parse, TomlError } from "smol-toml";
import { locate } from "./locate.ts";
import type { Mark, SourceText } from "./mark.ts";
import { type Problem, problemAt, problemIn, problemWith } from "./problem.ts";

/** Words that objects have keys of by themselves: what is called so could be lost on the way. */
const UNUSABLE_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** A text of TOML, read. */
export interface ReadToml {
  /** What it says. */
  readonly value: Record<string, unknown>;
  /** Where it says it. */
  readonly marks: Mark;
}

/** Reads the octets of a file. What is wrong goes to `problems`; then there is nothing. */
export function readToml(file: string, octets: Uint8Array, problems: Problem[]): ReadToml | null {
  const text = textOf(octets);
  if (text === null) {
    problems.push(problemWith(file, "must be text in UTF-8"));
    return null;
  }
  const source = { file, text };
  const value = parsed(source, problems);
  if (value === null) return null;
  const marks = locate(source);
  const unusable = unusableKeys(marks);
  problems.push(
    ...unusable.map((mark) => problemAt(mark, "must have another name: this one has a meaning of its own", "key")),
  );
  return unusable.length === 0 ? { value, marks } : null;
}

/** Without the mark that some editors put before UTF-8; `null` when it is something else. */
function textOf(octets: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    return null;
  }
}

function parsed(source: SourceText, problems: Problem[]): Record<string, unknown> | null {
  try {
    return parse(source.text, { maxDepth: 100 });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const start = offsetOf(source.text, error.line, error.column);
    const reason = syntaxReason(error, source.text[start]);
    problems.push(problemIn(source, { start, end: start + 1 }, "", reason));
    return null;
  }
}

/** The parser's words, but where they tell less to a user than to who has written a parser. */
function syntaxReason({ message }: TomlError, character: string | undefined): string {
  // Its first line says what is wrong; the others show the place, which is done here as for all problems.
  const reason = message.split("\n")[0]!.replace(/^Invalid TOML document: /, "");
  if (reason.startsWith("control characters") && (character === "\n" || character === "\r")) {
    return "text must end on its line: a quote is missing";
  }
  if (reason.startsWith("trying to redefine")) return "is given twice";
  if (reason.startsWith("illegal character in numeric")) return "must be a number, or text between quotes";
  return reason.startsWith("incomplete key-value") ? "a key needs a value: key = value" : reason;
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let i = 1; i < line; i++) start = text.indexOf("\n", start) + 1;
  return Math.min(text.length, start + column - 1);
}

function unusableKeys(mark: Mark): Mark[] {
  if (mark.children === null) return [];
  if (Array.isArray(mark.children)) return mark.children.flatMap(unusableKeys);
  return [...mark.children].flatMap(([key, child]) => UNUSABLE_KEYS.has(key) ? [child] : unusableKeys(child));
}
