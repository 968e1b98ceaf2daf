import type { BadLine } from "../bad_line.ts";
import type { ListFormat } from "../list_rule.ts";

/** What is done with the texts of lists, elsewhere: it takes a processor, and memory. */
export interface ListWork {
  /**
   * Reads a text as a list, and counts what it says.
   *
   * @throws {Error} when it cannot be read, or not be copied; with the reason for the operator.
   */
  count(order: CountOrder): Promise<CountedText>;
  /**
   * Makes one set of the texts of all lists, which is used from then on.
   *
   * @throws {Error} when that fails; with the reason for the operator. The former set is as it was then.
   */
  compile(order: CompileOrder): Promise<CompiledSet>;
  /** Whether the last set still stands on the disk, for the next start. */
  hasSet(): Promise<boolean>;
}

/** A text that is to be counted. */
export interface CountOrder {
  /** The path of the text. */
  readonly file: string;
  /** How its lines are read. */
  readonly format: ListFormat;
  /** See `KeptList`. */
  readonly coversBelow: boolean | null;
  /** It may have no more. */
  readonly maxSizeOctets: number;
  /** Where a copy of what is read is wanted; `null` for nowhere. */
  readonly copyTo: string | null;
}

/** What a text says, in numbers. */
export interface ListCounts {
  /** Names, patterns and addresses. */
  readonly names: number;
  /** All lines, comments and empty ones included. */
  readonly lines: number;
  /** Lines that say nothing that can be used. */
  readonly bad: number;
  /** The first of these. */
  readonly firstBad: readonly BadLine[];
}

/** A text that has been counted. */
export interface CountedText extends ListCounts {
  /** How long it is. */
  readonly sizeOctets: number;
  /** Of its octets, in hexadecimal digits. */
  readonly sha256: string;
}

/** The texts of which a set is made. */
export interface CompileOrder {
  /** In the order of the configuration. */
  readonly lists: readonly CompiledList[];
}

/** A list of a set. */
export interface CompiledList {
  /** What others refer to it by. */
  readonly name: string;
  /** The paths of its texts. */
  readonly files: readonly string[];
  /** How their lines are read. */
  readonly format: ListFormat;
  /** See `KeptList`. */
  readonly coversBelow: boolean | null;
  /** The same for the same texts, read in the same way. */
  readonly digest: string;
}

/** A set, made. */
export interface CompiledSet {
  /** Which one it is: each is another one. */
  readonly generation: number;
  /** The digests of its lists, by their names. */
  readonly digests: Readonly<Record<string, string>>;
}
