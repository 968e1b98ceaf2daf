import { OwnNameFormatError, readOwnName } from "../../../lists/formats/own_names.ts";
import type { Draft, Origin } from "../draft.ts";
import type { TomlValue } from "../toml_text.ts";

/** Where lists are kept: the folder that the packages make. */
const STATE_DIR = "/var/lib/dns-forwarder";

/** A list of a draft. */
export interface ImportedList {
  /** A word for it; see `groupName`. */
  readonly name: string;
  /** What is different from other lists, by key. */
  readonly settings?: Readonly<Record<string, TomlValue>>;
}

/** Has a list's lines fetched, or read. Returns why that cannot be; `null` when it can. */
export function addSource(list: ImportedList, source: string, origin: Origin, draft: Draft, note = ""): string | null {
  const text = sourceText(source);
  if (text === null) return "lists are fetched over HTTP, or read from a file: its absolute path";
  addTo(list, "sources", text, origin, draft, note);
  if (!draft.has("server", "state-dir")) draft.set("server", "state-dir", STATE_DIR, origin, "lists are kept there");
  return null;
}

/** Adds a word of one's own: `x` with all below it, `=x`, `/expression/`. Returns why that cannot be; `null` when it can. */
export function addWord(list: ImportedList, word: string, origin: Origin, draft: Draft, note = ""): string | null {
  try {
    if ("network" in readOwnName(word)) return "an address: a file with it can be a source of a list";
  } catch (error) {
    if (error instanceof OwnNameFormatError) return error.message;
    throw error;
  }
  addTo(list, "names", word, origin, draft, note);
  return null;
}

/** Has a list blocked, or allowed, for a client group. */
export function useList(group: string, key: "block" | "allow", list: string, origin: Origin, draft: Draft): void {
  if (draft.tables.has(`lists.${list}`)) draft.add(`clients.${group}`, key, [list], origin);
}

/** What is blocked and allowed for all is for these groups as well: here each group says all of it by itself. */
export function useAsDefault(groups: readonly string[], draft: Draft): void {
  for (const key of ["block", "allow"]) {
    const setting = draft.tables.get("clients.default")?.get(key);
    if (setting?.kind !== "list") continue;
    for (const group of groups) {
      for (const { value, origin } of setting.elements) draft.add(`clients.${group}`, key, [value], origin);
    }
  }
}

function addTo(list: ImportedList, key: string, text: string, origin: Origin, draft: Draft, note: string): void {
  const table = `lists.${list.name}`;
  const isNew = !draft.tables.has(table);
  draft.add(table, key, [text], origin, note);
  if (isNew) { for (const [key, value] of Object.entries(list.settings ?? {})) draft.set(table, key, value, origin); }
}

/** As `[lists.X] sources` has it; `null` for what it cannot be. */
function sourceText(source: string): string | null {
  const text = source.trim().replace(/^file:\/\//, "");
  if (text.startsWith("/") && !/[\0\n]/.test(text)) return text;
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null;
  const { username, password, href } = new URL(text);
  return username === "" && password === "" ? href : null;
}
