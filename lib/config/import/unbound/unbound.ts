import { ADMISSION_SETTINGS } from "../../settings/admission_settings.ts";
import { CACHE_SETTINGS } from "../../settings/cache_settings.ts";
import { NETWORK_SETTINGS } from "../../settings/network_settings.ts";
import { WORKER_BOUNDS } from "../../settings/process_settings.ts";
import type { Bounds } from "../../setting.ts";
import type { Draft, Origin, Source } from "../draft.ts";
import { takeListFile } from "../lists/list_file.ts";
import { durationText, ipText, networkText, within } from "../spellings.ts";
import { localData, localZone, type LocalZones } from "./unbound_local.ts";
import { type Clause, type Line, readClauses } from "./unbound_clauses.ts";
import { type Encrypted, isOfEncrypted, readEncrypted, schemeAt, tellEncrypted } from "./unbound_encrypted.ts";
import { rpzZone } from "./unbound_rpz.ts";
import { forwardZone } from "./unbound_zones.ts";

/** What unbound needs no word for here. */
const ALREADY_SO: Readonly<Record<string, string>> = {
  "do-udp": "",
  "do-tcp": "",
  "do-ip4": "",
  "do-ip6": "",
  "do-daemonize": "it runs in the foreground",
  "so-reuseport": "workers share their sockets",
  "edns-buffer-size": "1232 octets",
  "max-udp-size": "1232 octets",
  "minimal-responses": "",
  "rrset-roundrobin": "",
  "hide-version": "unless server.server-id is set",
  "unblock-lan-zones": "a route for them is enough",
  "qname-minimisation": "servers that are asked do that",
};

/** Why there is no counterpart, where it is worth a word. */
const WHY: Readonly<Record<string, string>> = {
  "include": "give that file to import, too",
  "include-toplevel": "give that file to import, too",
  "interface-automatic": "listening is by address: server.listen",
  "module-config": "ask servers that validate",
  "trust-anchor": "ask servers that validate",
  "auto-trust-anchor-file": "ask servers that validate",
  "trust-anchor-file": "ask servers that validate",
  "root-hints": "servers are asked that ask the root themselves",
  "username": "whoever starts the program says so",
  "chroot": "whoever starts the program says so",
  "quic-port": "server.listen with quic://, which goes with one worker",
  "tls-session-ticket-keys": "sessions are taken up again by themselves",
};

