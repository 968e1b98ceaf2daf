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
  /** Whether each forwarder takes part twice. */
  readonly isTwice: boolean;
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

const LINE_MAX = 90;

const ABOUT = `deno task bench:peers [flags]

Compares the speed of this forwarder with whichever others are installed: CPU time per answered query, answers per
second, latency, loss, memory. All forward to an nsd with a generated zone. dnsperf asks one after the other; where few
queries are in flight, all run at once and are asked in turn. The last table has the goals of this project, and which of
them are met. All traffic stays on the loopback, and everything that was started is stopped.`;

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
                       ${inLines(workloads).join(`\n${" ".repeat(23)}`)}
  --rounds <number>    How often everything is measured (default ${DEFAULTS.rounds}); tables show medians
  --seconds <number>   How long a load lasts (default ${DEFAULTS.seconds}); of all servers together where they are
                       asked in turn. zipf and cold last as long as their queries
  --names <number>     Names in the zone (default ${DEFAULTS.nameCount}); fewer for a quick try
  --twice              Each forwarder takes part twice: how far two equal ones differ is how exact the numbers are
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
    boolean: ["help", "twice"],
    string: ["only", "workloads", "rounds", "seconds", "names", "json"],
    unknown: rejectUnknown,
  }) as Record<string, string | undefined> & { help: boolean; twice: boolean };
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
    isTwice: flags.twice,
    json: flags.json ?? null,
  };
}

/** Separated by commas, in lines that are not too long. */
function inLines(names: readonly string[]): string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last === undefined || last.length + name.length > LINE_MAX) lines.push(name);
    else lines[lines.length - 1] = `${last}, ${name}`;
  }
  return lines.map((line, i) => i < lines.length - 1 ? `${line},` : line);
}

/** `ours` stands for all that begin so. */
function isMeant(forwarder: string, typed: string): boolean {
  return forwarder === typed || (typed === "ours" && forwarder.startsWith("ours-"));
}
