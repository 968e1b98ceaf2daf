import { CACHE_SETTINGS } from "../../settings/cache_settings.ts";
import { ADMISSION_SETTINGS } from "../../settings/admission_settings.ts";
import type { Draft, Origin, Source } from "../draft.ts";
import { readAddress, readDhcpHost, readHostRecord, recordOf } from "./dnsmasq_names.ts";
import { takeListFile } from "../lists/list_file.ts";
import { type Option, optionsOf } from "./dnsmasq_options.ts";
import { durationText, nameText, reverseDomains, secondsOf, serverTextBehind, within } from "../spellings.ts";

/** What dnsmasq needs no word for here. */
const ALREADY_SO: Readonly<Record<string, string>> = {
  "bogus-priv": "private reverse names that are not known here do not exist",
  "no-resolv": "resolv.conf is never read",
  "no-poll": "resolv.conf is never read",
  "use-stale-cache": "cache.stale",
  "edns-packet-max": "1232 octets",
  "localise-queries": "",
  "no-daemon": "",
  "keep-in-foreground": "",
  "rebind-localhost-ok": "",
};

/** Why there is no counterpart, where it is worth a word. */
const WHY: Readonly<Record<string, string>> = {
  "interface": "listening is by address: server.listen",
  "except-interface": "listening is by address: server.listen",
  "resolv-file": "put the addresses of its servers into upstreams.default.servers",
  "conf-file": "give that file to import, too",
  "conf-dir": "give the files in it to import, too",
  "servers-file": "give that file to import, too",
  "hostsdir": "list its files in local.hosts-files",
  "dnssec": "ask servers that validate",
  "dhcp-range": "leases that dnsmasq writes are read: local.leases",
  "user": "whoever starts the program says so",
  "group": "whoever starts the program says so",
};

