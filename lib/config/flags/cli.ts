import { parseArgs } from "@std/cli/parse-args";
import { closestString } from "@std/text/closest-string";
import { formatSocketAddress, isIpv6, isSameAddress, isUnspecified, type SocketAddress } from "../../base/net/address.ts";
import { LOG_LEVELS } from "../../observe/log.ts";
import { STRATEGIES } from "../../upstream/group/strategy.ts";
import { MULTI_QUESTION } from "../../resolver/questions/split.ts";
import { type Endpoint, socketAddressOf } from "../../upstream/endpoint.ts";
import { PRIVATE_NETWORKS } from "../../server/admission/access.ts";
import { type Check, parseCheck } from "./commands.ts";
import {
  type Config,
  DATAGRAM_IO,
  DEFAULT_LISTEN,
  DEFAULT_LISTEN_PORT,
  DEFAULT_UPSTREAM_PORT,
  LIMITS,
} from "../config.ts";
import { type Flag, type FlagName, FLAGS, SHELLS } from "./flags.ts";
import {
  addressList,
  answerAddresses,
  cacheTtl,
  type FlagValues,
  invalid,
  networkList,
  oneOf,
  shortText,
  upstreamList,
  UsageError,
  wholeNumber,
  wholeNumberOr,
} from "../values.ts";

export { UsageError };

/** What the command line asks for. */
export type Command = { readonly kind: "help" } | { readonly kind: "version" } | Completions | Check | Serve;

/** Print completions for a shell. */
export interface Completions {
  /** Tells this command from the others. */
  readonly kind: "completions";
  /** Which shell. */
  readonly shell: typeof SHELLS[number];
}

/** Serve with this configuration. */
export interface Serve {
  /** Tells this command from the others. */
  readonly kind: "serve";
  /** What was set, and the defaults of the rest. */
  readonly config: Config;
  /** Things that are allowed and probably not meant, a line each. */
  readonly warnings: readonly string[];
  /** The same, for plain datagram I/O alone. */
  readonly plainWarnings: readonly string[];
}

/**
 * Reads the program's arguments.
 *
 * @throws {UsageError} for an unknown flag, a missing or unreadable value, or a word that belongs to no flag.
 */
export function parseCommand(args: readonly string[]): Command {
  if (args[0] === "check") return parseCheck(args.slice(1));
  const values = readFlags(args);
  if (values.has("help")) return { kind: "help" };
  if (values.has("version")) return { kind: "version" };
  if (values.has("completions")) {
    return { kind: "completions", shell: oneOf(values, "completions", SHELLS, "bash") };
  }
  const listen = addressList(values, "listen", { defaultPort: DEFAULT_LISTEN_PORT, portMin: 0 });
  const resolvers = upstreamList(values, "resolver", DEFAULT_UPSTREAM_PORT);
  rejectUnaskable(resolvers, listen.length === 0 ? DEFAULT_LISTEN : listen);
  if (values.has("reuse-port") && (listen.length === 0 || listen.some(({ port }) => port === 0))) {
    throw new UsageError("Cannot use --reuse-port: needs --listen with the addresses and ports that are to be shared");
  }
  const warnings = [];
  const plainWarnings = [];
  if (values.has("answer") && resolvers.length > 0) warnings.push("--answer has no effect beside --resolver");
  for (const address of listen.filter(isUnspecified)) {
    // The system picks the source address of each reply; on a machine with several it may not be the one that was asked.
    const text = formatSocketAddress(address);
    plainWarnings.push(`--listen ${text} may answer from another address than was asked; name each`);
    // Without batches nobody tells which link a datagram came from, and the system picks the first one for the reply.
    if (!isIpv6(address)) continue;
    plainWarnings.push(
      `--listen ${text} answers clients with link-local addresses on the first link alone; for the others name this ` +
        `machine's address there, such as --listen [fe80::1%eth1]:${address.port}`,
    );
  }
  const allow = networkList(values, "allow");
  const config: Config = {
    listen: listen.length === 0 ? null : listen,
    sharesPort: values.has("reuse-port"),
    resolvers,
    ...answerAddresses(values),
    timeoutMs: wholeNumber(values, "timeout", LIMITS.timeoutMs),
    strategy: oneOf(values, "strategy", STRATEGIES, "sequential"),
    upstreamSockets: wholeNumber(values, "upstream-sockets", LIMITS.upstreamSockets),
    asksWithCookies: !values.has("no-cookies"),
    randomizesCase: !values.has("no-case-randomization"),
    allow: allow.length === 0 ? PRIVATE_NETWORKS : allow,
    rateLimit: wholeNumber(values, "rate-limit", LIMITS.rateLimit),
    maxInFlight: wholeNumber(values, "max-in-flight", LIMITS.maxInFlight),
    cacheSizeMib: wholeNumber(values, "cache-size", LIMITS.cacheSizeMib),
    cacheTtl: cacheTtl(values),
    servesStale: !values.has("no-stale"),
    prefetches: !values.has("no-prefetch"),
    answersSpecialNames: !values.has("no-special-names"),
    serverId: shortText(values, "server-id"),
    multiQuestion: oneOf(values, "multi-question", MULTI_QUESTION, "split"),
    workers: wholeNumberOr("auto", values, "workers", LIMITS.workers),
    io: oneOf(values, "io", DATAGRAM_IO, "auto"),
    logLevel: oneOf(values, "log-level", LOG_LEVELS, "info"),
  };
  return { kind: "serve", config, warnings, plainWarnings };
}

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
  // The parser takes "--no-x=y" for the flag "x" turned round.
  const [name, value] = argument.slice(2).split("=");
  if (FLAGS.some((flag) => flag.name === name)) {
    throw new UsageError(`Cannot use --${name} "${value}": it takes no value`);
  }
  const closest = closestString(key, FLAGS.map((flag) => flag.name));
  throw new UsageError(`Cannot use "${argument}": no such flag, the closest is --${closest}, see --help`);
}

/** Upstreams that can be written down and cannot work. */
function rejectUnaskable(resolvers: readonly Endpoint[], listen: readonly SocketAddress[]): void {
  for (const resolver of resolvers.map(socketAddressOf)) {
    const text = formatSocketAddress(resolver);
    if (listen.some((address) => isSameAddress(address, resolver))) {
      throw invalid("resolver", text, "this program listens there itself, a query would go round for ever");
    }
    // Replies would come from a real address of this machine, which is not the one that was asked.
    if (isUnspecified(resolver)) throw invalid("resolver", text, "needs the address of a server, not of any");
  }
}
