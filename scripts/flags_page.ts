import { SUB_COMMANDS } from "../lib/config/flags/commands.ts";
import { FLAGS } from "../lib/config/flags/flags.ts";
import { EXAMPLES, EXIT_CODES, flagTitle } from "../lib/config/flags/help.ts";
import { code, prose, table } from "./markdown.ts";

/** The page docs/flags.md in Markdown, in the form that `deno fmt` gives it. */
export function flagsPage(): string {
  return `# Flags

<!-- Rendered from lib/config/settings.ts: deno task man -->

What \`dns-forwarder --help\` prints, as a page. A value follows its flag after a blank or after \`=\`. Flags are read once,
when the program starts; a flag that it does not know, or a value that it cannot use, ends it with exit code 2 and a
line that says why.

${table(["Flag", "Meaning"], FLAGS.map((flag) => [code(flagTitle(flag)), prose(flag.help)]))}

## Commands

${
    table(
      ["Command", "Meaning"],
      SUB_COMMANDS.map(({ name, value, help }) => [code(`${name} ${value}`.trim()), prose(help)]),
    )
  }

## Examples

${table(["Command line", "What it does"], EXAMPLES.map(({ command, meaning }) => [code(command), prose([meaning])]))}

## Exit codes

${table(["Code", "Meaning"], Object.entries(EXIT_CODES).map(([exitCode, meaning]) => [exitCode, meaning]))}
`;
}
