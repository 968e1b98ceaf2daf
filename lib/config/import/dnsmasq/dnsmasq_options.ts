import type { Origin, Source } from "../draft.ts";

/** A line of the file, taken apart. */
export interface Option {
  /** What it is about. */
  readonly key: string;
  /** What is said; empty for nothing. */
  readonly value: string;
  /** The line without what is behind `#`. */
  readonly text: string;
  /** Where it stands. */
  readonly origin: Origin;
}

/** The lines that say something. */
export function optionsOf({ file, text }: Source): Option[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    const said = withoutComment(line).trim();
    if (said === "") return [];
    const [key, ...value] = said.split("=");
    return [{ key: key!.trim(), value: value.join("=").trim(), text: said, origin: { file, line: i + 1 } }];
  });
}

/** `#` begins a comment at the beginning of a line or behind a blank, but not within quotes. */
function withoutComment(line: string): string {
  return /^\s*#/.test(line) ? "" : /^(?:"[^"]*"|[^"#]|(?<!\s)#)*/.exec(line)![0];
}
