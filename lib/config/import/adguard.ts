import { CACHE_SETTINGS } from "../settings/cache_settings.ts";
import { ADMISSION_SETTINGS } from "../settings/admission_settings.ts";
import { NETWORK_SETTINGS } from "../settings/network_settings.ts";
import { importLists } from "./lists/adguard_lists.ts";
import { encryptedListeners } from "./adguard_listeners.ts";
import type { Draft, Origin, Source } from "./draft.ts";
import { bootstrapServers, importedServers } from "./encrypted.ts";
import {
  durationText,
  groupName,
  ipText,
  millisecondsText,
  nameText,
  networkText,
  reverseDomains,
  secondsOf,
  within,
} from "./spellings.ts";
import type { Found, Tree } from "./tree/tree.ts";
import type { TomlValue } from "./toml_text.ts";
import { yamlTree } from "./tree/yaml_tree.ts";

/** Why there is no counterpart, where it is worth a word; by the beginnings of paths. */
const WHY: readonly (readonly [string, string])[] = [
  ["filtering.safe_search", "safe-search is a setting of a client group"],
  ["filtering.parental", "a list, such as one of names for adults"],
  ["filtering.blocked_services", "a list of their names"],
  ["tls.port_dnscrypt", "clients ask over UDP, TCP, TLS, HTTPS and QUIC"],
  ["tls.allow_unencrypted_doh", "server.listen with http://, behind a proxy"],
  ["tls.server_name", "the names are those of the certificate"],
  ["tls.strict_sni_check", "clients are served whatever name they ask for"],
  ["dns.bind_interface", "listening is by address: server.listen"],
  ["dns.cache_size", "cache.size; the usual 64MiB hold some 300,000 answers"],
  ["dhcp", "addresses are not given out; leases that a server writes are read: local.leases"],
];

const PRIVATE_REVERSE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"];

/** Carries over AdGuardHome.yaml. */
export function importAdguard(sources: readonly Source[], draft: Draft): void {
  for (const source of sources) {
    const tree = yamlTree(source);
    const hosts = listen(tree, draft);
    encryptedListeners(tree, hosts, draft);
    bootstrapServers(tree.takeAll("dns", "bootstrap_dns"), (text) => `dns.bootstrap_dns: ${text}`, draft);
    upstreams(tree, draft);
    access(tree, draft);
    cache(tree, draft);
    rewrites(tree, draft);
    importLists(tree, clients(tree, draft), draft);
    tree.tellRest(draft, (path) => WHY.find(([start]) => path.startsWith(start))?.[1]);
  }
}

/** Returns the addresses that are listened on. */
function listen(tree: Tree, draft: Draft): readonly string[] {
  const port = tree.take("dns", "port");
  const hosts = [...tree.takeAll("dns", "bind_hosts"), ...tree.takeAll("dns", "bind_host")];
  const number = Number(port?.text ?? 53);
  const all = port === null ? [] : ["0.0.0.0", "::"].map((text) => ({ text, origin: port.origin }));
  for (const { text, origin } of hosts.length > 0 ? hosts : all) {
    draft.listen(text, number, origin, `dns.bind_hosts: ${text}`);
  }
  return hosts.length > 0 ? hosts.map(({ text }) => text) : ["0.0.0.0", "::"];
}

