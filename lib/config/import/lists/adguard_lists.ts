import type { Draft } from "../draft.ts";
import { addSource, addWord, type ImportedList, useAsDefault, useList } from "./list_draft.ts";
import { ruleWord } from "./rule_word.ts";
import { durationText, groupName, ipText, nameText } from "../spellings.ts";
import type { Found, Tree } from "../tree/tree.ts";

/** What blocked names get, in AdGuard Home's words and ours. */
const ANSWERS: Readonly<Record<string, string>> = {
  default: "zero",
  "null_ip": "zero",
  nxdomain: "nxdomain",
  refused: "refused",
};

/** Who uses what is carried over. */
interface Use {
  /** Whether anything is blocked at all. */
  readonly isOn: boolean;
  /** How often lists are fetched; `null` for as often as here. */
  readonly refresh: string | null;
}

/** Lists, rules, and what clients get for blocked names; `unfiltered` are the client groups that nothing is blocked for. */
export function importLists(tree: Tree, unfiltered: readonly string[], draft: Draft): void {
  const filtering = tree.take("filtering", "filtering_enabled") ?? tree.take("dns", "filtering_enabled");
  const use = { isOn: filtering?.text !== "false", refresh: refreshText(tree) };
  if (!use.isOn) draft.none(filtering!.origin, "filtering_enabled: false", "the lists are there, and nobody uses them");
  for (const [path, key] of [["filters", "block"], ["whitelist_filters", "allow"]] as const) {
    for (const item of tree.items(path)) list(item, path, key, use, draft);
  }
  for (const rule of tree.takeAll("user_rules")) ownRule(rule, use, draft);
  blockedAnswer(tree, draft);
  const groups = [...draft.tables.keys()].filter((table) => table.startsWith("clients.")).map((table) =>
    table.slice(8)
  );
  useAsDefault(groups.filter((group) => group !== "default" && !unfiltered.includes(group)), draft);
}

/** Hours; 0 is never. */
function refreshText(tree: Tree): string | null {
  const hours = tree.take("filtering", "filters_update_interval") ?? tree.take("dns", "filters_update_interval");
  const number = Number(hours?.text ?? 24);
  if (number === 24 || !(number >= 0 && number <= 336)) return null;
  return number === 0 ? "14d" : durationText(Math.round(number * 3600));
}

function list(item: Tree, path: string, key: "block" | "allow", { isOn, refresh }: Use, draft: Draft): void {
  const [url, title, enabled] = [item.take("url"), item.take("name"), item.take("enabled")];
  item.take("id");
  if (url === null) return;
  const told = `${path}: ${url.text}`;
  if (enabled?.text === "false") return draft.none(url.origin, told, "switched off");
  const name = groupName(title?.text || "list", (taken) => draft.tables.has(`lists.${taken}`));
  const settings = refresh !== null && /^https?:/i.test(url.text) ? { refresh } : {};
  const why = addSource({ name, settings }, url.text, url.origin, draft);
  if (why !== null) draft.none(url.origin, told, why);
  else if (isOn) useList("default", key, name, url.origin, draft);
}

/** A rule of one's own, or a line of a hosts file. */
function ownRule({ text, origin }: Found, { isOn }: Use, draft: Draft): void {
  const [first = "", ...names] = text.trim().split(/\s+/);
  const address = ipText(first);
  const isHosts = address !== null && names.length > 0;
  const isBlocked = isHosts && ["0.0.0.0", "::", "127.0.0.1", "::1"].includes(address);
  const told = (why: string) => draft.none(origin, `user_rules: ${text}`, why);
  if (isHosts && !isBlocked) {
    if (names.some((name) => nameText(name) === null)) return told("needs an address and names");
    return names.forEach((name) => draft.add("local.addresses", nameText(name)!, [address], origin));
  }
  const words = isHosts ? names.map((name) => ({ word: `=${name}`, allows: false })) : [ruleWord(text)];
  for (const said of words) {
    if (said === null) continue;
    if (said === undefined) return told("a file with it can be a source of a list");
    const list: ImportedList = { name: said.allows ? "own-exceptions" : "own-rules" };
    const why = addWord(list, said.word, origin, draft);
    if (why !== null) told(why);
    else if (isOn) useList("default", said.allows ? "allow" : "block", list.name, origin, draft);
  }
}

function blockedAnswer(tree: Tree, draft: Draft): void {
  const take = (key: string) => tree.take("filtering", key) ?? tree.take("dns", key);
  const [mode, ipv4, ipv6] = [take("blocking_mode"), take("blocking_ipv4"), take("blocking_ipv6")];
  const ttl = take("blocked_response_ttl");
  if (mode?.text === "custom_ip") {
    const addresses = [ipv4, ipv6].map((found) => ipText(found?.text ?? "")).filter((address) => address !== null);
    if (addresses.length > 0) draft.add("block", "answer", addresses, mode.origin);
    else draft.none(mode.origin, "blocking_mode: custom_ip", "without addresses");
  } else if (mode !== null) {
    const answer = ANSWERS[mode.text];
    if (answer === undefined) draft.none(mode.origin, `blocking_mode: ${mode.text}`);
    else draft.set("block", "answer", answer, mode.origin);
  }
  const seconds = Number(ttl?.text);
  if (ttl !== null && seconds > 0 && seconds <= 86_400) draft.set("block", "ttl", durationText(seconds), ttl.origin);
}
