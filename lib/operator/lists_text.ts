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

function sourceText(source: SourceStatus): string {
  const { what, ageSeconds, nextSeconds, error } = source;
  // Nothing else is known of it: it is neither asked nor watched.
  if (error !== null && nextSeconds === null) return `${what}: ${error}`;
  const age = ageSeconds === null ? "not there yet" : `${durationText(ageSeconds)} old`;
  return [`${what}: ${age}`, nextText(source), ...(error === null ? [] : [error])].join(", ");
}

function nextText({ nextSeconds, isBeingUpdated }: SourceStatus): string {
  if (isBeingUpdated) return nextSeconds === null ? "is read now" : "is asked now";
  if (nextSeconds === null) return "watched";
  return nextSeconds === 0 ? "waits for its turn" : `asked again in ${durationText(nextSeconds)}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
