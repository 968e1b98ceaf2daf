import { parseArgs } from "@std/cli/parse-args";
import { closestString } from "@std/text/closest-string";
import type { ConfigSource } from "../loaded_config.ts";
import { type ReadConfig, readConfig } from "../read_config.ts";
import { oneOf } from "../readers.ts";
import type { Given } from "../setting.ts";
import { UsageError } from "../usage_error.ts";
import { type Admin, isAdminWord, parseAdmin } from "./admin_commands.ts";
import { type Check, type CheckEncrypted, parseCheck, SUB_COMMANDS } from "./commands.ts";
import { type ConfigCommand, isConfigWord, splitConfigArguments } from "./config_commands.ts";
import { type Import, parseImport } from "./import_command.ts";
import { parseSelfSigned, type SelfSigned } from "./self_signed_command.ts";
import { type MakeToken, parseToken } from "./token_command.ts";
import { parseProbe, type Probe } from "./probe_command.ts";
import { parseQueries, type Queries } from "./queries_command.ts";
import type { SubCommand } from "./sub_command.ts";
import { parseTop, type Top } from "./top_command.ts";
import { type Flag, flagName, FLAGS, KNOWN_FLAGS, SHELLS } from "./flags.ts";

/** What the command line asks for. */
export type Command =
  | Help
  | { readonly kind: "version" }
  | Completions
  | Check
  | CheckEncrypted
  | Probe
  | Queries
  | Top
  | Import
  | SelfSigned
  | MakeToken
  | Admin
  | ConfigCommand
  | { readonly kind: "print-schema" }
  | Serve
  | ServeFile;

/** Print what the program does, or one of its commands. */
export interface Help {
  /** Tells this command from the others. */
  readonly kind: "help";
  /** Which one; `null` for all of them, and the flags. */
  readonly about: SubCommand | null;
}

/** Print completions for a shell. */
export interface Completions {
  /** Tells this command from the others. */
  readonly kind: "completions";
  /** Which shell. */
  readonly shell: typeof SHELLS[number];
}

/** Serve with this configuration. */
export interface Serve extends ReadConfig {
  /** Tells this command from the others. */
  readonly kind: "serve";
}

/** Serve with the configuration of a file. */
export interface ServeFile extends ConfigSource {
  /** Tells this command from the others. */
  readonly kind: "serve file";
}

/** The values of each flag that was given, in order; comma-separated ones apart. Flags without value: an empty list. */
type FlagValues = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the program's arguments.
 *
 * @param defaultFile The configuration file to read where nothing else says who is asked; `null` when there is none.
 * @throws {UsageError} for an unknown flag, a missing or unreadable value, or a word that belongs to no flag.
 */
export function parseCommand(args: readonly string[], defaultFile: () => string | null = () => null): Command {
  const asked = helpAskedFor(args);
  if (asked !== null) return asked;
  if (args[0] === "check") return parseCheck(args.slice(1));
  if (args[0] === "top") return parseTop(args.slice(1));
  if (args[0] === "probe") return parseProbe(args.slice(1));
  if (args[0] === "queries") return parseQueries(args.slice(1));
  if (isAdminWord(args[0])) return parseAdmin(args[0], args.slice(1));
  if (args[0] === "import") return parseImport(args.slice(1));
  if (args[0] === "self-signed") return parseSelfSigned(args.slice(1));
  if (args[0] === "token") return parseToken(args.slice(1));
  if (args[0] === "print-schema" && args.length === 1) return { kind: "print-schema" };
  if (isConfigWord(args[0])) return configCommand(args[0], args.slice(1), defaultFile);
  const values = readFlags(args);
  if (values.has("help")) return { kind: "help", about: null };
  if (values.has("version")) return { kind: "version" };
  const shell = values.get("completions")?.[0];
  if (shell !== undefined) return { kind: "completions", shell: oneOf(SHELLS).read([givenBy("completions", shell)]) };
  const given = givenIn(values);
  const file = fileOf(values, defaultFile);
  if (values.has("check")) return { kind: "check-config", file, given, isJson: false };
  if (file !== null) return { kind: "serve file", file, given };
  return { kind: "serve", ...readConfig(given, (setting) => `--${flagName(setting)}`) };
}

/** Whoever does not know a command asks for help before anything else, or in the middle of it: nothing is done then. */
function helpAskedFor(args: readonly string[]): Help | null {
  const about = SUB_COMMANDS.find(({ name }) => name === args[0]);
  return about !== undefined && args.some((arg) => arg === "--help" || arg === "-h") ? { kind: "help", about } : null;
}

