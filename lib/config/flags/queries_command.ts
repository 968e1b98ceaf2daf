import { readMoment } from "../../base/time/read_moment.ts";
import { DEFAULT_ADMIN_SOCKET } from "../../operator/admin/requests.ts";
import { CHANNELS } from "../../resolver/client.ts";
import { SOURCE } from "../../resolver/reply.ts";
import { NO_FILTER, type QueryFilter } from "../../telemetry/query_filter.ts";
import { rcodeFromText, typeFromText } from "../../wire/iana.ts";
import { UsageError } from "../usage_error.ts";
import { argumentsOf, type SubCommand } from "./sub_command.ts";

/** Lines, unless told otherwise. */
const LIMIT_DEFAULT = 100;
/** Where they are followed. */
const FOLLOW_LIMIT_DEFAULT = 10;
const LIMIT_MAX = 1_000_000;
const SOURCES = Object.keys(SOURCE);

/** What `--help` says of it. */
export const QUERIES_COMMAND: SubCommand = {
  name: "queries",
  value: "[--name <text>] [--client <ip>] [--source <name>,...] [--since <time>] [--follow] [--json]",
  help: [
    "Search the query log, the newest first: who asked for what, where the answer came from, why it was none. It takes",
    "query-log.folder in the configuration. queries --help tells all filters.",
  ],
  more: [
    "--name <text>: somewhere in the name. --client <ip>: an address, also where its network stands in its place, or a",
    'part of one, or a name of the day (clients = "pseudonym").',
    `--source ${SOURCES.join("|")}: where answers came from, several with`,
    "commas. --rcode NXDOMAIN,... --type AAAA,... --channel udp|tcp|tls|https|quic,... --upstream <text>: somewhere in the",
    "server's name.",
    "--since and --until <time>: 30m, 2h or 7d ago; 14:02 today; '2026-11-30 14:02'; 2026-11-30T14:02:37Z.",
    `--limit <n>: lines, ${LIMIT_DEFAULT} unless given. --json prints the lines as they are written.`,
    `--follow: the last ${FOLLOW_LIMIT_DEFAULT}, or --limit <n>, then each as it is written, a second later at most, until Ctrl-C.`,
    "A search ends after ten seconds, says how far back it was, and how to go on. Compressed files are searched, too.",
    "The folder is that of the running program (--socket, as of status); of a configuration file (--config <file>); or",
    "--folder <path>. Exit code 1 when it cannot be searched, 3 when the program cannot be reached.",
    "Examples: queries --client 192.0.2.7 --since 1h; queries --name example.com --source blocked;",
    "queries --rcode SERVFAIL --since 2h --until 1h; queries --source failure --json | jq .upstream.",
  ],
};

/** Search the query log. */
export interface Queries {
  /** Tells this command from the others. */
  readonly kind: "queries";
  /** Which lines. */
  readonly filter: QueryFilter;
  /** See `readMoment`; `null` for as far back as there are any. */
  readonly since: string | null;
  /** `null` for up to now. */
  readonly until: string | null;
  /** Lines, at most; where they are followed, those that are there already. */
  readonly limit: number;
  /** Whether lines are told of as they are written. */
  readonly isFollowed: boolean;
  /** Whether lines are printed as they are written. */
  readonly isJson: boolean;
  /** Where the log is: in this folder; where this configuration file says; where the program that listens here says. */
  readonly where:
    | { readonly kind: "folder"; readonly path: string }
    | { readonly kind: "config"; readonly path: string }
    | { readonly kind: "program"; readonly socket: string };
}

/**
 * Reads what follows the word `queries`.
 *
 * @throws {UsageError} for what does not belong to it.
 */
export function parseQueries(args: readonly string[]): Queries {
  const filter: { -readonly [Key in keyof QueryFilter]: QueryFilter[Key] } = { ...NO_FILTER };
  let where: Queries["where"] = { kind: "program", socket: DEFAULT_ADMIN_SOCKET };
  let since: string | null = null;
  let until: string | null = null;
  let limitText: string | null = null;
  let isJson = false;
  let isFollowed = false;
  for (const { text, flag, hasValue, value } of argumentsOf(args)) {
    if (flag === "--json" && !hasValue) isJson = true;
    else if (flag === "--follow" && !hasValue) isFollowed = true;
    else if (flag === "--name") filter.name = readName(value());
    else if (flag === "--client") filter.client = value().toLowerCase();
    else if (flag === "--upstream") filter.upstream = value();
    else if (flag === "--source") filter.sources = readWords(flag, value(), SOURCES);
    else if (flag === "--channel") filter.channels = readWords(flag, value(), CHANNELS);
    else if (flag === "--rcode") filter.rcodes = readCodes(flag, value(), rcodeFromText, "an RCODE such as NXDOMAIN");
    else if (flag === "--type") filter.types = readCodes(flag, value(), typeFromText, "a type such as AAAA or TYPE65");
    else if (flag === "--since") since = readTime(flag, value());
    else if (flag === "--until") until = readTime(flag, value());
    else if (flag === "--limit") limitText = value();
    else if (flag === "--folder") where = { kind: "folder", path: value() };
    else if (flag === "--config") where = { kind: "config", path: value() };
    else if (flag === "--socket") where = { kind: "program", socket: value() };
    else if (flag.startsWith("-")) {
      throw new UsageError(`Cannot use "${text}" with queries: no such flag, see queries --help`);
    } else {throw new UsageError(
        `Cannot use "${text}" with queries: --name ${text} searches for it, see queries --help`,
      );}
  }
  if (isFollowed && (since !== null || until !== null)) {
    throw new UsageError("Cannot use --follow with --since or --until: it tells of what comes from now on");
  }
  const limit = limitText === null
    ? (isFollowed ? FOLLOW_LIMIT_DEFAULT : LIMIT_DEFAULT)
    : readLimit(limitText, isFollowed ? 0 : 1);
  return { kind: "queries", filter, since, until, limit, isFollowed, isJson, where };
}

/** As it is written down. */
function readName(text: string): string {
  const name = text.toLowerCase();
  return name.length > 1 && name.endsWith(".") ? name.slice(0, -1) : name;
}

function readWords(flag: string, text: string, words: readonly string[]): string[] {
  return text.split(",").map((word) => {
    if (words.includes(word)) return word;
    throw new UsageError(`Cannot use ${flag} "${word}": must be one of ${words.join(", ")}`);
  });
}

function readCodes(flag: string, text: string, read: (word: string) => number | null, what: string): number[] {
  return text.split(",").map((word) => {
    const code = read(word);
    if (code === null) throw new UsageError(`Cannot use ${flag} "${word}": must be ${what}`);
    return code;
  });
}

/** What it is depends on when it is asked. */
function readTime(flag: string, text: string): string {
  if (readMoment(text, 0) !== null) return text;
  const example = "must be a time such as 2h, 14:02, '2026-11-30 14:02' or 2026-11-30T14:02:37Z";
  throw new UsageError(`Cannot use ${flag} "${text}": ${example}`);
}

function readLimit(text: string, min: number): number {
  const limit = /^[0-9]{1,7}$/.test(text) ? Number(text) : NaN;
  if (limit >= min && limit <= LIMIT_MAX) return limit;
  throw new UsageError(`Cannot use --limit "${text}": must be a number from ${min} to ${LIMIT_MAX}`);
}
