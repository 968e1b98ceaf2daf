import { DEFAULT_LIST, type ListConfig } from "../../lib/config/lists.ts";
import type { DomainPattern } from "../../lib/config/domain_pattern.ts";
import {
  type ClientGroupConfig,
  type LocalAddresses,
  type LocalConfig,
  NO_FILTER,
  type Policy,
  type RewriteConfig,
  type RouteConfig,
  UNFILTERED,
  type UpstreamGroupConfig,
} from "../../lib/config/policy.ts";
import { DEFAULT_FAILOVER_ON } from "../../lib/upstream/group/answer_rule.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { udp } from "./fake_socket.ts";

/** A policy of which only what a test is about is said. Lines of places are counted from 1, apart for each kind. */
export interface PolicyFields extends Partial<typeof NO_FILTER> {
  /** Addresses of servers, by name of the group; the first is `default`. */
  readonly upstreams: Readonly<Record<string, readonly string[]>>;
  /** Routes; `=x` is x alone. */
  readonly routes?: readonly RouteFields[];
  readonly clients?: Readonly<Record<string, Partial<ClientGroupConfig>>>;
  readonly rewrites?: readonly RewriteFields[];
  readonly local?: Partial<Omit<LocalConfig, "addresses" | "records">> & {
    /** Addresses of names; a text is another name. */
    readonly addresses?: LocalFields;
    readonly records?: readonly string[];
  };
}

/** Addresses by name; a text is another name. */
export type LocalFields = Readonly<Record<string, readonly string[] | string>>;

export interface RouteFields {
  readonly domains?: readonly string[] | undefined;
  readonly list?: string | undefined;
  readonly types?: readonly number[] | undefined;
  readonly clients?: readonly string[] | undefined;
  readonly to: string;
  readonly allowsPrivateAnswers?: boolean;
}

export interface RewriteFields {
  readonly domains: readonly string[];
  readonly to: string;
  readonly isFlat?: boolean;
  readonly clients?: readonly string[] | undefined;
}

/** The policy that `fields` say. */
export function policyOf(fields: PolicyFields): Policy {
  const { upstreams, routes = [], clients = {}, rewrites = [], local = {}, ...filter } = fields;
  return {
    upstreamGroups: Object.entries(upstreams).map(([name, servers], i) =>
      upstreamGroupOf(name, servers, { place: placeAt(i) })
    ),
    routes: routes.map(routeOf),
    clientGroups: Object.entries(clients).map(([name, group], i) => clientGroupOf(name, group, i)),
    local: {
      domain: null,
      singleLabel: "forward",
      hostsFiles: [],
      leases: [],
      makesPointers: true,
      ttlSeconds: 300,
      ...local,
      addresses: localNames(local.addresses ?? {}),
      records: (local.records ?? []).map((text, i) => ({ text, place: placeAt(i) })),
    },
    rewrites: rewrites.map(rewriteOf),
    ...NO_FILTER,
    ...filter,
  };
}

/** Names of a network, or of a client group. */
export function localNames(names: LocalFields): LocalAddresses[] {
  return Object.entries(names).map(([name, value], i) => {
    const isAlias = typeof value === "string";
    return { name, addresses: isAlias ? [] : value, alias: isAlias ? value : null, place: placeAt(i) };
  });
}

/** An upstream group with what is usual. */
export function upstreamGroupOf(
  name: string,
  servers: readonly string[],
  fields: Partial<UpstreamGroupConfig> = {},
): UpstreamGroupConfig {
  return {
    name,
    servers: servers.map((address) => endpointAt(udp(address, 53))),
    strategy: "sequential",
    fallback: null,
    timeoutMs: 2000,
    sockets: 4,
    sources: [],
    failoverOn: DEFAULT_FAILOVER_ON,
    trustsAd: true,
    asksWithCookies: true,
    randomizesCase: true,
    place: null,
    ...fields,
  };
}

function routeOf(
  { domains = [], list, types, clients, to, allowsPrivateAnswers = false }: RouteFields,
  i: number,
): RouteConfig {
  return {
    domains: domains.map(patternOf),
    list: list ?? null,
    types: types ?? null,
    clients: clients ?? null,
    to,
    allowsPrivateAnswers,
    place: placeAt(i),
  };
}

function rewriteOf({ domains, to, isFlat = false, clients }: RewriteFields, i: number): RewriteConfig {
  return { domains: domains.map(patternOf), to, isFlat, clients: clients ?? null, place: placeAt(i) };
}

function clientGroupOf(name: string, fields: Partial<ClientGroupConfig>, i: number): ClientGroupConfig {
  return {
    name,
    addresses: [],
    macs: [],
    ids: [],
    names: [],
    listeners: [],
    upstream: null,
    ...UNFILTERED,
    dropTypes: [],
    local: [],
    place: placeAt(i),
    ...fields,
  };
}

/** A list with what is usual. */
export function listOf(name: string, fields: Partial<ListConfig> = {}): ListConfig {
  return {
    ...DEFAULT_LIST,
    name,
    sources: [],
    names: [],
    coversBelow: null,
    types: null,
    isImportant: false,
    answer: null,
    via: null,
    token: null,
    place: placeAt(0),
    ...fields,
  };
}

function patternOf(text: string): DomainPattern {
  return text.startsWith("=") ? { name: text.slice(1), isExact: true } : { name: text, isExact: false };
}

function placeAt(i: number) {
  return { file: "config.toml", line: i + 1 };
}
