import { DEFAULT_ADMIN_SOCKET } from "../../operator/admin/requests.ts";
import { UsageError } from "../usage_error.ts";
import { argumentsOf, type SubCommand } from "./sub_command.ts";

/** What `--help` says of it. */
export const TOP_COMMAND: SubCommand = {
  name: "top",
  value: "[<filter> ...] [--once] [--interval <s>] [--socket <path>] [--json]",
  help: [
    "Show how the running program is doing, as it goes on: whether it works, queries a second and where answers are",
    "from, upstreams with their times and failures, who asks most, for what, the last queries and why. ? tells the",
    "keys. --once prints one picture, --json all of it for a program. --socket as of status. top --help tells more.",
  ],
  more: [
    "A filter says which queries are shown: a part of a name, or client=192.168.1.7, source=policy, rcode=SERVFAIL,",
    "type=AAAA, upstream=9.9.9.9:53. --interval <s>: how often it is looked at, 1 to 60 s, 1 unless given. Without a",
    "terminal --once or --json is needed; on one that knows no control sequences (TERM=dumb) pictures follow each other.",
    "NO_COLOR is heeded. Queries are remembered while somebody looks, and for a minute afterwards; otherwise nothing of",
    "them is written down. Exit codes as of status.",
    "Examples: top; top rcode=SERVFAIL; top client=192.168.1.7; top --once; top --json --interval 10 >> top.jsonl.",
  ],
};

/** Show how the running program is doing. */
export interface Top {
  /** Tells this command from the others. */
  readonly kind: "top";
  /** Which queries are shown. */
  readonly filter: string;
  /** Whether one picture is enough. */
  readonly isOnce: boolean;
  /** Whether a program reads it. */
  readonly isJson: boolean;
  /** From one look to the next. */
  readonly intervalMs: number;
  /** The path of the program's socket. */
  readonly socket: string;
}

/** In seconds. */
const INTERVAL = { min: 1, usual: 1, max: 60 };

/**
 * Reads what follows the word `top`.
 *
 * @throws {UsageError} for what does not belong to it.
 */
export function parseTop(args: readonly string[]): Top {
  const words: string[] = [];
  let [isOnce, isJson] = [false, false];
  let [intervalMs, socket] = [1000 * INTERVAL.usual, DEFAULT_ADMIN_SOCKET];
  for (const { text, flag, hasValue, value } of argumentsOf(args)) {
    if (flag === "--once" && !hasValue) isOnce = true;
    else if (flag === "--json" && !hasValue) isJson = true;
    else if (flag === "--socket") socket = value();
    else if (flag === "--interval") intervalMs = readInterval(value());
    else if (flag.startsWith("-")) throw new UsageError(`Cannot use "${text}" with top: no such flag, see --help`);
    else words.push(text);
  }
  return { kind: "top", filter: words.join(" "), isOnce, isJson, intervalMs, socket };
}

function readInterval(text: string): number {
  const seconds = /^[0-9]{1,2}(?:\.[0-9])?$/.test(text) ? Number(text) : NaN;
  if (seconds >= INTERVAL.min && seconds <= INTERVAL.max) return 1000 * seconds;
  throw new UsageError(`Cannot use --interval "${text}": must be from ${INTERVAL.min} to ${INTERVAL.max} seconds`);
}
