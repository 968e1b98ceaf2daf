import { SUB_COMMANDS } from "../lib/config/flags/commands.ts";
import { FLAGS } from "../lib/config/flags/flags.ts";
import { EXAMPLES, EXIT_CODES, flagTitle } from "../lib/config/flags/help.ts";

/** The page docs/flags.md in Markdown, in the form that `deno fmt` gives it. */
export function flagsPage(): string {
  return `# Flags

<!-- Rendered from lib/config/settings.ts: deno task man -->

What \`dns-forwarder --help\` prints, as a page. A value follows its flag after a blank or after \`=\`. Flags are read once,
when the program starts; a flag that it does not know, or a value that it cannot use, ends it with exit code 2 and a
line that says why.

${table(["Flag", "Meaning"], FLAGS.map((flag) => [code(flagTitle(flag)), prose(flag.help)]))}

## Commands

${table(["Command", "Meaning"], SUB_COMMANDS.map(({ name, value, help }) => [code(`${name} ${value}`), prose(help)]))}

## Examples

${table(["Command line", "What it does"], EXAMPLES.map(({ command, meaning }) => [code(command), prose([meaning])]))}

## Exit codes

${table(["Code", "Meaning"], Object.entries(EXIT_CODES).map(([exitCode, meaning]) => [exitCode, meaning]))}
`;
}

/** A table whose columns are as wide as their longest cell, as `deno fmt` would have it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [head, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("\n");
}

/** A bar would end the cell of a table, also in code. */
function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

/** Help as a paragraph; flags in it are code, and nothing is taken for markup. */
function prose(lines: readonly string[]): string {
  return lines.join(" ").replaceAll(/[\\`*<|]/g, "\\$&").replaceAll(/(?<![\w-])--[a-z][a-z-]*/g, "`$&`");
}
