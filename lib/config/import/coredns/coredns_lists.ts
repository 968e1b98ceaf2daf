import { blockWords } from "../lists/blocked_words.ts";
import type { Draft } from "../draft.ts";
import { addSource, addWord, useList } from "../lists/list_draft.ts";
import { nameText } from "../spellings.ts";
import type { Directive } from "./corefile.ts";

/** `ads { list URL; blacklist NAME; whitelist NAME; blacklist-regex …; nxdomain }`, a plugin from outside. */
export function ads({ block, args, origin }: Directive, draft: Draft): void {
  const answer = block.some(({ name }) => name === "nxdomain") ? { answer: "nxdomain" } : {};
  if (args.length > 0) draft.none(origin, `ads ${args.join(" ")}`);
  for (const line of block) {
    const [first = ""] = line.args;
    const told = (why: string) => draft.none(line.origin, `ads: ${[line.name, ...line.args].join(" ")}`, why);
    const [, kind, isExpression] = /^(black|white)list(-regex)?$/.exec(line.name) ?? [];
    if (line.name === "list") {
      const why = addSource({ name: "ads", settings: answer }, first, line.origin, draft);
      if (why !== null) told(why);
      else useList("default", "block", "ads", line.origin, draft);
    } else if (kind !== undefined) {
      const list = { name: kind === "black" ? "ads-denied" : "ads-allowed", settings: kind === "black" ? answer : {} };
      const why = addWord(list, isExpression === undefined ? `=${first}` : `/${first}/`, line.origin, draft);
      if (why !== null) told(why);
      else useList("default", kind === "black" ? "block" : "allow", list.name, line.origin, draft);
    } else if (line.name !== "nxdomain") told(line.name === "default-lists" ? "name the lists that you want" : "");
  }
}

/** `blocklist SOURCE`, a plugin from outside. */
export function blocklist({ args, block, origin }: Directive, draft: Draft): void {
  const [source = "", ...others] = args;
  const why = addSource({ name: "blocklist" }, source, origin, draft);
  const told = `blocklist ${args.join(" ")}`.trim();
  if (why !== null) draft.none(origin, told, why);
  else useList("default", "block", "blocklist", origin, draft);
  if (why === null && others.length > 0) draft.none(origin, told, "its first word alone");
  for (const line of block) draft.none(line.origin, `blocklist: ${[line.name, ...line.args].join(" ")}`);
}

/** `template ANY ANY ads.example { rcode NXDOMAIN }`: names that do not exist. Others make answers, which has no counterpart. */
export function template(directive: Directive, draft: Draft): void {
  const { args, block, origin } = directive;
  const [qclass = "", qtype = "", ...zones] = args;
  const told = `template ${args.join(" ")}`.trim();
  const [only] = block;
  const isDenial = block.length === 1 && only!.name === "rcode" && only!.args[0]?.toUpperCase() === "NXDOMAIN";
  const names = zones.map((zone) => nameText(zone));
  const isForAll = qclass.toUpperCase() !== "CH" && qtype.toUpperCase() === "ANY";
  if (!isDenial || !isForAll || names.length === 0 || names.includes(null)) return draft.none(origin, told);
  const why = blockWords(names as string[], "nxdomain", origin, draft);
  if (why !== null) draft.none(origin, told, why);
}
