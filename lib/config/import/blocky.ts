import { TYPE } from "../../wire/iana.ts";
import { CACHE_SETTINGS } from "../settings/cache_settings.ts";
import { NETWORK_SETTINGS } from "../settings/network_settings.ts";
import { BlockyServers } from "./blocky_servers.ts";
import { importLists } from "./lists/blocky_lists.ts";
import type { Draft, Origin, Source } from "./draft.ts";
import { durationText, groupName, ipText, millisecondsText, nameText, networkText } from "./spellings.ts";
import { secondsOf, within } from "./spellings.ts";
import type { Found, Tree } from "./tree/tree.ts";
import { yamlTree } from "./tree/yaml_tree.ts";

/** Why there is no counterpart, where it is worth a word; by the beginnings of paths. */
const WHY: readonly (readonly [string, string])[] = [
  ["caching.prefetching", "answers that are often asked for are refreshed by themselves"],
  ["caching.maxItemsCount", "cache.size; the usual 64MiB hold some 300,000 answers"],
  ["clientLookup", "clients are known by leases and hosts files"],
  ["conditional.rewrite", "rewrite asks for the other name, wherever that is answered"],
  ["ports.http", "server.listen with http://, behind a proxy"],
  ["minTlsServeVersion", "TLS 1.2 and 1.3 are spoken"],
];

/** Carries over blocky's configuration, with the names of today's settings and of former ones. */
export function importBlocky(sources: readonly Source[], draft: Draft): void {
  for (const source of sources) {
    const tree = yamlTree(source);
    const groups = new ClientKeys(draft);
    ports(tree, draft);
    const servers = new BlockyServers(tree, draft);
    upstreams(tree, { clients: groups, servers }, draft);
    conditional(tree, servers, draft);
    customDns(tree, draft);
    hostsFiles(tree, draft);
    caching(tree, draft);
    others(tree, draft);
    importLists(tree, (client, origin) => groups.lists(client, origin), draft);
    tree.tellRest(draft, (path) => WHY.find(([start]) => path.startsWith(start))?.[1]);
  }
}

/** `53`, `:53`, `127.0.0.1:5353,[::1]:5353`. */
function ports(tree: Tree, draft: Draft): void {
  for (const { text, origin } of [...tree.takeAll("ports", "dns"), ...tree.takeAll("port")]) {
    listen(text, origin, { name: "ports.dns", scheme: "" }, draft);
  }
  const certificate = tree.take("certFile");
  const key = tree.take("keyFile");
  const encrypted = [
    ...tree.takeAll("ports", "tls").map((found) => ({ ...found, name: "ports.tls", scheme: "tls://" })),
    ...tree.takeAll("ports", "https").map((found) => ({ ...found, name: "ports.https", scheme: "https://" })),
  ];
  const isCertified = certificate !== null && key !== null && certificate.text !== "" && key.text !== "";
  for (const { text, origin, ...one } of encrypted) {
    if (isCertified) listen(text, origin, one, draft);
    else draft.none(origin, `${one.name}: ${text}`, "needs server.certificate; dns-forwarder self-signed makes one");
  }
  const files = [[certificate, "certFile", "certificate"], [key, "keyFile", "key"]] as const;
  for (const [found, path, setting] of files) {
    if (found === null) continue;
    if (isCertified && encrypted.length > 0) draft.add("server", setting, [found.text], found.origin);
    else draft.none(found.origin, `${path}: ${found.text}`, "no listener needs it");
  }
}

function listen(all: string, origin: Origin, { name, scheme }: { name: string; scheme: string }, draft: Draft): void {
  for (const text of all.split(",")) {
    const [, address = "", port = ""] = /^(?:\[?([^\]]*?)\]?:)?(\d+)$/.exec(text.trim()) ?? [];
    for (const one of address === "" ? ["0.0.0.0", "::"] : [address]) {
      draft.listen(one, Number(port), origin, `${name}: ${text}`, "", scheme);
    }
  }
}

