import { parseArgs } from "@std/cli/parse-args";
import { chosen, FlagError, rejectUnknown, wholeNumber } from "../common/flag_values.ts";

/** What `deno task bench:lists` is told to do. */
export interface ListsOptions {
  /** Names of servers. */
  readonly servers: readonly string[];
  /** Names in the lists: a table for each. */
  readonly nameCounts: readonly number[];
  /** How long a load lasts. */
  readonly seconds: number;
  /** Where the result is written, too. */
  readonly json: string | null;
}

const DEFAULTS = { nameCounts: "1000000,10000000", seconds: 3 };
const NAMES_MIN = 1000;
const NAMES_MAX = 50_000_000;

/** What `--help` prints. */
export function listsHelp(servers: readonly string[]): string {
  return `deno task bench:lists [flags]

Compares what blocking by large lists costs this forwarder with whichever others are installed: the time from the start
to the first answer that is blocked, memory, CPU time of blocked and of allowed answers, and what another list costs.
The lists are made up from a seed, in each program's own format. An nsd answers what is not blocked; dnsperf asks. All
traffic stays on the loopback, and everything that was started is stopped.

  --only <names>       Servers, separated by commas. Default: all
                       ${servers.join(", ")}
  --names <numbers>    Names in the lists, separated by commas (default ${DEFAULTS.nameCounts}); fewer for a quick try
  --seconds <number>   How long a load lasts (default ${DEFAULTS.seconds})
  --json <file>        Writes every number into a file as well
  --help               Prints this`;
}

/**
 * Reads the command line; `null`: help is wanted.
 *
 * @throws {FlagError}
 */
export function parseListsOptions(args: readonly string[], servers: readonly string[]): ListsOptions | null {
  const flags = parseArgs(args, {
    boolean: ["help"],
    string: ["only", "names", "seconds", "json"],
    unknown: rejectUnknown,
  }) as Record<string, string | undefined>;
  if (flags.help) return null;
  const nameCounts = (flags.names ?? DEFAULTS.nameCounts).split(",").map((text) => {
    const count = Number(text);
    if (/^\d+$/.test(text) && count >= NAMES_MIN && count <= NAMES_MAX) return count;
    throw new FlagError(`Cannot use --names "${text}": must be a whole number of ${NAMES_MIN}–${NAMES_MAX}`);
  });
  return {
    servers: chosen("--only", flags.only, servers),
    nameCounts,
    seconds: wholeNumber("--seconds", flags.seconds, { otherwise: DEFAULTS.seconds, max: 3600 }),
    json: flags.json ?? null,
  };
}
