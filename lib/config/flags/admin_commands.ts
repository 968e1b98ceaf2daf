import { AdminError } from "../../operator/admin/admin_error.ts";
import { PAUSE_DAYS_MAX, readRequest } from "../../operator/admin/read_request.ts";
import { type AdminRequest, DEFAULT_ADMIN_SOCKET } from "../../operator/admin/requests.ts";
import { typeFromText } from "../../wire/iana.ts";
import { UsageError } from "../usage_error.ts";
import { flagTakesValue } from "./flags.ts";
import type { SubCommand } from "./sub_command.ts";

const SHARED = "[--socket <path>] [--json]";

/** Commands for the running program, in the order of `--help`. */
export const ADMIN_COMMANDS: readonly SubCommand[] = [
  {
    name: "status",
    value: SHARED,
    help: [
      "Print how the running program is doing. This command and the next seven talk to it over the Unix socket that its",
      `configuration names (admin.socket), ${DEFAULT_ADMIN_SOCKET} unless --socket says otherwise. --json`,
      "prints the reply as JSON. Exit code 1 when it cannot do what it is asked for, 3 when it cannot be reached.",
    ],
  },
  {
    name: "reload",
    value: SHARED,
    help: ["Let the program read its configuration again, and print what has changed, or why nothing has."],
  },
  {
    name: "flush",
    value: `[<name> [--below]] ${SHARED}`,
    help: [
      "Let the program forget what it remembers of a name, with --below of all names below it, too; of all names without",
      "one.",
    ],
  },
  {
    name: "pause",
    value: `[<time>] [--clients <group>,...] [--lists <list>,...] ${SHARED}`,
    help: [
      "Let the program block nothing for a while: for a time such as 30m or 2h, or until resume; for the clients of some",
      "groups alone, or by some lists alone (* for what blocks all names). It outlives a reload, and with a state-dir a",
      "restart.",
    ],
  },
  {
    name: "resume",
    value: `[--clients <group>,...] [--lists <list>,...] ${SHARED}`,
    help: ["End all pauses, or those that are about nothing but these groups or lists."],
  },
  {
    name: "lists",
    value: SHARED,
    help: [
      "Print what each list has: names, lines, those that are bad, how old it is, what went wrong last.",
    ],
  },
  {
    name: "refresh",
    value: `[<list>] ${SHARED}`,
    help: ["Fetch a list now, or all of them, and print what has come of it."],
  },
  {
    name: "explain",
    value: "<name> [<type>] [--client <ip>] [--at <time>] [--dnssec] [--offline ...]",
    help: [
      "Ask for a name as a client would (this machine, or --client), and print each step: who asks and why they may, what",
      "the configuration says and where, what is remembered, who is asked and what they say, the reply. The type is A",
      "unless given, --dnssec asks for DNSSEC records, --at is a time such as '2026-12-01 21:00'. Exit code as of check.",
      "--socket and --json as of status. --offline needs no running program: with the configuration that is given beside",
      "it, such as --config <file> or --resolver <ip>, it prints what would be done, and asks nobody.",
    ],
  },
];

/** A command for the running program, or for none. */
export interface Admin {
  /** Tells this command from the others. */
  readonly kind: "admin";
  /** What it is asked for. */
  readonly request: AdminRequest;
  /** The path of its socket. */
  readonly socket: string;
  /** Whether the reply is printed as it comes. */
  readonly isJson: boolean;
  /** What is to be explained without a running program: the configuration's arguments; `null` with one. */
  readonly offline: readonly string[] | null;
}

/** Whether the first word of a command line is one of these commands. */
export function isAdminWord(word: string | undefined): word is AdminRequest["command"] {
  return ADMIN_COMMANDS.some(({ name }) => name === word);
}

/**
 * Reads what follows one of these words.
 *
 * @throws {UsageError} for what does not belong to it.
 */
