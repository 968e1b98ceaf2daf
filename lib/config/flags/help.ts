import { SUB_COMMANDS } from "./commands.ts";
import { DEFAULT_LISTEN_PORT } from "../config.ts";
import { type Flag, FLAGS } from "./flags.ts";
import type { SubCommand } from "./sub_command.ts";

/** What the program is, in a sentence. */
export const SUMMARY = "answers DNS queries over UDP and TCP by asking other DNS servers";

/** A command line and what it does. */
export interface Example {
  /** As it is typed. */
  readonly command: string;
  /** What it does. */
  readonly meaning: string;
}

/** What most people want. */
export const EXAMPLES: readonly Example[] = [
  {
    command: "dns-forwarder --resolver 8.8.8.8",
    meaning: `Forward to 8.8.8.8, serve this machine on port ${DEFAULT_LISTEN_PORT}. ` +
      `Try it: dig @127.0.0.1 -p ${DEFAULT_LISTEN_PORT} example.org`,
  },
  {
    command: "dns-forwarder --resolver '[2001:4860:4860::8888]:53' --listen 192.0.2.1:53",
    meaning: "Forward over IPv6, serve a network on port 53 (which needs the right to use ports below 1024).",
  },
  {
    command: "dns-forwarder --answer 192.0.2.80,2001:db8::80",
    meaning: "Give every client the same address, whatever name it asks for.",
  },
];

/** What the program says to whoever started it when it ends. */
export const EXIT_CODES = {
  0: "stopped by SIGINT or SIGTERM",
  1: "cannot start, server not healthy, or command not followed",
  2: "wrong flag",
  3: "cannot check, or program not reached",
} as const;

/** What `--help` prints. */
export function helpText(): string {
  return `dns-forwarder ${SUMMARY}.

Usage: dns-forwarder [flags]
${SUB_COMMANDS.map(({ name, value, help }) => `       dns-forwarder ${name} ${value}\n${indented(help)}`).join("\n")}

Flags:
${FLAGS.map((flag) => `  ${flagTitle(flag)}\n${indented(flag.help)}`).join("\n")}

Examples:
${EXAMPLES.map(({ command, meaning }) => `  ${command}\n${indented([meaning])}`).join("\n")}

Exit codes: ${Object.entries(EXIT_CODES).map(([code, meaning]) => `${code} ${meaning}`).join(";\n            ")}.
`;
}

/** What `--help` behind a command prints. */
export function commandHelpText({ name, value, help, more = [] }: SubCommand): string {
  return `Usage: dns-forwarder ${`${name} ${value}`.trim()}
${indented([...help, ...more])}

dns-forwarder --help tells the other commands, the flags and the exit codes.
`;
}

/** A flag as it is typed: `-h, --help` or `--timeout <ms>`. */
export function flagTitle({ name, short, value }: Flag): string {
  return `${short === undefined ? "" : `-${short}, `}--${name}${value === null ? "" : ` ${value}`}`;
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `      ${line}`).join("\n");
}
