import type { BadLine } from "../bad_line.ts";
import { type KeptListSource, sourceText } from "./kept_list.ts";

/** How a list is doing, for the operator. Plain data. */
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
  readonly firstBad: readonly BadLine[];
  /** Its sources, in the order of the configuration. */
  readonly sources: readonly SourceStatus[];
}

/** How a source of a list is doing. */
export interface SourceStatus {
  /** Where it is, without what may be secret. */
  readonly what: string;
  /** How long ago its text was what the source says; `null` when there is no text yet. */
  readonly ageSeconds: number | null;
  /** Whether it is asked or read at this moment. */
  readonly isBeingUpdated: boolean;
  /** How long until it is fetched again, 0 when it waits for its turn; `null` for what is not fetched, but watched. */
  readonly nextSeconds: number | null;
  /** Why there is no newer text; `null` when nothing is wrong. */
  readonly error: string | null;
}

/** More than these are not told of a list. */
const BAD_LINES_MAX = 3;

/** Of a list that somebody else keeps. */
export function unknownStatus(name: string, sources: readonly KeptListSource[], error: string): ListStatus {
  const unknown = { ageSeconds: null, isBeingUpdated: false, nextSeconds: null, error };
  return listStatus(name, sources.map((source) => ({ what: sourceText(source), ...unknown })), []);
}

/** Puts together what its sources say. */
export function listStatus(
  name: string,
  sources: readonly SourceStatus[],
  counts: readonly Pick<ListStatus, "names" | "lines" | "bad" | "firstBad">[],
): ListStatus {
  const sum = (of: (count: typeof counts[number]) => number) => counts.reduce((total, count) => total + of(count), 0);
  return {
    name,
    names: sum(({ names }) => names),
    lines: sum(({ lines }) => lines),
    bad: sum(({ bad }) => bad),
    firstBad: counts.flatMap(({ firstBad }) => firstBad).slice(0, BAD_LINES_MAX),
    sources,
  };
}
