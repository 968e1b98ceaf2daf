import type { ListStatus, SourceStatus } from "../lists/keeper/list_status.ts";
import { durationText } from "./duration_text.ts";

/** How lists are doing, for a terminal: a line for each, and below it its sources and its first bad lines. */
export function listsText(lists: readonly ListStatus[]): string[] {
  if (lists.length === 0) return ["there are no lists that are read or fetched"];
  return lists.flatMap(({ name, names, lines, bad, firstBad, sources }) => [
    `${name}: ${counted(names, "name")} in ${counted(lines, "line")}${bad === 0 ? "" : `, ${bad} bad`}`,
    ...sources.map((source) => `  ${sourceText(source)}`),
    ...firstBad.map(({ line, text, why }) => `  line ${line}: ${why}: ${text}`),
  ]);
}

/** The same beside everything else: a line for each list, and one for what is wrong with all of them together. */
export function listLines(lists: readonly ListStatus[], complaint: string | null): string[] {
  return [
    ...lists.map(({ name, names, sources }) => {
      const troubles = sources.filter(({ error }) => error !== null).map(({ what, error }) => `; ${what}: ${error}`);
      return `list ${name}: ${counted(names, "name")}${troubles.join("")}`;
    }),
    ...(complaint === null ? [] : [`lists cannot be made ready: ${complaint}`]),
  ];
}

function sourceText({ what, ageSeconds, nextSeconds, error }: SourceStatus): string {
  const age = ageSeconds === null ? "not there yet" : `${durationText(ageSeconds)} old`;
  const next = nextSeconds === null ? "watched" : `asked again in ${durationText(nextSeconds)}`;
  return [`${what}: ${age}`, next, ...(error === null ? [] : [error])].join(", ");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
