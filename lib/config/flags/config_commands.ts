import { oneOf } from "../readers.ts";
import type { Given } from "../setting.ts";
import { UsageError } from "../usage_error.ts";

/** A command about a configuration. */
export type ConfigCommand = CheckConfig | PrintConfig;

/** What all of them have. */
export interface AboutConfig {
  /** The file; `null` for flags alone. */
  readonly file: string | null;
  /** What the command line says of settings. */
  readonly given: readonly Given[];
}

/** Check a configuration. */
export interface CheckConfig extends AboutConfig {
  /** Tells this command from the others. */
  readonly kind: "check-config";
  /** Whether a program reads what is wrong. */
  readonly isJson: boolean;
}

/** Print what counts in the end. */
export interface PrintConfig extends AboutConfig {
  /** Tells this command from the others. */
  readonly kind: "print-config";
  /** Whether what nobody has given is printed, too. */
  readonly withDefaults: boolean;
  /** As a file, or for a program. */
  readonly format: typeof FORMATS[number];
}

/** How a configuration can be printed: as a file that says the same, or for a program. */
export const FORMATS = ["toml", "json"] as const;

/** What such a command has of its own: its options, the file where it is named without `--config`, and the flags of a start. */
export interface ConfigArguments {
  /** Switches that were given, such as `--json`. */
  readonly switches: ReadonlySet<string>;
  /** What stands behind `--format`. */
  readonly format: typeof FORMATS[number];
  /** See `AboutConfig`. */
  readonly file: string | null;
  /** The rest. */
  readonly words: readonly string[];
}

const SWITCHES: Readonly<Record<ConfigCommand["kind"], readonly string[]>> = {
  "check-config": ["--json"],
  "print-config": ["--defaults"],
};

/** Whether a command line is one of these commands. */
export function isConfigWord(word: string | undefined): word is ConfigCommand["kind"] {
  return word === "check-config" || word === "print-config";
}

/**
 * Takes what only these commands know out of their arguments. The rest are flags as they stand at a start.
 *
 * @throws {UsageError} for a second file, or a format that there is not.
 */
export function splitConfigArguments(kind: ConfigCommand["kind"], args: readonly string[]): ConfigArguments {
  const words: string[] = [];
  const files: string[] = [];
  const switches = new Set<string>();
  let format: string | null = null;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (SWITCHES[kind].includes(arg)) switches.add(arg);
    else if (kind === "print-config" && arg === "--format") format = args[++i] ?? "";
    else if (kind === "print-config" && arg.startsWith("--format=")) format = arg.slice("--format=".length);
    // What follows a flag may be its value.
    else if (arg.startsWith("-") || words.at(-1)?.startsWith("-") && !words.at(-1)!.includes("=")) words.push(arg);
    else files.push(arg);
  }
  if (files.length > 1) throw new UsageError(`Cannot use "${files[1]}": one file at most`);
  const given = { path: "format", text: format ?? "toml", where: "--format" };
  return { switches, format: oneOf(FORMATS).read([given]), file: files[0] ?? null, words };
}
