import { type BlockedAnswer, blockWords } from "../lists/blocked_words.ts";
import type { Draft } from "../draft.ts";
import { ipText, nameText } from "../spellings.ts";
import type { Line } from "./unbound_clauses.ts";

/** What local zones have been said until now. */
export interface LocalZones {
  /** Zones whose data hold for all below them, in lower case. */
  readonly redirects: Set<string>;
}

/** Zones whose names are all blocked, and what clients get for them. */
const BLOCKING: Readonly<Record<string, BlockedAnswer>> = {
  "always_null": "zero",
  "always_nxdomain": "nxdomain",
  "always_nodata": "nodata",
  "refuse": "refused",
  "always_refuse": "refused",
  "deny": "refused",
  "inform_deny": "refused",
  "always_deny": "refused",
};

/** A zone: whether there are other names in it than those that are said. */
export function localZone({ key, value, text, origin }: Line, { redirects }: LocalZones, draft: Draft): void {
  if (key !== "local-zone") return;
  const [zone = "", type = ""] = value.split(/\s+/);
  const name = nameText(zone.replaceAll(/["']/g, ""));
  if (name === null) return draft.unreadable(origin, text, "needs a domain");
  if (type === "redirect") redirects.add(name.toLowerCase());
  else if (type === "static") {
    if (draft.has("local", "domain")) draft.none(origin, text, "one domain for all: local.domain");
    else draft.set("local", "domain", name, origin);
  } else if (type === "transparent" || type === "typetransparent") draft.alreadySo(origin, text);
  else if (type === "nodefault") draft.alreadySo(origin, text, "a route for it is enough");
  else {
    const answer = BLOCKING[type];
    const note = type.endsWith("deny") ? "REFUSED here, not silence" : "";
    const why = answer === undefined ? "" : blockWords([name], answer, origin, draft, note);
    if (why !== null) draft.none(origin, text, why);
  }
}

/** What is known to unbound itself. */
export function localData(line: Line, zones: LocalZones, draft: Draft): void {
  if (line.key === "local-data") record(line, zones, draft);
  if (line.key === "local-data-ptr") pointer(line, draft);
}

/** `"nas.example. 300 IN A 192.0.2.10"`. */
function record({ value, text, origin }: Line, { redirects }: LocalZones, draft: Draft): void {
  const [, owner = "", rest = ""] = /^(\S+)\s+(.*)$/.exec(value.trim()) ?? [];
  const name = nameText(owner);
  const [, type = "", rdata = ""] = /^(?:\d+\s+)?(?:IN\s+)?(?:\d+\s+)?([A-Z0-9]+)\s+(.*)$/i.exec(rest) ?? [];
  if (name === null || type === "") return draft.unreadable(origin, text, "needs a record");
  const address = ipText(rdata);
  const isAddress = /^A(?:AAA)?$/i.test(type) && address !== null;
  const isAlone = isAddress && !/^\d|^IN\s+\d/i.test(rest);
  if (isAddress && redirects.has(name.toLowerCase()) && ["0.0.0.0", "::"].includes(address)) {
    const why = blockWords([name], "zero", origin, draft);
    if (why !== null) draft.none(origin, text, why);
    return;
  }
  const names = redirects.has(name.toLowerCase()) ? [name, `*.${name}`] : [name];
  for (const owner of names) {
    if (isAlone) draft.add("local.addresses", owner, [address], origin);
    else draft.add("local", "records", [`${owner}. ${rest}`], origin);
  }
}

/** `"192.0.2.10 nas.example"`: pointers follow from addresses here, and lead back to them. */
function pointer({ value, text, origin }: Line, draft: Draft): void {
  const [address = "", ...rest] = value.trim().split(/\s+/);
  const ip = ipText(address);
  const name = nameText(rest.at(-1) ?? "");
  if (ip === null || name === null) return draft.unreadable(origin, text, "needs an address and a name");
  draft.add("local.addresses", name, [ip], origin, "the address of the name, too");
}
