import { lineOf, type Mark } from "./mark.ts";
import { type Problem, problemAt } from "./problem.ts";
import type { ReadToml } from "./read_toml.ts";

/** A table of values, as it was parsed. */
type Table = Record<string, unknown>;

/**
 * Puts what another file says into what there is already: tables become one table, lists of tables one list. What both say
 * goes to `problems`, with both places. Nothing is overridden: which file counts would depend on their names.
 */
export function merge(into: ReadToml, other: ReadToml, problems: Problem[]): void {
  mergeTables(into.value, into.marks, other.value, other.marks, problems);
}

function mergeTables(into: Table, intoMark: Mark, other: Table, otherMark: Mark, problems: Problem[]): void {
  const intoMarks = intoMark.children as Map<string, Mark>;
  for (const [key, mark] of otherMark.children as Map<string, Mark>) {
    const known = intoMarks.get(key);
    const [here, there] = [into[key], other[key]];
    if (known === undefined) {
      into[key] = there;
      intoMarks.set(key, mark);
    } else if (isTable(here) && isTable(there)) mergeTables(here, known, there, mark, problems);
    else if (isListOfTables(here) && isListOfTables(there)) {
      here.push(...there);
      (known.children as Mark[]).push(...mark.children as Mark[]);
    } else {
      const { source, key, value } = known;
      const { line } = lineOf(source, (key ?? value).start);
      problems.push(problemAt(mark, `is given in ${source.file}:${line}, too`, "key"));
    }
  }
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function isListOfTables(value: unknown): value is Table[] {
  return Array.isArray(value) && value.length > 0 && value.every(isTable);
}
