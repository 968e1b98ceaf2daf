import { parseArgs } from "@std/cli/parse-args";
import { chosen, rejectUnknown, wholeNumber } from "../common/flag_values.ts";

/** What `deno task bench:reload` is told to do. */
export interface ReloadOptions {
  /** Names of forwarders. */
  readonly forwarders: readonly string[];
  readonly rounds: number;
  /** How long each load lasts. */
  readonly seconds: number;
  /** Between two reloads. */
  readonly everyMs: number;
  /** Queries per second at which latencies are measured. */
  readonly rate: number;
  /** Where the result is written, too. */
  readonly json: string | null;
}

const DEFAULTS = { rounds: 3, seconds: 20, everyMs: 1000, rate: 5000 };

/** What `--help` prints. */
export function reloadHelp(forwarders: readonly string[]): string {
  return `deno task bench:reload [flags]

Compares what clients notice of reloads, of this forwarder and of whichever others are installed and can reload: the same
load without reloads and with one after the other, at full rate and at a fixed one. Each reload is one of a configuration
that has changed. All traffic stays on the loopback, and everything that was started is stopped.

  --only <names>      Forwarders, separated by commas; "ours" means all modes of ours. Default: all
                      ${forwarders.join(", ")}
  --rounds <number>   How often everything is measured (default ${DEFAULTS.rounds}); the table shows medians and sums
  --seconds <number>  How long each load lasts (default ${DEFAULTS.seconds})
  --every <ms>        Between two reloads (default ${DEFAULTS.everyMs})
  --rate <number>     Queries per second where latencies are measured (default ${DEFAULTS.rate})
  --json <file>       Writes the numbers into a file as well
  --help              Prints this`;
}

/**
 * Reads the command line; `null`: help is wanted.
 *
 * @throws {FlagError}
 */
export function parseReloadOptions(args: readonly string[], forwarders: readonly string[]): ReloadOptions | null {
  const flags = parseArgs(args, {
    boolean: ["help"],
    string: ["only", "rounds", "seconds", "every", "rate", "json"],
    unknown: rejectUnknown,
  }) as Record<string, string | undefined>;
  if (flags.help) return null;
  return {
    forwarders: chosen("--only", flags.only, forwarders, isMeant),
    rounds: wholeNumber("--rounds", flags.rounds, { otherwise: DEFAULTS.rounds, max: 100 }),
    seconds: wholeNumber("--seconds", flags.seconds, { otherwise: DEFAULTS.seconds, max: 3600 }),
    everyMs: wholeNumber("--every", flags.every, { otherwise: DEFAULTS.everyMs, min: 10, max: 60_000 }),
    rate: wholeNumber("--rate", flags.rate, { otherwise: DEFAULTS.rate, max: 1_000_000 }),
    json: flags.json ?? null,
  };
}

/** `ours` stands for all that begin so. */
function isMeant(forwarder: string, typed: string): boolean {
  return forwarder === typed || (typed === "ours" && forwarder.startsWith("ours-"));
}
