import type { Draft, Source } from "../draft.ts";
import { addSource, addWord, useList } from "./list_draft.ts";
import { Tree } from "../tree/tree.ts";
import { yamlTree } from "../tree/yaml_tree.ts";

/** What the rows of Pi-hole's table of domains are, by their type: exact or an expression, allowed or denied. */
const DOMAIN_TYPES = ["allow exact", "block exact", "allow expression", "block expression"] as const;
/** What blocked names get, in Pi-hole's words and ours. */
const ANSWERS: Readonly<Record<string, string>> = {
  NULL: "zero",
  NX: "nxdomain",
  NXDOMAIN: "nxdomain",
  NODATA: "nodata",
};

/** Whether a file is a table of gravity.db's in JSON, as Teleporter and sqlite3 write it. */
export function isTableOfLists({ text }: Source): boolean {
  return /^\s*\[\s*(?:\{|\])/.test(text);
}

/** Whether a file is adlists.list: an address of a list in each line. */
export function isListOfLists({ text }: Source): boolean {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  return lines.length > 0 && lines.every((line) => /^(?:https?|file):\/\//i.test(line));
}

/** Rows of gravity.db: lists have an address, domains a domain. */
export function importTable(source: Source, draft: Draft): void {
  const { root } = yamlTree(source);
  const all = root.kind === "list" ? root.items : [];
  for (const row of all.map((item) => new Tree(item, source.file))) {
    const [address, domain, type] = [row.take("address"), row.take("domain"), row.take("type")];
    const found = address ?? domain;
    if (found === null) continue;
    const { text, origin } = found;
    const isOff = ["0", "false"].includes(row.take("enabled")?.text ?? "");
    if (isOff) draft.none(origin, text, "switched off");
    else if (address !== null) addList(text, type?.text === "1" ? "allow" : "block", origin, draft);
    else addDomain(text, kindOf(type?.text, source.file), origin, draft);
  }
}

/** Addresses, a line each. */
export function importAddresses({ file, text }: Source, draft: Draft): void {
  for (const [i, line] of text.split("\n").entries()) {
    const address = line.trim();
    if (address !== "" && !address.startsWith("#")) addList(address, "block", { file, line: i + 1 }, draft);
  }
}

/** What pihole.toml says of blocking. */
export function importBlocking(tree: Tree, draft: Draft): void {
  const [active, mode] = [tree.take("dns", "blocking", "active"), tree.take("dns", "blocking", "mode")];
  const why = "import its lists, too: see docs/migrating.md; without lists nothing is blocked";
  if (active?.text === "true") draft.none(active.origin, "dns.blocking.active: true", why);
  else if (active) draft.none(active.origin, `dns.blocking.active: ${active.text}`, "give no client group a list");
  const answer = ANSWERS[mode?.text ?? ""];
  if (mode && answer !== undefined) draft.set("block", "answer", answer, mode.origin);
  else if (mode) draft.none(mode.origin, `dns.blocking.mode: ${mode.text}`, "block.answer can have addresses");
}

function addList(address: string, key: "block" | "allow", origin: Parameters<typeof useList>[3], draft: Draft): void {
  const name = key === "block" ? "gravity" : "gravity-allowed";
  const why = addSource({ name }, address, origin, draft);
  if (why !== null) return draft.none(origin, address, why);
  useList("default", key, name, origin, draft);
}

function addDomain(
  domain: string,
  kind: typeof DOMAIN_TYPES[number] | undefined,
  origin: Parameters<typeof useList>[3],
  draft: Draft,
): void {
  if (kind === undefined) return draft.none(origin, domain, "neither allowed nor denied");
  const key = kind.startsWith("allow") ? "allow" : "block";
  const list = { name: key === "block" ? "denied" : "allowed" };
  // Behind a semicolon stand options of Pi-hole's own.
  const isOptional = kind.endsWith("expression") && /;(?:querytype|reply|invert)/.test(domain);
  const word = kind.endsWith("exact") ? `=${domain}` : `/${domain}/`;
  const why = isOptional ? "with options of Pi-hole's" : addWord(list, word, origin, draft);
  if (why !== null) return draft.none(origin, domain, why);
  useList("default", key, list.name, origin, draft);
}

/** In Teleporter's older files their names say it. */
function kindOf(type: string | undefined, file: string): typeof DOMAIN_TYPES[number] | undefined {
  if (type !== undefined) return DOMAIN_TYPES[Number(type)];
  const [, list, kind] = /(white|black)list\.(exact|regex)/.exec(file) ?? [];
  if (list === undefined) return undefined;
  return `${list === "white" ? "allow" : "block"} ${kind === "exact" ? "exact" : "expression"}`;
}