function configCommand(
  kind: ConfigCommand["kind"],
  args: readonly string[],
  defaultFile: () => string | null,
): Command {
  const { switches, format, file: named, words } = splitConfigArguments(kind, args);
  const values = readFlags(words);
  const about = { file: named ?? fileOf(values, defaultFile), given: givenIn(values) };
  if (kind === "check-config") return { kind, ...about, isJson: switches.has("--json") };
  return { kind, ...about, format, withDefaults: switches.has("--defaults") };
}

function givenIn(values: FlagValues): Given[] {
  return KNOWN_FLAGS.flatMap((flag) => settingsGiven(flag, values.get(flag.name)));
}

function fileOf(values: FlagValues, defaultFile: () => string | null): string | null {
  return values.get("config")?.[0] ?? (values.has("resolver") ? null : defaultFile());
}

/** What a flag says about its setting. A switch is given by being named, and then is what it is not by itself. */
function settingsGiven({ name, setting }: Flag, values: readonly string[] | undefined): Given[] {
  if (setting === null || values === undefined) return [];
  const texts = setting.reader.form === null ? [String(!setting.default)] : values;
  return texts.map((text) => ({ ...givenBy(name, text), path: setting.path }));
}

function givenBy(flag: string, text: string): Given {
  return { path: flag, text, where: `--${flag}` };
}

function readFlags(args: readonly string[]): FlagValues {
  const withValue = KNOWN_FLAGS.filter((flag) => flag.value !== null).map((flag) => flag.name);
  const parsed = parseArgs(tieOddValues(args, withValue), {
    string: withValue,
    // All of them, so that a flag given twice is seen instead of one value being lost.
    collect: withValue,
    boolean: KNOWN_FLAGS.filter((flag) => flag.value === null).map((flag) => flag.name),
    alias: Object.fromEntries(KNOWN_FLAGS.flatMap((flag) => flag.short === undefined ? [] : [[flag.name, flag.short]])),
    unknown: rejectUnknown,
  });
  const [stray] = parsed._ as readonly string[];
  if (stray !== undefined) throw new UsageError(`Cannot use "${stray}" behind "--": nothing may follow, see --help`);
  const given = KNOWN_FLAGS.filter(({ name, value }) =>
    value === null ? parsed[name] !== false : isFilled(parsed[name])
  );
  return new Map(given.map((flag) => [flag.name, flagValues(flag, parsed[flag.name])]));
}

/**
 * Ties values to their flags that the parser would not take for values, so that the message names the flag:
 * `--timeout -5` means `--timeout=-5`, for no flag is a number, and `--resolver ""` (an unset variable) `--resolver=`.
 */
function tieOddValues(args: readonly string[], withValue: readonly string[]): string[] {
  const tied: string[] = [];
  for (const arg of args) {
    const flag = withValue.find((name) => tied.at(-1) === `--${name}`);
    if (flag !== undefined && /^(-[0-9].*)?$/.test(arg)) tied.splice(-1, 1, `--${flag}=${arg}`);
    else tied.push(arg);
  }
  return tied;
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function flagValues({ name, value, isRepeatable }: Flag, parsed: unknown): readonly string[] {
  if (value === null) {
    if (parsed !== true) throw new UsageError(`Cannot use --${name} "${parsed}": it takes no value`);
    return [];
  }
  const texts = parsed as readonly string[];
  if (texts.includes("")) throw new UsageError(`Cannot use --${name} "": it needs a value, --${name} ${value}`);
  if (isRepeatable) return texts.flatMap((text) => text.split(","));
  if (texts.length > 1) throw new UsageError(`Cannot use --${name} "${texts.join(" ")}": it may be given only once`);
  return texts;
}

function rejectUnknown(argument: string, key?: string): never {
  if (key === undefined) throw new UsageError(`Cannot use "${argument}": it belongs to no flag, see --help`);
  if (!argument.startsWith("--")) throw new UsageError(`Cannot use "${argument}": no such flag, see --help`);
  // The parser takes "--no-x=y" for the flag "x" turned round.
  const [name, value] = argument.slice(2).split("=");
  if (KNOWN_FLAGS.some((flag) => flag.name === name)) {
    throw new UsageError(`Cannot use --${name} "${value}": it takes no value`);
  }
  const closest = closestString(key, FLAGS.map((flag) => flag.name));
  throw new UsageError(`Cannot use "${argument}": no such flag, the closest is --${closest}, see --help`);
}
