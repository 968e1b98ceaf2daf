import type { BadLines } from "../bad_lines.ts";

/** What is made of files. */
export interface Parsed<T> {
  /** What they say. */
  readonly content: T;
  /** For the operator: how much that is. */
  readonly summary: string;
  /** Lines that were left out. */
  readonly bad: BadLines;
}

/** What a file is, and how it is read. */
export interface LocalFileKind<T> {
  /** For the operator: `hosts file`. */
  readonly title: string;
  /** The files that are read for a path, the oldest first. */
  paths(path: string, isThere: (path: string) => boolean): readonly string[];
  /** Names that may be beside it, to be looked at. */
  readonly beside: readonly string[];
  /** Whether the last line of a whole file ends with a line feed. */
  readonly endsLines: boolean;
  /** Makes something of their octets, step by step. */
  parse(octets: readonly Uint8Array<ArrayBuffer>[]): Generator<void, Parsed<T>>;
}