/** Groups of clients, by what blocky knows them by: a network, or a name. */
class ClientKeys {
  readonly #draft: Draft;
  readonly #groups = new Map<string, string>();

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  /** The word for one, which says nothing of its clients yet; `null` for what is neither a network nor a name. */
  word(key: string): string | null {
    if (networkText(key) === null && !/^[\w*.-]+$/.test(key)) return null;
    return this.#groups.getOrInsertComputed(key, () => {
      return groupName(key, (taken) => taken === "default" || [...this.#groups.values()].includes(taken));
    });
  }

  /** The same, with its clients. */
  lists(key: string, origin: Origin): string | null {
    const group = this.word(key);
    const network = networkText(key);
    if (group === null) return null;
    if (network !== null) this.#draft.add(`clients.${group}`, "addresses", [network], origin);
    else this.#draft.add(`clients.${group}`, "names", [key.toLowerCase()], origin);
    return group;
  }
}

/** Whose groups there are, and who is asked. */
interface Known {
  readonly clients: ClientKeys;
  readonly servers: BlockyServers;
}

function upstreams(tree: Tree, { clients, servers: known }: Known, draft: Draft): void {
  const groups = [...tree.entries("upstreams", "groups"), ...tree.entries("upstream")];
  for (const [name, node] of groups) {
    const servers = tree.values(node);
    const isDefault = name === "default";
    const group = isDefault ? "default" : clients.word(name);
    if (group === null) {
      for (const { text, origin } of servers) {
        draft.none(origin, `upstreams: ${name}: ${text}`, "not a name or a network");
      }
      continue;
    }
    for (const { text, origin } of servers) {
      const read = known.read([text], { origin, told: (text) => `upstreams: ${name}: ${text}`, draft });
      if (read.length > 0) draft.add(`upstreams.${group}`, "servers", read, origin);
    }
    if (isDefault || !draft.has(`upstreams.${group}`, "servers")) continue;
    const { origin } = servers[0]!;
    clients.lists(name, origin);
    draft.set(`clients.${group}`, "upstream", group, origin);
  }
  const strategy = tree.take("upstreams", "strategy");
  const words: Record<string, string> = { "parallel_best": "parallel", strict: "sequential", random: "random" };
  if (strategy !== null && words[strategy.text] !== undefined) {
    draft.set("upstreams.default", "strategy", words[strategy.text]!, strategy.origin);
  }
  const timeout = tree.take("upstreams", "timeout") ?? tree.take("upstreamTimeout");
  const seconds = timeout && secondsOf(timeout.text);
  if (timeout && seconds !== null) {
    const { number, note } = within(1000 * seconds, NETWORK_SETTINGS.timeoutMs.reader.bounds!);
    draft.set("server", "timeout", millisecondsText(number), timeout.origin, note);
  }
}

/** `fritz.box: 192.0.2.1,tcp+udp:192.0.2.2`. */
function conditional(tree: Tree, known: BlockyServers, draft: Draft): void {
  for (const [domain, node] of tree.entries("conditional", "mapping")) {
    for (const { text, origin } of tree.values(node)) {
      const name = nameText(domain);
      const told = (text: string) => `conditional.mapping.${domain}: ${text}`;
      if (name === null) {
        draft.none(origin, told(text), "needs a domain");
        continue;
      }
      const to = known.read(text.split(","), { origin, told, draft });
      if (to.length > 0) draft.route({ domains: [name], to }, origin);
    }
  }
  for (const [from, node] of tree.entries("customDNS", "rewrite")) rewriteTo(from, tree.values(node)[0], draft);
}

function rewriteTo(from: string, to: Found | undefined, draft: Draft): void {
  if (to === undefined) return;
  const [source, target] = [nameText(from), nameText(to.text)];
  if (source === null || target === null) return draft.none(to.origin, `rewrite: ${from} → ${to.text}`);
  draft.rewrite(`=${source}`, target, to.origin, "blocky rewrites the names below it as well");
}