export function parseAdmin(command: AdminRequest["command"], args: readonly string[]): Admin {
  const words: string[] = [];
  const fields: Record<string, unknown> = { command };
  const own = { socket: DEFAULT_ADMIN_SOCKET, isJson: false };
  // What is no flag of the command itself then belongs to the configuration, in whatever order it stands.
  const isPausing = command === "pause" || command === "resume";
  const offline: string[] | null = command === "explain" && args.includes("--offline") ? [] : null;
  for (let i = 0; i < args.length; i++) {
    const [flag, tied] = splitFlag(args[i]!);
    const value = () => {
      const given = tied ?? args[++i];
      if (given === undefined || given === "") throw new UsageError(`Cannot use ${flag}: it needs a value`);
      return given;
    };
    const isSwitch = () => {
      if (tied !== undefined) throw new UsageError(`Cannot use ${flag} "${tied}": it takes no value`);
      return true;
    };
    if (flag === "--socket") own.socket = value();
    else if (flag === "--json") own.isJson = isSwitch();
    else if (flag === "--below" && command === "flush") fields.below = isSwitch();
    else if (flag === "--dnssec" && command === "explain") fields.dnssec = isSwitch();
    else if (flag === "--client" && command === "explain") fields.client = value();
    else if (flag === "--at" && command === "explain") fields.at = value();
    else if (flag === "--clients" && isPausing) fields.clients = value().split(",");
    else if (flag === "--lists" && isPausing) fields.lists = value().split(",");
    else if (flag === "--offline" && offline !== null) continue;
    else if (flag.startsWith("-") && offline !== null) {
      offline.push(args[i]!);
      if (tied === undefined && flagTakesValue(flag) && i + 1 < args.length) offline.push(args[++i]!);
    } else if (flag.startsWith("-")) {
      throw new UsageError(`Cannot use "${args[i]}" with ${command}: no such flag, see --help`);
    } else words.push(args[i]!);
  }
  return { kind: "admin", request: requestOf(fields, words, command), ...own, offline };
}

function splitFlag(arg: string): [string, string | undefined] {
  const at = arg.startsWith("--") ? arg.indexOf("=") : -1;
  return at === -1 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)];
}

function requestOf(fields: Record<string, unknown>, words: readonly string[], command: string): AdminRequest {
  const [name, type, ...others] = words;
  const stray = command === "explain" ? others[0] : ONE_WORD.includes(command) ? type : name;
  if (stray !== undefined) throw new UsageError(`Cannot ${command} "${stray}": it is one word too many, see --help`);
  if (name !== undefined && command === "pause") fields.seconds = readDuration(name);
  else if (name !== undefined) fields[command === "refresh" ? "list" : "name"] = name;
  if (type !== undefined) fields.type = readType(type);
  try {
    return readRequest(JSON.stringify(fields));
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    throw new UsageError(`Cannot ${command}: ${error.message}`);
  }
}

/** Commands that can have a word behind them. */
const ONE_WORD: readonly string[] = ["flush", "pause", "refresh"];

/** As in a file; see `quantity.ts`. */
function readDuration(text: string): number {
  const [, digits, unit] = /^([0-9]{1,6})([smhd])$/.exec(text) ?? [];
  if (digits === undefined) throw new UsageError(`Cannot pause "${text}": must be a time such as 30m, in s, m, h or d`);
  const seconds = Number(digits) * { s: 1, m: 60, h: 3600, d: 86_400 }[unit as "s" | "m" | "h" | "d"];
  if (seconds >= 1 && seconds <= PAUSE_DAYS_MAX * 86_400) return seconds;
  const forever = "; without a time a pause lasts until resume";
  throw new UsageError(`Cannot pause "${text}": must be from 1s to ${PAUSE_DAYS_MAX}d${forever}`);
}

function readType(text: string): number {
  const type = typeFromText(text.toUpperCase());
  if (type === null) throw new UsageError(`Cannot explain "${text}": must be a type such as AAAA or TYPE65`);
  return type;
}