function upstreams(tree: Tree, draft: Draft): void {
  for (const found of tree.takeAll("dns", "upstream_dns")) upstream(found, draft);
  const fallbacks = tree.takeAll("dns", "fallback_dns");
  for (const { text, origin } of fallbacks) {
    const servers = serversOf([text], { origin, told: (text) => `dns.fallback_dns: ${text}`, draft });
    if (servers.length > 0) draft.add("upstreams.fallback", "servers", servers, origin);
  }
  if (draft.has("upstreams.fallback", "servers") && draft.has("upstreams.default", "servers")) {
    draft.set("upstreams.default", "fallback", "fallback", fallbacks[0]!.origin);
  }
  for (const { text, origin } of tree.takeAll("dns", "local_ptr_upstreams")) {
    const to = serversOf([text], { origin, told: (text) => `dns.local_ptr_upstreams: ${text}`, draft });
    const domains = PRIVATE_REVERSE.flatMap((network) => reverseDomains(network)!);
    if (to.length > 0) draft.route({ domains, to }, origin);
  }
  const mode = tree.take("dns", "upstream_mode");
  const all = tree.take("dns", "all_servers");
  const fastest = tree.take("dns", "fastest_addr");
  const words: Record<string, string> = { parallel: "parallel", "load_balance": "fastest", "fastest_addr": "parallel" };
  if (mode !== null) draft.set("upstreams.default", "strategy", words[mode.text] ?? "fastest", mode.origin, mode.text);
  else if (all?.text === "true") draft.set("upstreams.default", "strategy", "parallel", all.origin);
  else if (fastest?.text === "true") draft.set("upstreams.default", "strategy", "parallel", fastest.origin);
  const timeout = tree.take("dns", "upstream_timeout");
  const seconds = timeout && secondsOf(timeout.text);
  if (timeout && seconds !== null) {
    const { number, note } = within(1000 * seconds, NETWORK_SETTINGS.timeoutMs.reader.bounds!);
    draft.set("server", "timeout", millisecondsText(number), timeout.origin, note);
  }
}

/** What servers these are; encrypted ones with a name are found by those for bootstrapping. */
function serversOf(
  texts: readonly string[],
  { draft, ...place }: { origin: Origin; told: (text: string) => string; draft: Draft },
): TomlValue[] {
  return importedServers(texts, { hasBootstrap: draft.has("server", "bootstrap") }, { ...place, draft });
}

/** `192.0.2.1`, `[/corp.example/lan/]192.0.2.1 192.0.2.2`, `[/corp.example/]#`, or an encrypted one. */
function upstream({ text, origin }: Found, draft: Draft): void {
  if (text.trim() === "" || text.startsWith("#")) return;
  const [, inner, rest = ""] = /^\[\/(.*)\/\]\s*(.*)$/.exec(text) ?? [];
  const servers = (inner === undefined ? text : rest).trim().split(/\s+/);
  const told = (why: string) => draft.none(origin, `dns.upstream_dns: ${text}`, why);
  const toldOf = (server: string) => `dns.upstream_dns: ${servers.length === 1 ? text : `${text}: ${server}`}`;
  const place = { origin, told: toldOf, draft };
  if (inner === undefined) {
    const read = serversOf(servers, place);
    if (read.length > 0) draft.add("upstreams.default", "servers", read, origin);
    return;
  }
  const domains = inner.split("/").map((domain) => nameText(domain.replace(/^\*\./, "")));
  if (domains.includes(null)) return told(inner === "" ? "names without a dot: local.single-label" : "needs domains");
  if (rest.trim() === "#") return draft.route({ domains: domains as string[], to: "default" }, origin);
  const to = serversOf(servers, place);
  if (to.length > 0) draft.route({ domains: domains as string[], to }, origin);
}

function access(tree: Tree, draft: Draft): void {
  for (const [path, key] of [["allowed_clients", "allow"], ["disallowed_clients", "deny"]] as const) {
    for (const { text, origin } of tree.takeAll("dns", path)) {
      const network = networkText(text);
      if (network === null) draft.none(origin, `dns.${path}: ${text}`, "needs an address or a network");
      else draft.add("access", key, [network], origin);
    }
  }
  const rate = tree.take("dns", "ratelimit");
  if (rate !== null) {
    const { number, note } = within(Number(rate.text) || 0, ADMISSION_SETTINGS.rateLimit.reader.bounds!);
    draft.set("access", "rate-limit", number, rate.origin, note || "of a network, /24 or /56");
  }
  for (const { text, origin } of tree.takeAll("dns", "ratelimit_whitelist")) {
    const network = networkText(text);
    if (network === null) draft.none(origin, `dns.ratelimit_whitelist: ${text}`, "needs an address or a network");
    else draft.add("access", "rate-limit-exempt", [network], origin);
  }
  const any = tree.take("dns", "refuse_any");
  if (any?.text === "true") draft.add("access", "refuse-types", ["ANY"], any.origin);
  const v6 = tree.take("dns", "aaaa_disabled");
  if (v6?.text === "true") draft.add("clients.default", "drop-types", ["AAAA"], v6.origin);
}

