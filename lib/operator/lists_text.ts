import { durationText } from "./duration_text.ts";

/** How a list is doing. Plain data. */
export interface ListStatus {
  /** What others refer to it by. */
  readonly name: string;
  /** Names in all of its texts. */
  readonly names: number;
  /** Lines in all of its texts. */
  readonly lines: number;
  /** Of these, how many say nothing that can be used. */
  readonly bad: number;
  /** The first of those. */
  readonly firstBad: readonly { readonly line: number; readonly text: string; readonly why: string }[];
  /** Its sources, in the order of the configuration. */
  readonly sources: readonly SourceStatus[];
}

/** How a source of a list is doing. */
export interface SourceStatus {
  /** Where it is, without what may be secret. */
  readonly what: string;
  /** How long ago its text was what the source says; `null` when there is no text yet. */
  readonly ageSeconds: number | null;
  /** How long until it is fetched again; `null` for what is not fetched, but watched. */
  readonly nextSeconds: number | null;
  /** Why there is no newer text; `null` when nothing is wrong. */
  readonly error: string | null;
}

/** How lists are doing, for a terminal: a line for each, and below it its sources and its first bad lines. */
export function listsText(lists: readonly ListStatus[]): string[] {
  if (lists.length === 0) return ["there are no lists that are read or fetched"];
  return lists.flatMap(({ name, names, lines, bad, firstBad, sources }) => [
    `${name}: ${counted(names, "name")} in ${counted(lines, "line")}${bad === 0 ? "" : `, ${bad} bad`}`,
    ...sources.map((source) => `  ${sourceText(source)}`),
    ...firstBad.map(({ line, text, why }) => `  line ${line}: ${why}: ${text}`),
  ]);
}

function sourceText({ what, ageSeconds, nextSeconds, error }: SourceStatus): string {
  const age = ageSeconds === null ? "not there yet" : `${durationText(ageSeconds)} old`;
  const next = nextSeconds === null ? "watched" : `asked again in ${durationText(nextSeconds)}`;
  return [`${what}: ${age}`, next, ...(error === null ? [] : [error])].join(", ");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
