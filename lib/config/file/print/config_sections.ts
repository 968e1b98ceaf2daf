import type { Config, FullConfig } from "../../config.ts";
import { FIELDS, SETTINGS } from "../../settings.ts";
import { policySections } from "./policy_sections.ts";
import type { Entry, PrintOptions, Section } from "./sections.ts";
import { settingValue } from "./setting_value.ts";

/** The tables of the top, in the order of the pages; what is not a setting of the table stands between them. */
const HEADS = [
  ...["", "server", "access", "cache", "upstreams.default", "local", "block", "answers", "log"],
  ...["query-log", "metrics", "admin"],
];

/** A configuration as a file that says the same. */
export function configSections(config: FullConfig, options: PrintOptions): Section[] {
  const more = config.policy === null ? [] : policySections(config, options);
  const sections = HEADS.map((head): Section => {
    const keys = head === "" ? [] : head.split(".");
    const entries = FIELDS.filter((field) => headOf(field) === head).flatMap((field) =>
      entryOf(field, config, options)
    );
    const same = more.find((section) => section.keys.join(".") === head);
    return { keys, isInList: false, entries: [...entries, ...same?.entries ?? []] };
  });
  const others = more.filter((section) => section.isInList || !HEADS.includes(section.keys.join(".")));
  const all = [...sections, ...others].toSorted((a, b) => rank(a) - rank(b));
  return all.filter(({ entries, keys }) => entries.length > 0 || !HEADS.includes(keys.join(".")));
}

/** The order of the pages: upstreams, routes and clients before what is local. */
const TABLES: readonly (string | undefined)[] = [
  undefined,
  "server",
  "access",
  "cache",
  "upstreams",
  "route",
  "clients",
  "local",
  "rewrite",
  "lists",
  "schedules",
  "block",
  "answers",
  "log",
  "query-log",
  "metrics",
  "admin",
];

function rank({ keys: [top] }: Section): number {
  return TABLES.indexOf(top);
}

function headOf(field: keyof Config): string {
  const { path } = SETTINGS[field];
  return path.slice(0, Math.max(0, path.lastIndexOf(".")));
}

/** Whoever has upstreams makes no answers up, and is told so where addresses for that are given. */
function hasNoEffect(field: keyof Config, { upstreams }: FullConfig): boolean {
  return field === "answer" && upstreams.length > 0;
}

function entryOf(field: keyof Config, config: FullConfig, { places, withDefaults }: PrintOptions): Entry[] {
  const { path } = SETTINGS[field];
  const from = places.get(path) ?? null;
  if (from === null && (!withDefaults || hasNoEffect(field, config))) return [];
  const value = settingValue(field, config);
  if (value === null) return [];
  return [{ key: path.slice(path.lastIndexOf(".") + 1), value, from }];
}
