import { parseArgs } from "@std/cli/parse-args";
import { chosen, oneOf, rejectUnknown, wholeNumber } from "../common/flag_values.ts";
import { GROWTH_TABLES } from "./growth_tables.ts";

const MODES = ["plain", "native"] as const;
const TABLES = GROWTH_TABLES.map(({ name }) => name);

/** What `deno task bench:growth` is told to do. */
export interface GrowthOptions {
  /** Which of our modes is measured. */
  readonly mode: typeof MODES[number];
  /** Names of tables. */
  readonly tables: readonly string[];
  readonly rounds: number;
  /** How long a load lasts that is limited by time. */
  readonly seconds: number;
  /** Where the result is written, too. */
  readonly json: string | null;
}

const DEFAULTS = { mode: "native", rounds: 5, seconds: 3 } as const;

/** What `--help` prints. */
export const GROWTH_HELP: string = `deno task bench:growth [flags]

Measures what answers cost this forwarder with more names, more clients and more upstreams: CPU time per answered query,
answers per second, latency, loss, memory. It forwards to an nsd; dnsperf asks. All traffic stays on the loopback, and
everything that was started is stopped.

  --mode <mode>        How the forwarder speaks UDP: ${MODES.join(" or ")} (default ${DEFAULTS.mode})
  --tables <names>     Tables, separated by commas. Default: all
                       ${TABLES.join(", ")}
  --rounds <number>    How often everything is measured (default ${DEFAULTS.rounds}); tables show medians
  --seconds <number>   How long a load lasts (default ${DEFAULTS.seconds}); cold ones last as long as their queries
  --json <file>        Writes every sample into a file as well
  --help               Prints this`;

/**
 * Reads the command line; `null`: help is wanted.
 *
 * @throws {FlagError}
 */
export function parseGrowthOptions(args: readonly string[]): GrowthOptions | null {
  const flags = parseArgs(args, {
    boolean: ["help"],
    string: ["mode", "tables", "rounds", "seconds", "json"],
    unknown: rejectUnknown,
  }) as Record<string, string | undefined>;
  if (flags.help) return null;
  return {
    mode: oneOf("--mode", flags.mode ?? DEFAULTS.mode, MODES),
    tables: chosen("--tables", flags.tables, TABLES),
    rounds: wholeNumber("--rounds", flags.rounds, { otherwise: DEFAULTS.rounds, max: 1000 }),
    seconds: wholeNumber("--seconds", flags.seconds, { otherwise: DEFAULTS.seconds, max: 3600 }),
    json: flags.json ?? null,
  };
}
