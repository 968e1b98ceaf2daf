import { withBootstrap } from "../../upstream/endpoint.ts";
import {
  type ClientGroupConfig,
  type LocalAddresses,
  type LocalConfig,
  mayHavePrivateAnswers,
  type Policy,
  type RewriteConfig,
  type RouteConfig,
  type UpstreamGroupConfig,
} from "../policy.ts";
import { listenName } from "../../server/listen/listen.ts";
import { type Mark, markAt, placeOf } from "./mark.ts";
import { toBlockRules, toFilter } from "./to_filter.ts";
import type { PolicySource } from "./policy_source.ts";
import type { FileAddresses } from "./schema/tables.ts";
import { upstreamGroup } from "./to_upstream_group.ts";

/** TTL of what is known here: short, for addresses change, and nobody far away is asked again. */
const LOCAL_TTL_SECONDS = 300;

/** What a file says beyond single settings; `null` when it says nothing of that kind. */
export function toPolicy(source: PolicySource): Policy | null {
  const { tables, config } = source;
  const { routes, groups: ownGroups } = toRoutes(source);
  const names = Object.keys(tables.upstreams ?? {}).filter((name) => name !== "default");
  const named = names.map((name) => upstreamGroup(name, source));
  const base = config.upstreams.length === 0 ? [] : [upstreamGroup("default", source)];
  const policy: Policy = {
    upstreamGroups: [...base, ...named, ...ownGroups],
    routes,
    clientGroups: toClientGroups(source),
    local: toLocal(source),
    rewrites: toRewrites(source),
    ...toFilter(source),
  };
  return saysMore(policy, source) ? policy : null;
}

/** Whether there is anything that the settings do not say already. */
function saysMore(policy: Policy, { tables }: PolicySource): boolean {
  const { upstreamGroups, routes, clientGroups, rewrites, lists, schedules } = policy;
  if (upstreamGroups.some(({ name }) => name !== "default")) return true;
  if ([routes, clientGroups, rewrites, lists, schedules].some(({ length }) => length > 0)) return true;
  if (tables.block ?? tables.answers) return true;
  const { timeout, source, "failover-on": failover, "trust-ad": trust } = tables.upstreams?.default ?? {};
  if ((timeout ?? source ?? failover ?? trust) !== undefined) return true;
  // Special names are a setting.
  return Object.keys(tables.local ?? {}).some((key) => key !== "special-names");
}

/** Servers that stand in a route are a group that nobody else knows. */
function toRoutes(source: PolicySource): { routes: RouteConfig[]; groups: UpstreamGroupConfig[] } {
  const groups: UpstreamGroupConfig[] = [];
  const known = new Set<string>();
  const routes = (source.tables.route ?? []).map((route, i): RouteConfig => {
    const { mark } = markAt(source.marks, ["route", i]);
    const { domains = [], list = null, types = null, clients = null, to } = route;
    const place = placeOf(mark);
    const allowsPrivateAnswers = route["private-answers"] ?? mayHavePrivateAnswers(domains);
    const base = { domains, list, types, clients, allowsPrivateAnswers, place };
    if (typeof to === "string") return { ...base, to };
    // No name of a file has a blank in it.
    const about = `route for ${domains[0]?.name ?? (list === null ? "all names" : `list ${list}`)}`;
    const name = known.has(about) ? `${about}, line ${place.line} of ${place.file}` : about;
    known.add(name);
    groups.push({
      ...upstreamGroup(name, source),
      servers: to.map((one) => withBootstrap(one, source.config.bootstrap)),
      place,
    });
    return { ...base, to: name };
  });
  return { routes, groups };
}

function toClientGroups({ tables, marks }: PolicySource): ClientGroupConfig[] {
  const listeners = Map.groupBy(tables.server?.listen ?? [], ({ clients }) => clients);
  const groups = { ...tables.clients };
  // It is always there to be named, and to have what everybody has.
  const isNamed = listeners.has("default") || (tables.answers?.["drop-types"] ?? []).length > 0 ||
    [...tables.route ?? [], ...tables.rewrite ?? [], tables.dns64 ?? {}].some(({ clients }) =>
      clients?.includes("default")
    );
  if (isNamed) groups.default ??= {};
  return Object.entries(groups).map(([name, group]) => ({
    name,
    addresses: group.addresses ?? [],
    macs: group.macs ?? [],
    ids: group.ids ?? [],
    names: group.names ?? [],
    listeners: (listeners.get(name) ?? []).map(({ listen }) => listenName(listen)),
    upstream: group.upstream ?? null,
    block: toBlockRules(group.block, markAt(marks, ["clients", name, "block"]).mark),
    allow: toBlockRules(group.allow, markAt(marks, ["clients", name, "allow"]).mark),
    answer: group.answer ?? null,
    safeSearch: group["safe-search"] ?? [],
    rebindingProtection: group["rebinding-protection"] ?? null,
    dns64: group.dns64 ?? null,
    isTold: group["query-log"] ?? true,
    dropTypes: group["drop-types"] ?? tables.answers?.["drop-types"] ?? [],
    local: toLocalAddresses(group.local, markAt(marks, ["clients", name, "local"]).mark),
    place: placeOf(markAt(marks, ["clients", name]).mark),
  }));
}

function toLocal({ tables: { local = {} }, marks, pathIn }: PolicySource): LocalConfig {
  const mark = markAt(marks, ["local"]).mark;
  const pathAt = (path: string, ...keys: (string | number)[]) => pathIn(markAt(mark, keys).mark.source.file, path);
  return {
    domain: local.domain ?? null,
    singleLabel: local["single-label"] ?? "local",
    hostsFiles: (local["hosts-files"] ?? []).map((path, i) => pathAt(path, "hosts-files", i)),
    leases: (local.leases ?? []).map(({ file, format = "auto", domain = null }, i) => {
      return { file: pathAt(file, "leases", i), format, domain };
    }),
    addresses: toLocalAddresses(local.addresses, markAt(mark, ["addresses"]).mark),
    records: (local.records ?? []).map((text, i) => ({ text, place: placeOf(markAt(mark, ["records", i]).mark) })),
    makesPointers: local.ptr ?? true,
    ttlSeconds: local.ttl ?? LOCAL_TTL_SECONDS,
  };
}

function toLocalAddresses(names: Readonly<Record<string, FileAddresses>> | undefined, mark: Mark): LocalAddresses[] {
  return Object.entries(names ?? {}).map(([name, { addresses, alias }]) => {
    return { name, addresses, alias, place: placeOf(markAt(mark, [name]).mark) };
  });
}

function toRewrites({ tables, marks }: PolicySource): RewriteConfig[] {
  return (tables.rewrite ?? []).map(({ domains, to, flatten = false, clients = null }, i) => {
    return { domains, to, isFlat: flatten, clients, place: placeOf(markAt(marks, ["rewrite", i]).mark) };
  });
}
