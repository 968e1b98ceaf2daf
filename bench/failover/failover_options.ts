import { parseArgs } from "@std/cli/parse-args";
import { chosen, rejectUnknown } from "../common/flag_values.ts";

/** What `deno task bench:failover` is told to do. */
export interface FailoverOptions {
  /** Names of forwarders. */
  readonly forwarders: readonly string[];
  /** Names of situations. */
  readonly situations: readonly string[];
  /** Where the result is written, too. */
  readonly json: string | null;
}

/** What there is to choose from. */
type Choice = Omit<FailoverOptions, "json">;

/** What `--help` prints. */
export function failoverHelp({ forwarders, situations }: Choice): string {
  return `deno task bench:failover [flags]

Compares what clients get when upstreams fail, from this forwarder and from whichever others are installed. All traffic
stays on the loopback, and everything that was started is stopped.

  --only <names>        Forwarders, separated by commas; "ours" means all modes of ours. Default: all
                        ${forwarders.join(", ")}
  --situations <names>  Situations, separated by commas. Default: all
                        ${inLines(situations).join(",\n                        ")}
  --json <file>         Writes the numbers into a file as well
  --help                Prints this`;
}

/**
 * Reads the command line; `null`: help is wanted.
 *
 * @throws {FlagError}
 */
export function parseFailoverOptions(args: readonly string[], choice: Choice): FailoverOptions | null {
  const flags = parseArgs(args, {
    boolean: ["help"],
    string: ["only", "situations", "json"],
    unknown: rejectUnknown,
  }) as Record<string, string | undefined>;
  if (flags.help) return null;
  return {
    forwarders: chosen("--only", flags.only, choice.forwarders, isMeant),
    situations: chosen("--situations", flags.situations, choice.situations),
    json: flags.json ?? null,
  };
}

/** `ours` stands for all that begin so. */
function isMeant(forwarder: string, typed: string): boolean {
  return forwarder === typed || (typed === "ours" && forwarder.startsWith("ours-"));
}

const NAMES_PER_LINE = 5;

function inLines(names: readonly string[]): string[] {
  const lines = Math.ceil(names.length / NAMES_PER_LINE);
  return Array.from({ length: lines }, (_, i) => names.slice(NAMES_PER_LINE * i, NAMES_PER_LINE * (i + 1)).join(", "));
}
