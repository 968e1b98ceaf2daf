import { ADMISSION_SETTINGS } from "../settings/admission_settings.ts";
import { importDnsmasq } from "./dnsmasq/dnsmasq.ts";
import type { Draft, Origin, Source } from "./draft.ts";
import { importAddresses, importBlocking, importTable, isListOfLists, isTableOfLists } from "./lists/pihole_lists.ts";
import { ipText, nameText, reverseDomains, serverTextBehind, within } from "./spellings.ts";
import { tomlTree } from "./tree/toml_tree.ts";
import type { Found, Tree } from "./tree/tree.ts";

/** Why there is no counterpart, where it is worth a word; by the beginnings of paths. */
const WHY: readonly (readonly [string, string])[] = [
  ["dns.specialDomains", "a list of their names"],
  ["dns.dnssec", "ask servers that validate"],
  ["dns.interface", "listening is by address: server.listen"],
  ["dns.cache.size", "cache.size; the usual 64MiB hold some 300,000 answers"],
  ["dhcp", "addresses are not given out; leases are read: local.leases"],
];

/** Carries over pihole.toml, or files of dnsmasq's: Pi-hole's own are such. */
export function importPihole(sources: readonly Source[], draft: Draft): void {
  for (const source of sources) {
    if (isTableOfLists(source)) importTable(source, draft);
    else if (isListOfLists(source)) importAddresses(source, draft);
    else if (/^\s*\[dns\]/m.test(source.text)) importToml(source, draft);
    else if (/^\s*[0-9a-f.:]+\s+\S+\s*$/im.test(source.text)) hosts(hostLines(source), draft);
    else importDnsmasq([source], draft);
  }
}

function importToml(source: Source, draft: Draft): void {
  const tree = tomlTree(source);
  upstreams(tree, draft);
  listen(tree, draft);
  hosts(tree.takeAll("dns", "hosts"), draft);
  names(tree, draft);
  cacheAndAccess(tree, draft);
  importBlocking(tree, draft);
  for (const { text, origin } of tree.takeAll("misc", "dnsmasq_lines")) {
    // Its line in the file, not in this text of one.
    const line = `${"\n".repeat(origin.line - 1)}${text}`;
    importDnsmasq([{ file: origin.file, text: `${line}\nno-hosts\nport=0` }], draft);
  }
  tree.tellRest(draft, (path) => WHY.find(([start]) => path.startsWith(start))?.[1]);
}

function upstreams(tree: Tree, draft: Draft): void {
  for (const { text, origin } of tree.takeAll("dns", "upstreams")) {
    const server = serverTextBehind(text, "#");
    if (server === null) draft.none(origin, `dns.upstreams: ${text}`, "needs an address");
    else draft.add("upstreams.default", "servers", [server], origin);
  }
  // "true,192.0.2.0/24,192.0.2.1#53,lan", and a table of the same before that.
  for (const { text, origin } of tree.takeAll("dns", "revServers")) reverseServer(text.split(","), text, origin, draft);
  const [active, cidr, target, domain] = ["active", "cidr", "target", "domain"].map((key) => {
    return tree.take("dns", "revServer", key);
  });
  if (active) {
    const parts = [active, cidr, target, domain].map((found) => found?.text ?? "");
    reverseServer(parts, parts.join(","), active.origin, draft);
  }
}

function reverseServer(parts: readonly string[], text: string, origin: Origin, draft: Draft): void {
  const [active = "", network = "", target = "", domain = ""] = parts.map((part) => part.trim());
  if (active !== "true") return draft.none(origin, `dns.revServers: ${text}`, "switched off");
  const reverse = reverseDomains(network);
  const server = serverTextBehind(target, "#");
  if (reverse === null || server === null) return draft.none(origin, `dns.revServers: ${text}`, "needs addresses");
  const forward = nameText(domain);
  draft.route({ domains: forward === null ? reverse : [forward, ...reverse], to: [server] }, origin);
}

