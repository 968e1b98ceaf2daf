/** A table whose columns are as wide as their longest cell, as `deno fmt` would have it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [head, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("\n");
}

/** A bar would end the cell of a table, also in code. */
export function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

/** Help as a paragraph; flags in it are code, and nothing is taken for markup. */
export function prose(lines: readonly string[]): string {
  return lines.join(" ").replaceAll(/[\\`*<|]/g, "\\$&").replaceAll(/(?<![\w-])--[a-z][a-z-]*/g, "`$&`");
}
