import type { Config } from "../config.ts";
import type { Secret } from "../lists.ts";
import type { Mark } from "./mark.ts";
import type { FileTables } from "./schema/tables.ts";

/** What a file is read into, but for single settings. */
export interface PolicySource {
  /** What it says. */
  readonly tables: FileTables;
  /** Where it says it. */
  readonly marks: Mark;
  /** The single settings, flags above them. */
  readonly config: Config;
  /** The tokens of lists, by the lists' names. */
  readonly tokens: ReadonlyMap<string, Secret>;
  /** The absolute path of one that stands in a file. */
  pathIn(file: string, path: string): string;
}
