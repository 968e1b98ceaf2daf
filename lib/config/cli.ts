import { parseArgs } from "@std/cli/parse-args";
import { closestString } from "@std/text/closest-string";
import {
  AddressFormatError,
  formatSocketAddress,
  isSameAddress,
  isUnspecified,
  parseSocketAddress,
  type SocketAddress,
} from "../base/address.ts";
import { parseIp } from "../base/ip.ts";
import { LOG_LEVELS } from "../observe/log.ts";
import { STRATEGIES } from "../upstream/strategy.ts";
import { MULTI_QUESTION } from "../resolver/split.ts";
import { type Config, DEFAULT_LISTEN, DEFAULT_LISTEN_PORT, DEFAULT_UPSTREAM_PORT, LIMITS } from "./config.ts";
import { type Flag, type FlagName, FLAGS } from "./flags.ts";

/** What the command line asks for. */
export type Command = { readonly kind: "help" } | { readonly kind: "version" } | Serve;

/** Serve with this configuration. */
export interface Serve {
  /** Tells this command from the others. */
  readonly kind: "serve";
  /** What was set, and the defaults of the rest. */
  readonly config: Config;
  /** Things that are allowed and probably not meant, a line each. */
  readonly warnings: readonly string[];
}

/** A command line that cannot be followed. The message is one line: the flag, the value, and what is allowed. */
export class UsageError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "UsageError";
}

/**
 * Reads the program's arguments.
 *
 * @throws {UsageError} for an unknown flag, a missing or unreadable value, or a word that belongs to no flag.
 */
export function parseCommand(args: readonly string[]): Command {
  const values = readFlags(args);
  if (values.has("help")) return { kind: "help" };
  if (values.has("version")) return { kind: "version" };
  const listen = addressList(values, "listen", { defaultPort: DEFAULT_LISTEN_PORT, portMin: 0 });
  const resolvers = addressList(values, "resolver", { defaultPort: DEFAULT_UPSTREAM_PORT, portMin: 1 });
  rejectUnaskable(resolvers, listen.length === 0 ? DEFAULT_LISTEN : listen);
  const warnings = [];
  if (values.has("answer") && resolvers.length > 0) warnings.push("--answer has no effect beside --resolver");
  for (const address of listen.filter(isUnspecified)) {
    // The system picks the source address of each reply; on a machine with several it may not be the one that was asked.
    warnings.push(`--listen ${formatSocketAddress(address)} may answer from another address than was asked; name each`);
  }
  const config = {
    listen: listen.length === 0 ? null : listen,
    resolvers,
    ...answerAddresses(values),
    timeoutMs: wholeNumber(values, "timeout", LIMITS.timeoutMs),
    strategy: oneOf(values, "strategy", STRATEGIES, "sequential"),
    upstreamSockets: wholeNumber(values, "upstream-sockets", LIMITS.upstreamSockets),
    multiQuestion: oneOf(values, "multi-question", MULTI_QUESTION, "split"),
    logLevel: oneOf(values, "log-level", LOG_LEVELS, "info"),
  };
  return { kind: "serve", config, warnings };
}

/** The values of each flag that was given, in order; comma-separated ones apart. Flags without value: an empty list. */
type FlagValues = ReadonlyMap<FlagName, readonly string[]>;

function readFlags(args: readonly string[]): FlagValues {
  const flags: readonly Flag[] = FLAGS;
  const withValue = flags.filter((flag) => flag.value !== null).map((flag) => flag.name);
  const parsed = parseArgs(tieOddValues(args, withValue), {
    string: withValue,
    // All of them, so that a flag given twice is seen instead of one value being lost.
    collect: withValue,
    boolean: flags.filter((flag) => flag.value === null).map((flag) => flag.name),
    alias: Object.fromEntries(flags.flatMap((flag) => flag.short === undefined ? [] : [[flag.name, flag.short]])),
    unknown: rejectUnknown,
  });
  const [stray] = parsed._ as readonly string[];
  if (stray !== undefined) throw new UsageError(`Cannot use "${stray}" behind "--": nothing may follow, see --help`);
  const given = flags.filter(({ name, value }) => value === null ? parsed[name] !== false : isFilled(parsed[name]));
  return new Map(given.map((flag) => [flag.name as FlagName, flagValues(flag, parsed[flag.name])]));
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
  const closest = closestString(key, FLAGS.map((flag) => flag.name));
  throw new UsageError(`Cannot use "${argument}": no such flag, the closest is --${closest}, see --help`);
}

function addressList(
  values: FlagValues,
  flag: FlagName,
  { defaultPort, portMin }: { defaultPort: number; portMin: 0 | 1 },
): SocketAddress[] {
  return (values.get(flag) ?? []).map((text) => {
    try {
      return parseSocketAddress(text, defaultPort, portMin);
    } catch (error) {
      if (!(error instanceof AddressFormatError)) throw error;
      throw invalid(flag, text, error.message);
    }
  });
}

/** Upstreams that can be written down and cannot work. */
function rejectUnaskable(resolvers: readonly SocketAddress[], listen: readonly SocketAddress[]): void {
  for (const resolver of resolvers) {
    const text = formatSocketAddress(resolver);
    if (listen.some((address) => isSameAddress(address, resolver))) {
      throw invalid("resolver", text, "this program listens there itself, a query would go round for ever");
    }
    // Replies would come from a real address of this machine, which is not the one that was asked.
    if (isUnspecified(resolver)) throw invalid("resolver", text, "needs the address of a server, not of any");
  }
}

function answerAddresses(values: FlagValues): Pick<Config, "answerIpv4" | "answerIpv6"> {
  let answerIpv4: Uint8Array<ArrayBuffer> | null = null;
  let answerIpv6: Uint8Array<ArrayBuffer> | null = null;
  for (const text of values.get("answer") ?? []) {
    const octets = parseIp(text);
    if (octets === null) throw invalid("answer", text, "must be an IPv4 or IPv6 address");
    if ((octets.length === 4 ? answerIpv4 : answerIpv6) !== null) {
      throw invalid("answer", text, "one IPv4 and one IPv6 address at most");
    }
    if (octets.length === 4) answerIpv4 = octets;
    else answerIpv6 = octets;
  }
  return { answerIpv4: answerIpv4 ?? Uint8Array.of(127, 0, 0, 1), answerIpv6 };
}

function wholeNumber(
  values: FlagValues,
  flag: FlagName,
  { min, max, default: fallback }: { min: number; max: number; default: number },
): number {
  const text = values.get(flag)?.[0];
  if (text === undefined) return fallback;
  const number = /^[0-9]{1,9}$/.test(text) ? Number(text) : NaN;
  if (!(number >= min && number <= max)) throw invalid(flag, text, `must be a whole number, ${min}–${max}`);
  return number;
}

function oneOf<T extends string>(values: FlagValues, flag: FlagName, allowed: readonly T[], fallback: T): T {
  const text = values.get(flag)?.[0];
  if (text === undefined) return fallback;
  const found = allowed.find((candidate) => candidate === text);
  if (found === undefined) throw invalid(flag, text, `must be ${allowed.join(" or ")}`);
  return found;
}

function invalid(flag: FlagName, text: string, allowed: string): UsageError {
  return new UsageError(`Cannot use --${flag} "${text}": ${allowed}`);
}
