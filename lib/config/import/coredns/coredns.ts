import { CACHE_SETTINGS } from "../../settings/cache_settings.ts";
import type { Draft, Source } from "../draft.ts";
import { durationText, ipText, nameText, networkText, within } from "../spellings.ts";
import { ads, blocklist, template } from "./coredns_lists.ts";
import { type Directive, readCorefile, type ServerBlock } from "./corefile.ts";
import { listeners } from "./coredns_listeners.ts";
import { type Place, readKey, type Scope, Servers } from "./coredns_servers.ts";
import { forward } from "./forward.ts";

/** What CoreDNS needs a plugin for and this program does by itself. */
const ALREADY_SO: Readonly<Record<string, string>> = {
  "loop": "loops are found out",
  "errors": "failures are logged",
  "bufsize": "1232 octets",
  "any": "ANY is answered with one record",
  "cancel": "server.timeout",
  "minimal": "",
  "ready": "dns-forwarder check",
  "health": "dns-forwarder check",
};

/** Why there is no counterpart, where it is worth a word. */
const WHY: Readonly<Record<string, string>> = {
  "kubernetes": "put CoreDNS behind a route for cluster.local",
  "file": "put the server of the zone behind a route, or its records into local.records",
  "auto": "put the server of the zone behind a route",
  "dnssec": "ask servers that validate",
  "log": "queries are not logged",
  "prometheus": "no metrics",
};

/** Carries over Corefiles. */
export function importCoredns(sources: readonly Source[], draft: Draft): void {
  const blocks = sources.flatMap(readCorefile);
  const snippets = new Map(blocks.flatMap(({ keys, directives }) => {
    const [, name] = /^\((.*)\)$/.exec(keys[0] ?? "") ?? [];
    return name === undefined ? [] : [[name, directives] as const];
  }));
  const servers = new Servers();
  for (const block of blocks) {
    if (!block.keys[0]?.startsWith("(")) serverBlock(block, snippets, servers, draft);
  }
}

function serverBlock(
  { keys, directives, origin }: ServerBlock,
  snippets: ReadonlyMap<string, readonly Directive[]>,
  servers: Servers,
  draft: Draft,
): void {
  const scope: { zones: string[]; ports: number[]; places: Place[] } = { zones: [], ports: [], places: [] };
  for (const key of keys) {
    const read = readKey(key);
    if (read === null) draft.none(origin, key, "clients ask over UDP, TCP, TLS, HTTPS and QUIC");
    else {
      scope.zones.push(...read.zones);
      if (!scope.ports.includes(read.port)) scope.ports.push(read.port);
      const isKnown = scope.places.some(({ scheme, port }) => scheme === read.scheme && port === read.port);
      if (!isKnown) scope.places.push(read);
    }
  }
  const all = directives.flatMap((directive) => {
    return directive.name === "import" ? snippets.get(directive.args[0] ?? "") ?? [directive] : [directive];
  });
  const binds = all.filter(({ name }) => name === "bind");
  const plugins = all.filter(({ name }) => name !== "bind" && name !== "tls");
  const isOther = scope.zones.length > 0 && servers.isOther(scope);
  // Another way to ask the same server: nothing but the listener is to be carried over.
  const isSame = isOther && servers.isSaid(scope, plugins);
  if (isOther && !isSame) {
    const why = "another server for the same names, at a port of its own: that takes another program";
    draft.none(origin, keys.join(" "), why);
    for (const directive of withBlocks(directives)) draft.none(directive.origin, textOf(directive), why);
    return;
  }
  const isListened = scope.zones.length > 0 &&
    listeners(scope.places, { binds, tls: all.find(({ name }) => name === "tls"), origin }, draft);
  if (!isListened) {
    for (const directive of withBlocks(plugins)) {
      draft.none(directive.origin, textOf(directive), "nobody can ask this server");
    }
    return;
  }
  servers.note(scope, plugins);
  if (isSame) {
    for (const directive of withBlocks(plugins)) {
      draft.alreadySo(directive.origin, textOf(directive), "one for all listeners");
    }
  } else for (const directive of plugins) plugin(directive, scope, draft);
}

function plugin(directive: Directive, { zones }: Scope, draft: Draft): void {
  const { name, origin } = directive;
  const text = textOf(directive);
  if (name === "forward" || name === "proxy") forward(directive, zones, draft);
  else if (name === "cache") cache(directive, zones, draft);
  else if (name === "hosts") hosts(directive, draft);
  else if (name === "rewrite") rewrite(directive, draft);
  else if (name === "acl") acl(directive, draft);
  else if (name === "ads") ads(directive, draft);
  else if (name === "blocklist") blocklist(directive, draft);
  else if (name === "template") template(directive, draft);
  else if (name === "chaos") {
    const id = directive.args[0];
    if (id !== undefined) draft.set("server", "server-id", directive.args[1] ?? id, origin);
  } else if (name === "local") draft.set("local", "special-names", true, origin);
  else if (name === "reload") draft.set("server", "watch", true, origin);
  else if (name in ALREADY_SO) draft.alreadySo(origin, text, ALREADY_SO[name]);
  else draft.none(origin, text, WHY[name]);
}