/** Names with all below them. */
function customDns(tree: Tree, draft: Draft): void {
  for (const [name, node] of tree.entries("customDNS", "mapping")) {
    for (const { text, origin } of tree.values(node)) localName(name, text, origin, draft);
  }
  const ttl = tree.take("customDNS", "customTTL");
  const seconds = ttl && secondsOf(ttl.text);
  if (ttl && seconds !== null && seconds > 0) draft.set("local", "ttl", durationText(Math.round(seconds)), ttl.origin);
  const unmapped = tree.take("customDNS", "filterUnmappedTypes");
  if (unmapped?.text === "true") draft.alreadySo(unmapped.origin, "customDNS.filterUnmappedTypes: true");
  else if (unmapped) draft.none(unmapped.origin, `customDNS.filterUnmappedTypes: ${unmapped.text}`);
}

function localName(owner: string, text: string, origin: Origin, draft: Draft): void {
  const name = nameText(owner);
  const addresses = text.split(",").map(ipText);
  const told = `customDNS.mapping.${owner}: ${text}`;
  if (name === null || addresses.includes(null)) return draft.none(origin, told, "needs a name and addresses");
  draft.add("local.addresses", name, addresses as string[], origin);
  draft.add("local.addresses", `*.${name}`, addresses as string[], origin);
}

function hostsFiles(tree: Tree, draft: Draft): void {
  const found = [...tree.takeAll("hostsFile", "sources"), ...tree.takeAll("hostsFile", "filePath")];
  for (const { text, origin } of found) {
    if (/^https?:|\n/.test(text)) draft.none(origin, `hostsFile: ${text}`, "needs a file");
    else draft.add("local", "hosts-files", [text], origin);
  }
}

function caching(tree: Tree, draft: Draft): void {
  for (
    const [path, key, bounds] of [
      ["minTime", "min-ttl", CACHE_SETTINGS.minTtlSeconds.reader.bounds!],
      ["maxTime", "max-ttl", CACHE_SETTINGS.maxTtlSeconds.reader.bounds!],
      ["cacheTimeNegative", "negative-max-ttl", CACHE_SETTINGS.negativeMaxTtlSeconds.reader.bounds!],
    ] as const
  ) {
    const found = tree.take("caching", path);
    if (found === null) continue;
    const isOff = found.text.startsWith("-");
    const seconds = secondsOf(found.text.replace(/^-/, ""));
    if (seconds === null) draft.unreadable(found.origin, `caching.${path}: ${found.text}`, "needs a time");
    else if (isOff && key === "max-ttl") draft.set("cache", "size", "0", found.origin);
    else if (isOff || seconds > 0) {
      const { number, note } = within(isOff ? bounds.min : seconds, bounds);
      draft.set("cache", key, durationText(number), found.origin, isOff ? "the shortest here" : note);
    } else draft.alreadySo(found.origin, `caching.${path}: ${found.text}`);
  }
  const prefetching = tree.take("caching", "prefetching");
  if (prefetching !== null) draft.set("cache", "prefetch", prefetching.text === "true", prefetching.origin);
}

function others(tree: Tree, draft: Draft): void {
  for (const { text, origin } of tree.takeAll("filtering", "queryTypes")) {
    const type = text.toUpperCase();
    if (type in TYPE) draft.add("clients.default", "drop-types", [type], origin);
    else draft.none(origin, `filtering.queryTypes: ${text}`, "no such type");
  }
  const level = tree.take("log", "level") ?? tree.take("logLevel");
  const words: Record<string, string> = { trace: "debug", debug: "debug", info: "info", warn: "warn", error: "error" };
  if (level !== null && words[level.text] !== undefined) draft.set("log", "level", words[level.text]!, level.origin);
  const only = tree.take("fqdnOnly", "enable") ?? tree.take("fqdnOnly");
  if (only?.text === "true") draft.set("local", "single-label", "local", only.origin);
  const special = tree.take("specialUseDomains", "enable");
  if (special !== null) draft.set("local", "special-names", special.text === "true", special.origin);
}
