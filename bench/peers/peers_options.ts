import { parseArgs } from "@std/cli/parse-args";
import { chosen, rejectUnknown, wholeNumber } from "../common/flag_values.ts";

/** What `deno task bench:peers` is told to do. */
export interface PeersOptions {
  /** Names of forwarders. */
  readonly forwarders: readonly string[];
  /** Names of workloads. */
  readonly workloads: readonly string[];
  readonly rounds: number;
  /** How long a load lasts that is limited by time. */
  readonly seconds: number;
  /** Names in the zone. */
  readonly nameCount: number;
  /** Where the result is written, too. */
  readonly json: string | null;
}

/** What there is to choose from. */
export interface Choice {
  readonly forwarders: readonly string[];
  readonly workloads: readonly string[];
  readonly nameCountMin: number;
  readonly nameCountMax: number;
}

const DEFAULTS = { rounds: 5, seconds: 3, nameCount: 100_000 };

const ABOUT = `deno task bench:peers [flags]

Compares the speed of this forwarder with whichever others are installed: CPU time per answered query, answers per
second, latency, loss, memory. All forward to an nsd with a generated zone; dnsperf asks. All traffic stays on the
loopback, and everything that was started is stopped.`;

/**
 * What `--help` prints.
 *
 * @param about The first lines.
 */
export function peersHelp({ forwarders, workloads }: Choice, about: string = ABOUT): string {
  return `${about}

  --only <names>       Forwarders, separated by commas; "ours" means all modes of ours. Default: all
                       ${forwarders.join(", ")}
  --workloads <names>  Workloads, separated by commas. Default: all
                       ${workloads.join(", ")}
  --rounds <number>    How often everything is measured (default ${DEFAULTS.rounds}); tables show medians
  --seconds <number>   How long a load lasts (default ${DEFAULTS.seconds}); zipf and cold last as long as their queries
  --names <number>     Names in the zone (default ${DEFAULTS.nameCount}); fewer for a quick try
  --json <file>        Writes every sample into a file as well
  --help               Prints this`;
}

/**
 * Reads the command line; `null`: help is wanted.
 *
 * @throws {FlagError}
 */
export function parsePeersOptions(args: readonly string[], choice: Choice): PeersOptions | null {
  const flags = parseArgs(args, {
    boolean: ["help"],
    string: ["only", "workloads", "rounds", "seconds", "names", "json"],
    unknown: rejectUnknown,
  }) as Record<string, string | undefined>;
  if (flags.help) return null;
  return {
    forwarders: chosen("--only", flags.only, choice.forwarders, isMeant),
    workloads: chosen("--workloads", flags.workloads, choice.workloads),
    rounds: wholeNumber("--rounds", flags.rounds, { otherwise: DEFAULTS.rounds, max: 1000 }),
    seconds: wholeNumber("--seconds", flags.seconds, { otherwise: DEFAULTS.seconds, max: 3600 }),
    nameCount: wholeNumber("--names", flags.names, {
      otherwise: DEFAULTS.nameCount,
      min: choice.nameCountMin,
      max: choice.nameCountMax,
    }),
    json: flags.json ?? null,
  };
}

/** `ours` stands for all that begin so. */
function isMeant(forwarder: string, typed: string): boolean {
  return forwarder === typed || (typed === "ours" && forwarder.startsWith("ours-"));
}