/** `cache 30`, `cache [TTL] [zones] { success CAPACITY [TTL]; denial …; prefetch …; serve_stale … }`. */
function cache({ args, block, origin }: Directive, zones: readonly string[], draft: Draft): void {
  if (!zones.includes(".")) return draft.none(origin, `cache ${args.join(" ")}`.trim(), "one cache for all domains");
  const set = (key: string, seconds: string | undefined, bounds: { min: number; max: number }, at = origin) => {
    if (seconds === undefined || !/^\d+$/.test(seconds)) return;
    const { number, note } = within(Number(seconds), bounds);
    draft.set("cache", key, durationText(number), at, note);
  };
  const max = CACHE_SETTINGS.maxTtlSeconds.reader.bounds!;
  const negative = CACHE_SETTINGS.negativeMaxTtlSeconds.reader.bounds!;
  set("max-ttl", args[0], max);
  set("negative-max-ttl", args[0], negative);
  for (const line of block) {
    if (line.name === "success") set("max-ttl", line.args[1], max, line.origin);
    else if (line.name === "denial") set("negative-max-ttl", line.args[1], negative, line.origin);
    else if (line.name === "serve_stale") draft.set("cache", "stale", true, line.origin, "for a day");
    else if (line.name === "prefetch") draft.set("cache", "prefetch", line.args[0] !== "0", line.origin);
    else draft.none(line.origin, `cache: ${textOf(line)}`);
  }
}

/** `hosts [FILE] [ZONES] { 192.0.2.10 nas.example; ttl 60; no_reverse; fallthrough }`. */
function hosts({ args, block, origin }: Directive, draft: Draft): void {
  const file = args[0] ?? (block.some(({ name }) => ipText(name) !== null) ? null : "/etc/hosts");
  if (file !== null) draft.add("local", "hosts-files", [file], origin);
  for (const line of block) {
    const ip = ipText(line.name);
    const names = line.args.map(nameText);
    const { number } = within(Number(line.args[0]), { min: 1, max: 86_400 });
    if (ip !== null && !names.includes(null)) {
      names.forEach((name) => draft.add("local.addresses", name!, [ip], line.origin));
    } else if (line.name === "ttl") draft.set("local", "ttl", durationText(number), line.origin);
    else if (line.name === "no_reverse") draft.set("local", "ptr", false, line.origin);
    else if (line.name === "fallthrough") draft.alreadySo(line.origin, textOf(line), "unknown names are asked for");
    else draft.none(line.origin, `hosts: ${textOf(line)}`);
  }
}

/** `rewrite [stop] name [exact] FROM TO`; the other kinds make a name of each name, which has no counterpart. */
function rewrite(directive: Directive, draft: Draft): void {
  const [field, ...rest] = directive.args.filter((word) => word !== "stop" && word !== "continue");
  const isOther = ["prefix", "suffix", "substring", "regex"].includes(rest[0] ?? "");
  const [from, to] = rest.filter((word) => word !== "exact").slice(0, 2).map(nameText);
  if (field !== "name" || isOther || from === undefined || from === null || to === undefined || to === null) {
    return draft.none(directive.origin, textOf(directive));
  }
  draft.rewrite(`=${from}`, to, directive.origin);
}

/** `acl { allow net 10.0.0.0/8; block; filter type AAAA }`. */
function acl({ block }: Directive, draft: Draft): void {
  for (const line of block) {
    const { name, args, origin } = line;
    const nets = args.slice(args.indexOf("net") + 1);
    const networks = nets.map(networkText);
    const isPlain = args[0] === "net" && !networks.includes(null);
    const key = name === "allow" ? "allow" : name === "block" || name === "drop" ? "deny" : null;
    if (key === "deny" && args.length === 0) draft.alreadySo(origin, `acl: ${textOf(line)}`, "who is not allowed");
    else if (key === null || !isPlain) draft.none(origin, `acl: ${textOf(line)}`);
    else draft.add("access", key, networks as string[], origin);
  }
}

function textOf({ name, args }: Directive): string {
  return [name, ...args].join(" ");
}

/** With what stands in braces behind them. */
function withBlocks(directives: readonly Directive[]): readonly Directive[] {
  return directives.flatMap((directive) => [directive, ...directive.block]);
}
