import { VERSION } from "../../version.ts";
import { SUB_COMMANDS } from "./commands.ts";
import { DEFAULT_CONFIG_FILE, FLAGS } from "./flags.ts";
import { EXAMPLES, EXIT_CODES, flagTitle, SUMMARY } from "./help.ts";

/** The manual page `dns-forwarder(8)` in roff. */
export function manPage(): string {
  return [
    '.\\" Rendered from the table of flags: deno task man',
    `.TH DNS\\-FORWARDER 8 "" "dns\\-forwarder ${VERSION}"`,
    section("NAME", `dns\\-forwarder \\- ${escaped(SUMMARY)}`),
    section("SYNOPSIS", ".B dns\\-forwarder", "[flags]"),
    ...SUB_COMMANDS.map(({ name, value }) => `.br\n.B dns\\-forwarder ${escaped(name)}\n${escaped(value)}`),
    section(
      "DESCRIPTION",
      "It takes queries from clients and asks upstream servers. Every query gets a response: the upstream's answer, or an",
      "error that explains why there is none.",
    ),
    section(
      "COMMANDS",
      ...SUB_COMMANDS.map(({ name, value, help, more = [] }) => item(`${name} ${value}`.trim(), [...help, ...more])),
    ),
    section("OPTIONS", ...FLAGS.map((flag) => item(flagTitle(flag), flag.help))),
    section(
      "SIGNALS",
      item("SIGINT, SIGTERM", [
        "Stop taking queries, answer those in flight, and exit. A second signal: exit at once.",
      ]),
      item("SIGUSR1, SIGUSR2", ["Write the state of the program to standard error."]),
      item("SIGHUP", [
        "Read the configuration file again and follow it, between one query and the next. What is wrong with it is written to",
        "standard error, and changes nothing. Without a file there is nothing to reload.",
      ]),
    ),
    section("FILES", item(DEFAULT_CONFIG_FILE, ["Settings, where no --resolver is given and the file may be read."])),
    section("EXIT STATUS", ...Object.entries(EXIT_CODES).map(([code, meaning]) => item(code, [`${meaning}.`]))),
    section(
      "ENVIRONMENT",
      item("NOTIFY_SOCKET, WATCHDOG_USEC", ["Where systemd expects the program's status; see sd_notify(3)."]),
      item("NO_COLOR, TERM", [
        "Whether top shows colours, and whether the terminal knows control sequences (not when TERM is dumb).",
      ]),
      item("DNS_FORWARDER_CACHE", [
        "Where a portable build unpacks itself, in a folder named after its content.",
        "Without it: the first that is safe of dns-forwarder in $XDG_CACHE_HOME, $HOME/.cache and /var/cache, and",
        "dns-forwarder-<uid> in /tmp.",
      ]),
    ),
    section("EXAMPLES", ...EXAMPLES.map(({ command, meaning }) => item(command, [meaning]))),
    section("SEE ALSO", "dns\\-forwarder.toml(5), dig(1), resolved.conf(5)"),
  ].join("\n") + "\n";
}

/** A section of a manual page. */
export function section(title: string, ...lines: readonly string[]): string {
  return [`.SH ${title}`, ...lines].join("\n");
}

/** A term and what it means. */
export function item(title: string, help: readonly string[]): string {
  return [".TP", `.B ${escaped(title)}`, ...help.map(escaped)].join("\n");
}

/** What roff would take for its own: backslashes, hyphens that are no minus signs, a dot or quote at a line's beginning. */
export function escaped(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("–", "\\(en").replace(/^[.']/, "\\&$&");
}
