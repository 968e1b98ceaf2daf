import type { Draft, Origin } from "../draft.ts";
import { addSource, addWord, type ImportedList, useAsDefault, useList } from "./list_draft.ts";
import { durationText, groupName, ipText, secondsOf } from "../spellings.ts";
import type { Found, Tree } from "../tree/tree.ts";

/** Lists with the groups of clients that use them; `groupOf` names a client group of ours, `null` for what can be none. */
export function importLists(
  tree: Tree,
  groupOf: (client: string, origin: Origin) => string | null,
  draft: Draft,
): void {
  const settings = listSettings(tree);
  const names = new Map<string, { block?: string; allow?: string }>();
  for (
    const [paths, key, end] of [
      [["denylists", "blackLists"], "block", ""],
      [["allowlists", "whiteLists"], "allow", "-allowed"],
    ] as const
  ) {
    for (const [title, node] of paths.flatMap((path) => tree.entries("blocking", path))) {
      const name = groupName(`${title}${end}`, (taken) => draft.tables.has(`lists.${taken}`));
      for (const found of tree.values(node)) entry({ name, settings }, found, `blocking: ${title}`, draft);
      if (draft.tables.has(`lists.${name}`)) names.set(title, { ...names.get(title), [key]: name });
    }
  }
  const own = new Set(["default"]);
  for (const [client, node] of tree.entries("blocking", "clientGroupsBlock")) {
    for (const { text: title, origin } of tree.values(node)) {
      const told = `blocking.clientGroupsBlock: ${client}: ${title}`;
      const group = client === "default" ? client : groupOf(client, origin);
      const lists = names.get(title);
      if (group === null) draft.none(origin, told, "not a name or a network");
      else if (lists === undefined) draft.none(origin, told, "there is no such list");
      else use(group, lists, origin, draft);
      if (group !== null) own.add(group);
    }
  }
  const groups = [...draft.tables.keys()].filter((table) => table.startsWith("clients.")).map((table) =>
    table.slice(8)
  );
  useAsDefault(groups.filter((group) => !own.has(group)), draft);
  blockedAnswer(tree, draft);
}

function use(group: string, { block, allow }: { block?: string; allow?: string }, origin: Origin, draft: Draft): void {
  if (block !== undefined) useList(group, "block", block, origin, draft);
  if (allow === undefined) return;
  useList(group, "allow", allow, origin, draft);
  // A group of allowlists alone blocks everything else.
  if (block === undefined) draft.add(`clients.${group}`, "block", ["*"], origin, "what is not allowed");
}

/** In blocky a plain name is that name alone. */
function listSettings(tree: Tree): NonNullable<ImportedList["settings"]> {
  const refresh = tree.take("blocking", "loading", "refreshPeriod") ?? tree.take("blocking", "refreshPeriod");
  const seconds = refresh && secondsOf(refresh.text);
  const isUsual = seconds === null || !(seconds >= 60 && seconds <= 14 * 86_400);
  return { subdomains: false, ...(isUsual ? {} : { refresh: durationText(Math.round(seconds)) }) };
}

/** A source, or lines that stand in the file itself. */
function entry(list: ImportedList, { text, origin }: Found, told: string, draft: Draft): void {
  if (!text.includes("\n")) {
    const why = addSource(list, text, origin, draft);
    if (why !== null) draft.none(origin, `${told}: ${text}`, why);
    return;
  }
  for (const line of text.split("\n")) {
    const said = line.replace(/(?:^|\s)#.*/, "").trim();
    const [first = "", ...names] = said.split(/\s+/);
    const isHosts = ipText(first) !== null && names.length > 0;
    for (const word of said === "" ? [] : isHosts ? names : [said]) {
      const why = addWord(list, /^[/*=]/.test(word) ? word : `=${word}`, origin, draft);
      if (why !== null) draft.none(origin, `${told}: ${word}`, why);
    }
  }
}

/** `zeroIp`, `nxDomain`, or addresses. */
function blockedAnswer(tree: Tree, draft: Draft): void {
  const type = tree.take("blocking", "blockType");
  const addresses = type?.text.split(",").map(ipText) ?? [];
  const word = { zeroip: "zero", nxdomain: "nxdomain" }[type?.text.toLowerCase() ?? ""];
  if (type !== null && word !== undefined) draft.set("block", "answer", word, type.origin);
  else if (type !== null && !addresses.includes(null)) draft.add("block", "answer", addresses as string[], type.origin);
  else if (type !== null) draft.none(type.origin, `blocking.blockType: ${type.text}`);
  const ttl = tree.take("blocking", "blockTTL");
  const seconds = ttl && secondsOf(ttl.text);
  if (ttl && seconds !== null && seconds > 0) {
    draft.set("block", "ttl", durationText(Math.min(Math.round(seconds), 86_400)), ttl.origin);
  }
}
