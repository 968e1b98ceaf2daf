import type { Origin, Source } from "../draft.ts";

/** A line of a clause. */
export interface Line {
  /** What it is about. */
  readonly key: string;
  /** What is said, without quotes around it. */
  readonly value: string;
  /** As it stands there, without a comment. */
  readonly text: string;
  /** Where it stands. */
  readonly origin: Origin;
}

/** What stands together in a file of unbound's: `server:` and the lines behind it. */
export interface Clause {
  /** Without the colon; empty for what stands before the first. */
  readonly name: string;
  /** Its lines. */
  readonly lines: readonly Line[];
}

/** The clauses of a file (unbound.conf(5)). One that has no lines is left out. */
export function readClauses({ file, text }: Source): Clause[] {
  const clauses: { name: string; lines: Line[] }[] = [{ name: "", lines: [] }];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    // Within a word it is a part of that: forward-addr: 192.0.2.1@853#dns.example.
    const said = /^(?:"[^"]*"|'[^']*'|(?<=\S)#|[^#"'])*/.exec(line)![0].trim();
    const [, key, rest = ""] = /^([A-Za-z0-9_-]+):\s*(.*)$/.exec(said) ?? [];
    if (key === undefined) {
      // What cannot be read is told with its line, too.
      if (said !== "") clauses.at(-1)!.lines.push({ key: "", value: said, text: said, origin: { file, line: i + 1 } });
    } else if (rest === "") clauses.push({ name: key, lines: [] });
    else clauses.at(-1)!.lines.push({ key, value: unquoted(rest), text: said, origin: { file, line: i + 1 } });
  }
  return clauses.filter(({ lines }) => lines.length > 0);
}

/** Quotes go around a whole value, or around a part of it, as the name in `local-zone: "example." static`. */
function unquoted(text: string): string {
  const [, , whole] = /^(["'])((?:(?!\1).)*)\1$/.exec(text) ?? [];
  if (whole !== undefined) return whole;
  return text.replace(/^(["'])((?:(?!\1).)*)\1(?=\s)/, "$2");
}
