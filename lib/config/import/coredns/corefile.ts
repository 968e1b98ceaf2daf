import type { Origin, Source } from "../draft.ts";

/** A directive of a server block: a plugin with its arguments. */
export interface Directive {
  /** The plugin. */
  readonly name: string;
  /** What stands behind it on its line. */
  readonly args: readonly string[];
  /** What stands in braces behind that, a line each. */
  readonly block: readonly Directive[];
  /** Where it begins. */
  readonly origin: Origin;
}

/** A server block: zones, and what is done for them. */
export interface ServerBlock {
  /** Such as `example.org:1053`; a snippet has one in brackets. */
  readonly keys: readonly string[];
  /** In order. */
  readonly directives: readonly Directive[];
  /** Where it begins. */
  readonly origin: Origin;
}

interface Token {
  readonly text: string;
  readonly line: number;
}

/** Blocks in blocks of a Corefile; deeper ones are taken as they come. */
const DEPTH_MAX = 20;

/** The server blocks of a Corefile. One without braces is the whole file. */
export function readCorefile({ file, text }: Source): ServerBlock[] {
  const tokens = tokensOf(text);
  let at = 0;
  const blocks: ServerBlock[] = [];
  while (at < tokens.length) {
    const { line } = tokens[at]!;
    const keys: string[] = [];
    while (at < tokens.length && tokens[at]!.text !== "{" && (keys.length === 0 || goesOn())) {
      keys.push(tokens[at++]!.text.replace(/,$/, ""));
    }
    const isBraced = tokens[at]?.text === "{";
    if (isBraced) at++;
    blocks.push({ keys: keys.filter((key) => key !== ""), directives: directives(0), origin: { file, line } });
  }
  return blocks;

  /** Keys stand on one line, and go on behind a comma. */
  function goesOn(): boolean {
    return tokens[at]!.line === tokens[at - 1]!.line || tokens[at - 1]!.text.endsWith(",");
  }

  /** Up to the closing brace. */
  function directives(depth: number): Directive[] {
    const found: Directive[] = [];
    while (at < tokens.length && tokens[at]!.text !== "}") {
      const { text: name, line } = tokens[at++]!;
      const args: string[] = [];
      while (at < tokens.length && tokens[at]!.line === line && !"{}".includes(tokens[at]!.text)) {
        args.push(tokens[at++]!.text);
      }
      let block: Directive[] = [];
      if (tokens[at]?.text === "{" && depth < DEPTH_MAX) {
        at++;
        block = directives(depth + 1);
      }
      found.push({ name, args, block, origin: { file, line } });
    }
    at++;
    return found;
  }
}

function tokensOf(text: string): Token[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    const words = line.match(/"(?:\\.|[^"\\])*"|#.*|[^\s"]+/g) ?? [];
    const comment = words.findIndex((word) => word.startsWith("#"));
    const said = comment === -1 ? words : words.slice(0, comment);
    return said.map((word) => ({ text: word.replace(/^"(.*)"$/, "$1"), line: i + 1 }));
  });
}