function cache(tree: Tree, draft: Draft): void {
  for (
    const [path, key, bounds] of [
      ["cache_ttl_min", "min-ttl", CACHE_SETTINGS.minTtlSeconds.reader.bounds!],
      ["cache_ttl_max", "max-ttl", CACHE_SETTINGS.maxTtlSeconds.reader.bounds!],
    ] as const
  ) {
    const found = tree.take("dns", path);
    if (found === null || !(Number(found.text) > 0)) continue;
    const { number, note } = within(Number(found.text), bounds);
    draft.set("cache", key, durationText(number), found.origin, note);
  }
  const enabled = tree.take("dns", "cache_enabled");
  if (enabled?.text === "false") draft.set("cache", "size", "0", enabled.origin);
  const stale = tree.take("dns", "cache_optimistic");
  if (stale !== null) draft.set("cache", "stale", stale.text === "true", stale.origin);
}

/** `domain: '*.lan'`, `answer: 192.0.2.1`, or another name. */
function rewrites(tree: Tree, draft: Draft): void {
  for (const item of [...tree.items("filtering", "rewrites"), ...tree.items("dns", "rewrites")]) {
    const domain = item.take("domain");
    const answer = item.take("answer");
    const isOff = item.take("enabled")?.text === "false";
    if (domain === null || answer === null) continue;
    const name = nameText(domain.text);
    const target = ipText(answer.text) ?? nameText(answer.text);
    const text = `rewrites: ${domain.text} → ${answer.text}`;
    if (isOff) draft.none(domain.origin, text, "switched off");
    else if (name === null || target === null || target === "A" || target === "AAAA") draft.none(domain.origin, text);
    else if (ipText(answer.text) !== null) draft.add("local.addresses", name, [target], domain.origin);
    else if (draft.has("local.addresses", name)) draft.none(domain.origin, text, "it has addresses already");
    else draft.set("local.addresses", name, target, domain.origin);
  }
}

/** Clients that have servers of their own, or for whom nothing is blocked: the groups of the latter. */
function clients(tree: Tree, draft: Draft): string[] {
  const unfiltered: string[] = [];
  for (const item of [...tree.items("clients", "persistent"), ...tree.items("clients")]) {
    const name = item.take("name");
    const ids = item.takeAll("ids");
    const servers = item.takeAll("upstreams");
    if (name === null) continue;
    const [isUsual, isFiltered] = [item.take("use_global_settings"), item.take("filtering_enabled")];
    const isUnfiltered = isUsual?.text === "false" && isFiltered?.text === "false";
    const own = servers.flatMap(({ text, origin }) => {
      return serversOf([text], { origin, told: (text) => `clients: ${name.text}: ${text}`, draft });
    });
    const group = groupName(name.text, (taken) => draft.has(`clients.${taken}`, "addresses"));
    for (const { text, origin } of ids) {
      const network = networkText(text);
      const isMac = /^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text);
      if (own.length === 0 && !isUnfiltered) {
        draft.none(origin, `clients: ${name.text}: ${text}`, "nothing is different for this client");
      } else if (network !== null) draft.add(`clients.${group}`, "addresses", [network], origin);
      else if (isMac) draft.add(`clients.${group}`, "macs", [text.toLowerCase().replaceAll("-", ":")], origin);
      else if (/^[a-z0-9-]{1,63}$/.test(text)) draft.add(`clients.${group}`, "ids", [text], origin);
      else draft.none(origin, `clients: ${name.text}: ${text}`, "needs an address, a network, a MAC address or an id");
    }
    if (isUnfiltered) unfiltered.push(group);
    if (own.length === 0) continue;
    draft.add(`upstreams.${group}`, "servers", own, servers[0]!.origin);
    draft.set(`clients.${group}`, "upstream", group, servers[0]!.origin);
  }
  return unfiltered;
}
