import type { Place } from "../place.ts";

/** A file's text, as it was read. */
export interface SourceText {
  /** The path as it was given or found. */
  readonly file: string;
  /** All of it. */
  readonly text: string;
}

/** A part of a text: from the character `start` to the one before `end`. */
export interface Span {
  /** From 0. */
  readonly start: number;
  /** Above `start`. */
  readonly end: number;
}

/** Where a value stands. Those of a whole file form a tree of the same shape as its values. */
export interface Mark {
  /** In which file. */
  readonly source: SourceText;
  /** Its path within that file, as messages have it: `route[2].domains[1]`. */
  readonly path: string;
  /** Its key; `null` for elements of lists, and for a file as a whole. */
  readonly key: Span | null;
  /** The value, or the head of a table. */
  readonly value: Span;
  /** What is in it: by key, or in order; `null` for what holds nothing. */
  readonly children: Map<string, Mark> | Mark[] | null;
}

/** The mark of what `keys` lead to, or of what is there of the way. */
export function markAt(root: Mark, keys: readonly (string | number)[]): { mark: Mark; isWhole: boolean } {
  let mark = root;
  for (const key of keys) {
    const child = mark.children instanceof Map ? mark.children.get(`${key}`) : mark.children?.[Number(key)];
    if (child === undefined) return { mark, isWhole: false };
    mark = child;
  }
  return { mark, isWhole: true };
}

/** Where lines begin; a file of many routes is asked for the lines of all of them. */
const LINE_STARTS = new WeakMap<SourceText, readonly number[]>();

/** The line of a character, from 1, and where the line begins. */
export function lineOf(source: SourceText, at: number): { line: number; start: number } {
  const starts = LINE_STARTS.get(source) ?? lineStarts(source);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, start: starts[low]! };
}

function lineStarts(source: SourceText): readonly number[] {
  const starts = [0];
  for (let i = source.text.indexOf("\n"); i !== -1; i = source.text.indexOf("\n", i + 1)) starts.push(i + 1);
  LINE_STARTS.set(source, starts);
  return starts;
}

/** Where something stands, as a policy has it. */
export function placeOf({ source, value }: Mark): Place {
  return { file: source.file, line: lineOf(source, value.start).line };
}

/** A key as messages have it behind a path: `.size`, or `."intranet.corp.example"`. */
export function pathBelow(path: string, key: string): string {
  const text = /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
  return path === "" ? text : `${path}.${text}`;
}
