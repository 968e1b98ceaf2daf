import type { Files } from "../base/files.ts";
import type { FullConfig } from "./config.ts";
import type { Given } from "./setting.ts";

/** What a configuration is read from. */
export interface ConfigSource {
  /** The file, as it was given. */
  readonly file: string;
  /** What the command line says: it counts more than the file. */
  readonly given: readonly Given[];
}

/** What of the world is looked at to read a configuration. */
export interface ConfigIo {
  /** The machine's files. */
  readonly files: Files;
  /** A path seen from the root: relative ones are meant from where the program was started. */
  absolutePath(path: string): string;
  /**
   * The value of an environment variable; `null` when there is none.
   *
   * @throws {UsageError} when it may not be known.
   */
  variable(name: string): string | null;
}

/** A configuration, and where it comes from. */
export interface LoadedConfig {
  /** All that the program follows. */
  readonly config: FullConfig;
  /** What is allowed and probably not meant; a line each. */
  readonly warnings: readonly string[];
  /** The same, for plain datagram I/O alone. */
  readonly plainWarnings: readonly string[];
  /** The absolute paths of all files that were read. */
  readonly files: readonly string[];
  /** The absolute paths of the files, and of the folders where others may come: a change there may be one of the configuration. */
  readonly watched: readonly string[];
  /** Where each setting was given, by its path: `--timeout`, or `config.toml:12`. What is not here has its default. */
  readonly places: ReadonlyMap<string, string>;
}
