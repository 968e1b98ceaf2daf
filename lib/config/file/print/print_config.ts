import type { FullConfig } from "../../config.ts";
import { configSections } from "./config_sections.ts";
import { jsonObject, type PrintOptions, tomlText } from "./sections.ts";

/** How a configuration is printed. */
export interface PrintFormat extends PrintOptions {
  /** As a file that says the same, or for a program. */
  readonly format: "toml" | "json";
}

/** What counts in the end, after flags, files and variables, and where each of it comes from. */
export function printConfig(config: FullConfig, { format, ...options }: PrintFormat): string {
  const sections = configSections(config, options);
  if (format === "toml") return tomlText(sections);
  const places = Object.fromEntries(sections.flatMap(({ keys, entries }) => {
    return entries.flatMap(({ key, from }) => from === null ? [] : [[[...keys, key].join("."), from]]);
  }));
  return `${JSON.stringify({ config: jsonObject(sections), places }, null, 2)}\n`;
}