/** Lines of files that are lists. */
const LIST_LINES = { isLine: /^(?:address|server|local)=\/\S+\/(?:#|0\.0\.0\.0|::)?\s*$/, isNoLine: /^\s*(?:#|$)/ };

/** The same of hosts files: names that lead nowhere, or to this machine itself. */
const HOSTS_LINES = { isLine: /^\s*(?:0\.0\.0\.0|127\.0\.0\.1|::1?)\s+[^#]/, isNoLine: /^\s*(?:#|$)/ };

/** What is gathered until the last line. */
interface Gathered {
  /** Paths of files that are lists. */
  readonly lists: Set<string>;
  port: number;
  readonly listen: { address: string; origin: Origin }[];
  readonly locals: { domain: string; option: Option }[];
  readsHosts: boolean;
}

/** Carries over what dnsmasq's files say, of which the first may be followed by what it includes. */
export function importDnsmasq(sources: readonly Source[], draft: Draft): void {
  const lists = sources.filter((source) => {
    return takeListFile(source, "dnsmasq", LIST_LINES, draft) || takeListFile(source, "hosts", HOSTS_LINES, draft);
  });
  const paths = new Set(lists.map(({ file }) => file));
  const gathered: Gathered = { lists: paths, port: 53, listen: [], locals: [], readsHosts: true };
  const options = sources.filter((source) => !lists.includes(source)).flatMap(optionsOf);
  for (const option of options) carryOver(option, gathered, draft);
  const origin = options[0]?.origin ?? { file: sources[0]?.file ?? "", line: 1 };
  if (gathered.port > 0) listen(gathered, origin, draft);
  if (gathered.readsHosts && options.length > 0) {
    draft.add("local", "hosts-files", ["/etc/hosts"], origin, "dnsmasq reads it unless told not to");
  }
  for (const { domain, option } of gathered.locals) localDomain(domain, option, draft);
}

/** Says one option in our words. */
function carryOver(option: Option, gathered: Gathered, draft: Draft): void {
  const { key, value, text, origin } = option;
  const setting = SETTINGS[key];
  if (key === "addn-hosts" && gathered.lists.has(value)) {
    return draft.alreadySo(origin, text, "a list, since its file blocks names");
  }
  if (setting !== undefined) return setting(option, draft);
  if (key === "port") gathered.port = Number(value);
  else if (key === "listen-address") {
    value.split(",").forEach((address) => gathered.listen.push({ address: address.trim(), origin }));
  } else if (key === "no-hosts") gathered.readsHosts = false;
  else if (key === "server" || key === "local") server(option, gathered, draft);
  else if (key in ALREADY_SO) draft.alreadySo(origin, text, ALREADY_SO[key]);
  else draft.none(origin, text, WHY[key]);
}

/** What stands for itself. */
const SETTINGS: Readonly<Record<string, (option: Option, draft: Draft) => void>> = {
  "domain-needed": ({ origin }, draft) => draft.set("local", "single-label", "local", origin),
  "domain": ({ value, text, origin }, draft) => {
    const domain = value.includes(",") ? null : nameText(value);
    if (domain === null) return draft.none(origin, text, "one domain for all: local.domain");
    draft.set("local", "domain", domain, origin);
  },
  "expand-hosts": ({ text, origin }, draft) => draft.alreadySo(origin, text, "names without a dot are in local.domain"),
  "addn-hosts": ({ value, origin }, draft) => draft.add("local", "hosts-files", [value], origin),
  "dhcp-leasefile": ({ value, origin }, draft) => {
    draft.add("local", "leases", [{ file: value, format: "dnsmasq" }], origin);
  },
  "strict-order": ({ origin }, draft) => draft.set("upstreams.default", "strategy", "sequential", origin),
  "all-servers": ({ origin }, draft) => draft.set("upstreams.default", "strategy", "parallel", origin),
  "cache-size": ({ value, text, origin }, draft) => {
    if (value === "0") draft.set("cache", "size", "0", origin);
    else draft.none(origin, text, "cache.size is in octets: the usual 64MiB hold some 300,000 answers");
  },
  "no-negcache": ({ origin }, draft) => {
    draft.set("cache", "negative-max-ttl", "1s", origin, "the shortest here");
  },
  "min-cache-ttl": (option, draft) => ttl("min-ttl", CACHE_SETTINGS.minTtlSeconds.reader.bounds!, option, draft),
  "max-cache-ttl": (option, draft) => ttl("max-ttl", CACHE_SETTINGS.maxTtlSeconds.reader.bounds!, option, draft),
  "max-ttl": (option, draft) => ttl("max-ttl", CACHE_SETTINGS.maxTtlSeconds.reader.bounds!, option, draft),
  "local-ttl": ({ value, text, origin }, draft) => {
    const seconds = secondsOf(value);
    if (seconds === null) return draft.unreadable(origin, text, "needs a number of seconds");
    draft.set("local", "ttl", durationText(seconds), origin);
  },
  "dns-forward-max": ({ value, origin }, draft) => {
    const { number, note } = within(Number(value) || 150, ADMISSION_SETTINGS.maxInFlight.reader.bounds!);
    draft.set("access", "max-in-flight", number, origin, note);
  },
  "filter-A": ({ origin }, draft) => draft.add("clients.default", "drop-types", ["A"], origin),
  "filter-AAAA": ({ origin }, draft) => draft.add("clients.default", "drop-types", ["AAAA"], origin),
  "rev-server": ({ value, text, origin }, draft) => {
    const [network, ...rest] = value.split(",");
    const domains = reverseDomains(network!);
    const to = serverTextBehind(rest.join(",").split("@")[0]!.trim(), "#");
    if (domains === null || to === null) return draft.none(origin, text, "needs a network and the address of a server");
    draft.route({ domains, to: [to] }, origin);
  },
  "address": readAddress,
  "host-record": readHostRecord,
  "dhcp-host": readDhcpHost,
  "cname": (option, draft) => recordOf(option, draft),
  "ptr-record": (option, draft) => recordOf(option, draft),
  "txt-record": (option, draft) => recordOf(option, draft),
  "mx-host": (option, draft) => recordOf(option, draft),
  "srv-host": (option, draft) => recordOf(option, draft),
  "caa-record": (option, draft) => recordOf(option, draft),
};

function ttl(key: string, bounds: { min: number; max: number }, { value, text, origin }: Option, draft: Draft): void {
  const seconds = secondsOf(value);
  if (seconds === null) return draft.unreadable(origin, text, "needs a number of seconds");
  const { number, note } = within(seconds, bounds);
  draft.set("cache", key, durationText(number), origin, note);
}

/** `server=192.0.2.1#53`, `server=/a.example/b.example/192.0.2.1`, `server=/a.example/` or `local=/a.example/`, `…/#`. */
function server(option: Option, gathered: Gathered, draft: Draft): void {
  const { value, text, origin } = option;
  const [first, ...parts] = value.split("/");
  const target = (parts.length === 0 ? first! : parts.pop()!).trim();
  const [address, from] = target.split("@");
  const domains = parts.map((domain) => nameText(domain.replace(/^\*?\./, "")));
  if (target === "" && domains.length > 0) {
    for (const [i, domain] of domains.entries()) {
      if (domain !== null) gathered.locals.push({ domain, option });
      else if (parts[i] === "") draft.set("local", "single-label", "local", origin);
      else draft.unreadable(origin, text, "needs a domain");
    }
    return;
  }
  if (target === "#") {
    const known = domains.filter((domain) => domain !== null);
    return draft.route({ domains: known, to: "default" }, origin);
  }
  const to = serverTextBehind(address!, "#");
  if (to === null) return draft.none(origin, text, "needs the address of a server");
  const note = from === undefined ? "" : `without its source, ${from}: upstreams.X.source`;
  if (domains.length === 0) return draft.add("upstreams.default", "servers", [to], origin, note);
  if (domains.includes(null)) return draft.none(origin, text, "needs a domain");
  draft.route({ domains: domains as string[], to: [to] }, origin);
}

/** dnsmasq listens on all addresses unless told otherwise. */
function listen({ port, listen }: Gathered, origin: Origin, draft: Draft): void {
  for (const { address, origin } of listen) draft.listen(address, port, origin, `listen-address=${address}`);
  if (listen.length > 0) return;
  for (const address of ["0.0.0.0", "::"]) {
    draft.listen(address, port, origin, `port=${port}`, "dnsmasq listens on all addresses");
  }
}

/** Names that are known here or not at all: one domain can be so. */
function localDomain(domain: string, { text, origin }: Option, draft: Draft): void {
  const isKnown = draft.tables.get("local")?.get("domain");
  const known = isKnown?.kind === "value" ? isKnown.carried.value : null;
  if (known === null) return draft.set("local", "domain", domain, origin);
  if (known === domain) return draft.alreadySo(origin, text, "local.domain");
  draft.none(origin, text, "one domain for all: local.domain");
}
