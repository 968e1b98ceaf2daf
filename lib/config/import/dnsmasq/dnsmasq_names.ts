import type { Option } from "./dnsmasq_options.ts";
import { type BlockedAnswer, blockWords } from "../lists/blocked_words.ts";
import type { Draft } from "../draft.ts";
import { ipText, nameText } from "../spellings.ts";

/** What blocks names, and what clients get for them. */
const BLOCKED: Readonly<Record<string, BlockedAnswer>> = {
  "": "nxdomain",
  "#": "zero",
  "0.0.0.0": "zero",
  "::": "zero",
};

/** `address=/a.example/b.example/192.0.2.1`: the names and all below them. Without an address they do not exist. */
export function readAddress({ value, text, origin }: Option, draft: Draft): void {
  const [, ...parts] = value.split("/");
  const target = (parts.pop() ?? "").trim();
  const address = ipText(target);
  const names = parts.map((part) => nameText(part.replace(/^\*?\./, "")));
  if (parts.includes("#")) return draft.none(origin, text, 'all names: block = ["*"] in a client group');
  const answer = BLOCKED[target];
  if (answer !== undefined && names.length > 0 && !names.includes(null)) {
    const why = blockWords(names as string[], answer, origin, draft);
    if (why !== null) draft.none(origin, text, why);
    return;
  }
  if (address === null) return draft.none(origin, text, "needs an address");
  if (names.length === 0 || names.includes(null)) return draft.none(origin, text, "needs a name of its own");
  for (const name of names) {
    draft.add("local.addresses", name!, [address], origin);
    draft.add("local.addresses", `*.${name}`, [address], origin);
  }
}

/** `host-record=nas,nas.example,192.0.2.10,2001:db8::10,300`. */
export function readHostRecord({ value, text, origin }: Option, draft: Draft): void {
  const parts = value.split(",").map((part) => part.trim());
  const addresses = parts.map(ipText).filter((address) => address !== null);
  const names = parts.filter((part) => ipText(part) === null && !/^\d+$/.test(part)).map(nameText);
  if (addresses.length === 0 || names.length === 0 || names.includes(null)) {
    return draft.none(origin, text, "needs names and addresses");
  }
  for (const name of names) draft.add("local.addresses", name!, addresses, origin);
}

/** `dhcp-host=aa:bb:cc:dd:ee:ff,nas,192.0.2.10,1h`: what has a name and an address is known by it. */
export function readDhcpHost({ value, text, origin }: Option, draft: Draft): void {
  const parts = value.split(",").map((part) => part.trim().replace(/^\[(.*)\]$/, "$1"));
  const addresses = parts.map(ipText).filter((address) => address !== null);
  const names = parts.filter(isHostName);
  if (addresses.length === 0 || names.length !== 1) {
    return draft.none(origin, text, "addresses are not given out; leases that dnsmasq writes are read: local.leases");
  }
  draft.add("local.addresses", names[0]!, addresses, origin);
}

function isHostName(part: string): boolean {
  const isOther = ipText(part) !== null || part.includes(":") || part.includes("*") || part === "ignore" ||
    /^(?:\d+[smhdw]?|infinite)$/.test(part);
  return !isOther && nameText(part) !== null;
}

/** An option that is a record, in zone-file form. */
export function recordOf(option: Option, draft: Draft): void {
  const { key, value, text, origin } = option;
  const parts = (value.match(/(?:"[^"]*"|[^",])+/g) ?? []).map((part) => part.trim());
  if (key === "cname") return cname(parts, option, draft);
  const record = RECORDS[key]!(parts);
  if (record === null) return draft.none(origin, text, "not a record as it stands there");
  draft.add("local", "records", [record], origin);
}

/** `cname=alias,alias,target[,ttl]`. */
function cname(parts: readonly string[], { text, origin }: Option, draft: Draft): void {
  const names = parts.filter((part) => !/^\d+$/.test(part)).map((part) => nameText(part));
  const target = names.pop();
  if (target === undefined || target === null || names.length === 0 || names.includes(null)) {
    return draft.none(origin, text, "needs an alias and its target");
  }
  for (const alias of names) {
    if (draft.has("local.addresses", alias!)) draft.none(origin, text, `${alias} has addresses already`);
    else draft.set("local.addresses", alias!, target, origin);
  }
}

const RECORDS: Readonly<Record<string, (parts: readonly string[]) => string | null>> = {
  "ptr-record": ([owner, target]) => record([owner, target], (names) => `${names[0]} PTR ${names[1]}`),
  "txt-record": ([owner, ...texts]) => {
    const quoted = texts.length === 0 ? ['""'] : texts.map(characterString);
    return record([owner], (names) => `${names[0]} TXT ${quoted.join(" ")}`);
  },
  "mx-host": ([owner, target, preference = "1"]) => {
    if (target === undefined || !/^\d{1,5}$/.test(preference)) return null;
    return record([owner, target], (names) => `${names[0]} MX ${preference} ${names[1]}`);
  },
  "srv-host": ([owner, target, port = "1", priority = "0", weight = "0"]) => {
    if (![port, priority, weight].every((number) => /^\d{1,5}$/.test(number)) || !isServiceName(owner)) return null;
    // RFC 2782: a target of "." means that the service is not there.
    return record([owner, target ?? "."], (names) => `${names[0]} SRV ${priority} ${weight} ${port} ${names[1]}`);
  },
  "caa-record": ([owner, flags = "", tag = "", value = ""]) => {
    if (!/^\d{1,3}$/.test(flags) || !/^[a-z0-9]+$/i.test(tag)) return null;
    return record([owner], (names) => `${names[0]} CAA ${flags} ${tag} ${characterString(value)}`);
  },
};

/** One without a domain behind it is in dnsmasq's domain, which the line does not say. */
function isServiceName(owner: string | undefined): boolean {
  return owner !== undefined && owner.split(".").length > 2;
}

/** Names with the dots at their ends. */
function record(names: readonly (string | undefined)[], text: (names: string[]) => string): string | null {
  const read = names.map((name) => name === "." ? "." : nameText((name ?? "").replaceAll('"', "")));
  if (read.includes(null)) return null;
  return text(read.map((name) => name === "." ? "." : `${zoneName(name!)}.`));
}

/** What a zone file would take for its own stands behind a backslash (RFC 1035 §5.1). */
function zoneName(name: string): string {
  return name.replaceAll(/[\s"();@$]/g, (sign) => `\\${String(sign.charCodeAt(0)).padStart(3, "0")}`);
}

function characterString(text: string): string {
  return `"${text.replaceAll('"', "").replaceAll("\\", "\\\\")}"`;
}
