import { parse, TomlError, type TomlTable, type TomlValue } from "smol-toml";
import { UsageError } from "../../usage_error.ts";
import type { Source } from "../draft.ts";
import { type Node, Tree } from "./tree.ts";

/** A TOML file as programs write it: a table's name on a line of its own, and a key at the beginning of each other. */
export function tomlTree({ file, text }: Source): Tree {
  const lines = text.split("\n");
  const lineOf = keyLines(lines);
  return new Tree(nodeOf(readToml(file, text), "", 1), file);

  function nodeOf(value: TomlValue, path: string, line: number): Node {
    if (Array.isArray(value)) {
      return { kind: "list", line, items: value.map((item) => nodeOf(item, path, elementLine(item, line))) };
    }
    if (typeof value !== "object" || value instanceof Date) return { kind: "scalar", text: String(value), line };
    const entries = Object.entries(value).map(([key, of]) => {
      const own = path === "" ? key : `${path}.${key}`;
      return [key, nodeOf(of, own, lineOf.get(own) ?? line)] as const;
    });
    return { kind: "table", entries: new Map(entries), line };
  }

  /** The line behind that of a list's key on which an element stands. */
  function elementLine(item: TomlValue, listLine: number): number {
    if (typeof item !== "string") return listLine;
    const written = JSON.stringify(item);
    for (let i = listLine - 1; i < lines.length; i++) {
      if (lines[i]!.includes(written)) return i + 1;
      if (/^\s*\]/.test(lines[i]!)) break;
    }
    return listLine;
  }
}

function readToml(file: string, text: string): TomlTable {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new UsageError(`Cannot read ${file}:${error.line}:${error.column}: ${error.message.split("\n")[0]}`);
  }
}

/** Where each key stands, by its path. */
function keyLines(lines: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  let table = "";
  for (const [i, line] of lines.entries()) {
    const [, name] = /^\s*\[\s*([\w.-]+)\s*\]/.exec(line) ?? [];
    const [, key] = /^\s*([\w.-]+)\s*=/.exec(line) ?? [];
    if (name !== undefined) table = name;
    const path = name ?? (key === undefined ? null : table === "" ? key : `${table}.${key}`);
    if (path !== null && !found.has(path)) found.set(path, i + 1);
  }
  return found;
}