function listen(tree: Tree, draft: Draft): void {
  const port = tree.take("dns", "port");
  if (port === null) return;
  const mode = tree.take("dns", "listeningMode");
  for (const address of ["0.0.0.0", "::"]) {
    draft.listen(address, Number(port.text), port.origin, `dns.port: ${port.text}`, "Pi-hole listens on all addresses");
  }
  if (mode?.text === "LOCAL") draft.alreadySo(mode.origin, "dns.listeningMode: LOCAL", "private networks may ask");
  else if (mode?.text === "NONE" || mode?.text === "BIND" || mode?.text === "SINGLE") {
    draft.none(mode.origin, `dns.listeningMode: ${mode.text}`, "listening is by address: server.listen");
  } else if (mode?.text === "ALL") {
    draft.add("access", "allow", ["0.0.0.0/0", "::/0"], mode.origin, "everybody may ask");
  }
}

/** `192.0.2.10 nas nas.lan`. */
function hosts(found: readonly Found[], draft: Draft): void {
  for (const { text, origin } of found) {
    const [address = "", ...names] = text.trim().split(/\s+/);
    const ip = ipText(address);
    const read = names.map(nameText);
    if (ip === null || read.length === 0 || read.includes(null)) {
      draft.none(origin, `dns.hosts: ${text}`, "needs an address and names");
    } else read.forEach((name) => draft.add("local.addresses", name!, [ip], origin));
  }
}

/** Pi-hole's custom.list is a hosts file. */
function hostLines({ file, text }: Source): Found[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    const said = line.replace(/#.*/, "").trim();
    return said === "" ? [] : [{ text: said, origin: { file, line: i + 1 } }];
  });
}

function names(tree: Tree, draft: Draft): void {
  const hostRecords = tree.takeAll("dns", "hostRecord").filter(({ text }) => text !== "");
  const aliases = tree.takeAll("dns", "cnameRecords");
  const statics = tree.takeAll("dhcp", "hosts");
  for (const [key, found] of [["host-record", hostRecords], ["cname", aliases], ["dhcp-host", statics]] as const) {
    for (const { text, origin } of found) {
      const line = `${"\n".repeat(origin.line - 1)}${key}=${text}`;
      importDnsmasq([{ file: origin.file, text: `${line}\nno-hosts\nport=0` }], draft);
    }
  }
  const domain = tree.take("dns", "domain", "name") ?? tree.take("dns", "domain") ?? tree.take("dhcp", "domain");
  const name = domain && nameText(domain.text);
  if (domain && name !== null) draft.set("local", "domain", name, domain.origin);
  const isLocal = tree.take("dns", "domain", "local");
  if (isLocal?.text === "true") draft.alreadySo(isLocal.origin, "dns.domain.local: true");
  else if (isLocal) draft.none(isLocal.origin, "dns.domain.local: false", "what is not known there does not exist");
  const needed = tree.take("dns", "domainNeeded");
  if (needed !== null) draft.set("local", "single-label", needed.text === "true" ? "local" : "forward", needed.origin);
  for (const key of ["expandHosts", "bogusPriv"]) {
    const found = tree.take("dns", key);
    if (found?.text === "true") draft.alreadySo(found.origin, `dns.${key}: true`);
    else if (found) draft.none(found.origin, `dns.${key}: false`);
  }
  const dhcp = tree.take("dhcp", "active");
  const leases = { file: "/etc/pihole/dhcp.leases", format: "dnsmasq" };
  if (dhcp?.text === "true") draft.add("local", "leases", [leases], dhcp.origin, "of Pi-hole's DHCP server");
}

function cacheAndAccess(tree: Tree, draft: Draft): void {
  const size = tree.take("dns", "cache", "size");
  if (size?.text === "0") draft.set("cache", "size", "0", size.origin);
  else if (size) {
    draft.none(
      size.origin,
      `dns.cache.size: ${size.text}`,
      WHY.find(([path]) => path === "dns.cache.size")![1],
    );
  }
  const stale = tree.take("dns", "cache", "optimizer");
  if (stale) draft.set("cache", "stale", Number(stale.text) > 0, stale.origin, "for a day, when no server answers");
  const count = tree.take("dns", "rateLimit", "count");
  const interval = tree.take("dns", "rateLimit", "interval");
  if (count && interval) {
    const perSecond = Number(interval.text) > 0 ? Math.ceil(Number(count.text) / Number(interval.text)) : 0;
    const { number } = within(perSecond, ADMISSION_SETTINGS.rateLimit.reader.bounds!);
    draft.set("access", "rate-limit", number, count.origin, "a second, of a network, /24 or /56");
  }
}
