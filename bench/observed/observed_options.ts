import { parseArgs } from "@std/cli/parse-args";
import { chosen, rejectUnknown, wholeNumber } from "../common/flag_values.ts";
import { WATCHERS } from "./watchers.ts";

const LOADS = ["hits", "cold"] as const;
const ROWS = [...WATCHERS.map(({ name }) => name), "all"];

/** What `deno task bench:observed` is told to do. */
export interface ObservedOptions {
  /** What is asked for. */
  readonly loads: readonly string[];
  /** Names of watchers, `all` for all of them together. */
  readonly only: readonly string[];
  readonly rounds: number;
  /** How long a load lasts. */
  readonly seconds: number;
}

/** What `--help` prints. */
export const OBSERVED_HELP: string = `deno task bench:observed [flags]

Measures what it costs those who ask that somebody looks: CPU time per answer and latency at half load, with nobody there,
with each watcher alone, and with all of them together. Each round measures all rows; tables show the medians of ratios
within rounds. dnsperf asks, nsd is the upstream, all traffic stays on the loopback.

  --loads <names>     hits, cold (default: both)
  --only <rows>       ${ROWS.join(", ")} (default: all of these)
  --rounds <number>   How often everything is measured (default 5)
  --seconds <number>  How long each load lasts (default 5)
  --help              Prints this`;

/**
 * Reads the command line; `null`: help is wanted.
 *
 * @throws {FlagError}
 */
export function parseObservedOptions(args: readonly string[]): ObservedOptions | null {
  const flags = parseArgs(args, {
    boolean: ["help"],
    string: ["loads", "only", "rounds", "seconds"],
    unknown: rejectUnknown,
  }) as Record<string, string | undefined>;
  if (flags.help) return null;
  return {
    loads: chosen("--loads", flags.loads, LOADS),
    only: chosen("--only", flags.only, ROWS),
    rounds: wholeNumber("--rounds", flags.rounds, { otherwise: 5, max: 1000 }),
    seconds: wholeNumber("--seconds", flags.seconds, { otherwise: 5, max: 3600 }),
  };
}
