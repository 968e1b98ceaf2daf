import type { Place } from "../../place.ts";

/** A value as TOML has it. */
export type TomlValue = string | number | boolean | readonly TomlValue[] | { readonly [key: string]: TomlValue };

/** A setting in a table. */
export interface Entry {
  /** Its key. */
  readonly key: string;
  /** Its value. */
  readonly value: TomlValue;
  /** Where it was given: a flag, or a file with its line; `null` for nowhere, it is the default. */
  readonly from: string | null;
}

/** A table with its settings. */
export interface Section {
  /** The keys that lead to it; none for the settings at the top. */
  readonly keys: readonly string[];
  /** Whether it is one of a list. */
  readonly isInList: boolean;
  /** In the order in which pages list them. */
  readonly entries: readonly Entry[];
}

/** A key with its value, and what that is when nobody gives it. */
export type Row = readonly [key: string, value: TomlValue | null, fallback: TomlValue | null];

/** Makes a table of what stands at `place`; one of a list, or by its keys. */
export type MakeSection = (keys: string[], isInList: boolean, place: Place | null, rows: readonly Row[]) => Section;

/** What is printed of a configuration. */
export interface PrintOptions {
  /** Where each setting was given; see `LoadedConfig`. */
  readonly places: ReadonlyMap<string, string>;
  /** Whether what nobody has given is printed, too. */
  readonly withDefaults: boolean;
}

/** As a file, with a comment behind each setting that says where it comes from. */
export function tomlText(sections: readonly Section[]): string {
  return sections.filter(({ entries, keys }) => entries.length > 0 || keys.length > 0).map(sectionText).join("\n");
}

function sectionText({ keys, isInList, entries }: Section): string {
  const path = keys.map(keyText).join(".");
  const head = keys.length === 0 ? [] : [isInList ? `[[${path}]]` : `[${path}]`];
  const lines = entries.map(({ key, value, from }) => {
    return `${keyText(key)} = ${valueText(value)}  # ${(from ?? "default").replaceAll(/\p{Cc}/gu, "\ufffd")}`;
  });
  return [...head, ...lines, ""].join("\n");
}

/** As one object. */
export function jsonObject(sections: readonly Section[]): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { keys, isInList, entries } of sections) {
    const values = Object.fromEntries(entries.map(({ key, value }) => [key, value]));
    const parent = keys.slice(0, -1).reduce<Record<string, unknown>>((table, key) => {
      return (table[key] ??= {}) as Record<string, unknown>;
    }, root);
    const last = keys.at(-1);
    if (last === undefined) Object.assign(root, values);
    else if (isInList) (parent[last] ??= [] as unknown[], parent[last] as unknown[]).push(values);
    else parent[last] = { ...parent[last] as Record<string, unknown> | undefined, ...values };
  }
  return root;
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key);
}

/** A value as TOML writes it. */
export function valueText(value: TomlValue): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map(valueText).join(", ")}]`;
  return `{ ${Object.entries(value).map(([key, one]) => `${keyText(key)} = ${valueText(one)}`).join(", ")} }`;
}

function isList(value: TomlValue): value is readonly TomlValue[] {
  return Array.isArray(value);
}

/** TOML's escapes are JSON's, but that it wants one more character escaped. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll("\x7f", "\\u007f");
}