/** Lines of files that are lists. */
const LIST_LINES = { isLine: /^\s*local-(?:zone|data):/, isNoLine: /^\s*(?:#|server:\s*$|$)/ };

/** What is gathered until the last line. */
interface Gathered extends LocalZones {
  port: number;
  /** Octets of both caches. */
  cacheOctets: number;
  cacheOrigin: Origin | null;
  readonly interfaces: Line[];
  readonly encrypted: Encrypted;
}

/** Carries over what unbound's files say. */
export function importUnbound(sources: readonly Source[], draft: Draft): void {
  const configs = sources.filter((source) => !takeListFile(source, "unbound", LIST_LINES, draft));
  const clauses = configs.flatMap((source) => readClauses(source));
  const gathered: Gathered = {
    port: 53,
    cacheOctets: 0,
    cacheOrigin: null,
    interfaces: [],
    redirects: new Set(),
    encrypted: readEncrypted(clauses),
  };
  for (const clause of clauses) carryOver(clause, gathered, draft);
  const start = clauses[0]?.lines[0]?.origin;
  if (start !== undefined) listen(gathered, start, draft);
  tellEncrypted(gathered.encrypted, draft);
  if (gathered.cacheOrigin !== null) {
    const mebibytes = Math.min(Math.max(Math.round(gathered.cacheOctets / 2 ** 20), 1), 4095);
    draft.set("cache", "size", `${mebibytes}MiB`, gathered.cacheOrigin, "both caches of unbound together");
  }
}

function carryOver(clause: Clause, gathered: Gathered, draft: Draft): void {
  if (clause.name === "server" || clause.name === "") {
    for (const line of clause.lines) serverLine(line, gathered, draft);
    for (const line of clause.lines) localZone(line, gathered, draft);
    for (const line of clause.lines) localData(line, gathered, draft);
  } else if (clause.name === "forward-zone" || clause.name === "stub-zone") {
    forwardZone(clause, gathered.encrypted, draft);
  } else if (clause.name === "rpz") {
    rpzZone(clause, draft);
  } else {
    for (const { text, origin } of clause.lines) draft.none(origin, `${clause.name}: ${text}`);
  }
}

function serverLine(line: Line, gathered: Gathered, draft: Draft): void {
  const { key, value, text, origin } = line;
  const setting = SETTINGS[key];
  if (setting !== undefined) return setting(line, draft);
  if (key === "port") gathered.port = Number(value);
  else if (key === "interface" || key === "ip-address") gathered.interfaces.push(line);
  else if (key === "msg-cache-size" || key === "rrset-cache-size") {
    gathered.cacheOctets += octetsOf(value);
    gathered.cacheOrigin ??= origin;
  } else if (key === "local-zone" || key === "local-data" || key === "local-data-ptr") return;
  else if (isOfEncrypted(key)) return;
  else if (key in ALREADY_SO) draft.alreadySo(origin, text, ALREADY_SO[key]);
  else draft.none(origin, text, WHY[key]);
}

/** What stands for itself. */
const SETTINGS: Readonly<Record<string, (line: Line, draft: Draft) => void>> = {
  "access-control": (line, draft) => accessControl(line, draft),
  "num-threads": ({ value, text, origin }, draft) => {
    const { number, note } = within(Number(value) || 1, WORKER_BOUNDS);
    if (number === 1) draft.alreadySo(origin, text);
    else draft.set("server", "workers", number, origin, note);
  },
  "cache-min-ttl": (line, draft) => ttl("min-ttl", CACHE_SETTINGS.minTtlSeconds.reader.bounds!, line, draft),
  "cache-max-ttl": (line, draft) => ttl("max-ttl", CACHE_SETTINGS.maxTtlSeconds.reader.bounds!, line, draft),
  "cache-max-negative-ttl": (line, draft) => {
    ttl("negative-max-ttl", CACHE_SETTINGS.negativeMaxTtlSeconds.reader.bounds!, line, draft);
  },
  "prefetch": ({ value, origin }, draft) => draft.set("cache", "prefetch", value === "yes", origin),
  "serve-expired": ({ value, origin }, draft) => draft.set("cache", "stale", value === "yes", origin),
  "identity": ({ value, text, origin }, draft) => {
    if (value === "") draft.none(origin, text);
    else draft.set("server", "server-id", value, origin);
  },
  "hide-identity": ({ value, text, origin }, draft) => {
    if (value === "yes") draft.alreadySo(origin, text, "unless server.server-id is set");
    else draft.none(origin, text, "server.server-id says who it is");
  },
  "deny-any": ({ value, text, origin }, draft) => {
    if (value === "yes") draft.add("access", "refuse-types", ["ANY"], origin);
    else draft.alreadySo(origin, text);
  },
  "ip-ratelimit": ({ value, origin }, draft) => {
    const { number, note } = within(Number(value) || 0, ADMISSION_SETTINGS.rateLimit.reader.bounds!);
    draft.set("access", "rate-limit", number, origin, note === "" ? "of a network, /24 or /56" : note);
  },
  "use-caps-for-id": ({ value, origin }, draft) => {
    draft.set("upstreams.default", "case-randomization", value === "yes", origin);
  },
  "outgoing-interface": ({ value, text, origin }, draft) => {
    const address = ipText(value);
    const told = "one address of each family: upstreams.X.source";
    const former = valuesAt(draft, "upstreams.default", "source");
    const isTaken = former.some((other) => other.includes(":") === value.includes(":"));
    if (address === null || isTaken) return draft.none(origin, text, told);
    draft.add("upstreams.default", "source", [address], origin);
  },
  "outgoing-range": ({ value, origin }, draft) => {
    const { number, note } = within(Number(value) || 32, NETWORK_SETTINGS.upstreamSockets.reader.bounds!);
    draft.set("upstreams.default", "sockets", number, origin, note);
  },
  "verbosity": ({ value, origin }, draft) => {
    const level = value === "0" ? "warn" : Number(value) >= 2 ? "debug" : "info";
    draft.set("log", "level", level, origin);
  },
};

function valuesAt(draft: Draft, table: string, key: string): string[] {
  const setting = draft.tables.get(table)?.get(key);
  return setting?.kind === "list" ? setting.elements.map(({ value }) => String(value)) : [];
}

function ttl(key: string, bounds: Bounds, { value, text, origin }: Line, draft: Draft): void {
  if (!/^\d+$/.test(value)) return draft.unreadable(origin, text, "needs a number of seconds");
  const { number, note } = within(Number(value), bounds);
  draft.set("cache", key, durationText(number), origin, note);
}

/** In both programs the longest network counts. */
function accessControl({ value, text, origin }: Line, draft: Draft): void {
  const [network = "", action = ""] = value.split(/\s+/);
  const read = networkText(network);
  if (read === null) return draft.unreadable(origin, text, "needs a network");
  if (action === "allow" || action === "allow_setrd" || action === "allow_cookie") {
    draft.add("access", "allow", [read], origin, action === "allow" ? "" : action);
  } else if (action === "allow_snoop") draft.add("access", "allow", [read], origin, "without snooping");
  else if (action === "deny" || action === "refuse") {
    draft.add("access", "deny", [read], origin, action === "deny" ? "REFUSED here, not silence" : "");
  } else draft.none(origin, text);
}

/** Without a word of it, unbound listens on this machine's loopback addresses, at port 53. */
function listen({ interfaces, port, encrypted }: Gathered, start: Origin, draft: Draft): void {
  for (const { value, text, origin } of interfaces) {
    const [address, ownPort] = value.split("@");
    const at = Number(ownPort ?? port);
    draft.listen(address!, at, origin, text, "", schemeAt(encrypted, at));
  }
  if (interfaces.length > 0) return;
  for (const address of ["127.0.0.1", "::1"]) {
    draft.listen(address, port, start, `port: ${port}`, "unbound listens there unless told otherwise");
  }
}

/** `4m`, `1G`, `65536`. */
function octetsOf(text: string): number {
  const [, number = "0", unit = ""] = /^(\d+)\s*([kmg]?)b?$/i.exec(text) ?? [];
  return Number(number) * 1024 ** ["", "k", "m", "g"].indexOf(unit.toLowerCase());
}
