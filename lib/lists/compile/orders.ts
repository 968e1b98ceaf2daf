import type { ListFormat } from "../list_rule.ts";

/** What is done with texts of lists, in a process of its own where there may be one. */
export type ListOrder = CountOrder | CompileOrder;

/** How the lines of a list are read. */
export interface TextOptions {
  /** See `ListFormat`. */
  readonly format: ListFormat;
  /** Whether a plain name covers what is below it; `null` as its format has it. */
  readonly coversBelow: boolean | null;
}

/** Count what a text says; no set is written. */
export interface CountOrder extends TextOptions {
  /** Tells it from the others. */
  readonly kind: "count";
  /** Its path. */
  readonly file: string;
  /** Where its octets are written to, as they are read; `null` for nowhere. */
  readonly copyTo: string | null;
}

/** Make a set of lists, and write it. */
export interface CompileOrder {
  /** Tells it from the others. */
  readonly kind: "compile";
  /** The folder of sets. */
  readonly folder: string;
  /** Which set it is, from 1. */
  readonly generation: number;
  /** In the order of their numbers. */
  readonly lists: readonly CompiledList[];
}

/** A list that becomes part of a set. */
export interface CompiledList extends TextOptions {
  /** As in the configuration. */
  readonly name: string;
  /** See `ListOrigin`. */
  readonly digest: string;
  /** Paths of its texts; lines are counted on from one to the next. */
  readonly files: readonly string[];
}

/** What has come of an order. */
export type ListReport = CountReport | CompileReport;

/** What a text or a list says. */
export interface TextCounts {
  /** Names, patterns and networks, as often as they are said. */
  readonly names: number;
  /** Its lines. */
  readonly lines: number;
  /** Lines that say nothing that can be used. */
  readonly bad: number;
  /** The first of these. */
  readonly firstBad: readonly BadListLine[];
}

/** A line that says nothing that can be used. */
export interface BadListLine {
  /** From 1. */
  readonly line: number;
  /** The beginning of it. */
  readonly text: string;
  /** What is wrong. */
  readonly why: string;
}

/** What has come of a `CountOrder`. */
export interface CountReport extends TextCounts {
  /** Tells it from the others. */
  readonly kind: "count";
  /** Octets of the text. */
  readonly sizeOctets: number;
  /** Of these octets, in hexadecimal digits (FIPS 180-4). */
  readonly sha256: string;
}

/** What has come of a `CompileOrder`. */
export interface CompileReport {
  /** Tells it from the others. */
  readonly kind: "compile";
  /** See `CompileOrder`. */
  readonly generation: number;
  /** Where the set stands. */
  readonly file: string;
  /** Octets of the set. */
  readonly sizeOctets: number;
  /** In the order of their numbers. */
  readonly lists: readonly (TextCounts & { readonly name: string; readonly digest: string })[];
}
