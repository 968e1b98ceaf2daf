import type { Config } from "./config.ts";

/** What a source, such as the command line, says about a setting. */
export interface Given {
  /** See `Setting`. */
  readonly path: string;
  /** The value as it is written; of a list one element. Switches: `true` or `false`. */
  readonly text: string;
  /** How messages say where it stands: `--cache-size`, or whatever names a place in another source. */
  readonly where: string;
}

/** The smallest and the largest number that can be set. */
export interface Bounds {
  /** Allowed. */
  readonly min: number;
  /** Allowed, too. */
  readonly max: number;
}

/** What can be measured. Where a unit is written, others may stand for the same: a minute is 60 seconds. */
export type Unit = "ms" | "seconds" | "MiB";

/** Makes a value of what is given. Knows nothing of where that comes from. */
export interface Reader<T> {
  /** What stands for a value in help: `<ms>`, or the words that can be chosen between bars; `null` for a switch. */
  readonly form: string | null;
  /** Whether there can be several values. */
  readonly isList: boolean;
  /** Of a number. */
  readonly bounds?: Bounds;
  /** What it is a number of, where that is not things. */
  readonly unit?: Unit;
  /** The words that can be chosen. */
  readonly words?: readonly string[];
  /**
   * Reads what is given: at least one value, and one alone if it is no list.
   *
   * @throws {UsageError} when it cannot be used.
   */
  read(given: readonly Given[]): T;
}

/** A row of the table of settings. */
export interface Setting<T> {
  /** What it is called where no path is written. Switches: what is done when it is on. */
  readonly name: string;
  /** Where it stands among all settings, by the things that they are about: `cache.size`. */
  readonly path: string;
  /** Whether there is a flag for it. What is about the file, or about commands that talk to the program, stands in a file alone. */
  readonly hasFlag?: false;
  /** How its text is read, and which values are allowed. */
  readonly reader: Reader<T>;
  /** The value when nothing is given. */
  readonly default: T;
  /**
   * Whether another value is followed while the program runs, see `App.use`. What is bound, allocated or opened once is not:
   * the program has to be started again.
   */
  readonly isReloadable: boolean;
  /**
   * What it does, for `--help`; a line each. `{min}`, `{max}` and `{default}` stand for what the row says, so that no
   * figure is written down twice. See `helpOf`.
   */
  readonly help: readonly string[];
  /** The same for a file, where `help` speaks of a flag: what is true when a switch is, and nothing of commas. */
  readonly inFile?: readonly string[];
}

/** A row for each field of `Config`. */
export type Settings = { readonly [K in keyof Config]: Setting<Config[K]> };

/** The help of a setting with its figures, as its flag has it. */
export function helpOf(setting: Setting<unknown>): string[] {
  return withFigures(setting.help, setting);
}

/** The help of a setting as a file has it. There its bounds and its default stand beside it. */
export function aboutInFile(setting: Setting<unknown>): string[] {
  return withFigures(setting.inFile ?? setting.help, setting);
}

function withFigures(help: readonly string[], { reader: { bounds }, default: value }: Setting<unknown>): string[] {
  const figures: Record<string, unknown> = { ...bounds, default: value };
  return help.map((line) => line.replaceAll(/\{(min|max|default)\}/g, (_, key) => String(figures[key])));
}
