import { parseCidr } from "../../../lib/base/net/cidr.ts";
import type { DomainPattern } from "../../../lib/config/domain_pattern.ts";
import type { Policy, RouteConfig } from "../../../lib/config/policy.ts";
import { ALWAYS_IN_FORCE } from "../../../lib/lists/schedule/in_force.ts";
import { SPECIAL_ZONES } from "../../../lib/resolver/local/special_zones.ts";
import { CLASS, TYPE } from "../../../lib/wire/iana.ts";
import { nameToText } from "../../../lib/wire/name.ts";
import { blockLawSays, covers, type Listed } from "./block_law.ts";

/** A question, and who asks it; names in lower case, without a dot at the end but the root's. */
export interface Asked {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** A client group. */
  readonly client: string;
}

/** Another name counts before who is asked for this one. */
const REWRITE = 0;
/** Names of search engines, and those under which they give safe results alone: some of those that are known. */
export const SAFE_NAMES: readonly { readonly engine: string; readonly name: string; readonly to: string }[] = [
  { engine: "google", name: "www.google.com", to: "forcesafesearch.google.com" },
  { engine: "google", name: "www.google.co.uk", to: "forcesafesearch.google.com" },
  { engine: "duckduckgo", name: "duckduckgo.com", to: "safe.duckduckgo.com" },
  { engine: "duckduckgo", name: "start.duckduckgo.com", to: "safe.duckduckgo.com" },
  { engine: "youtube", name: "www.youtube.com", to: "restrict.youtube.com" },
  { engine: "youtube-moderate", name: "www.youtube.com", to: "restrictmoderate.youtube.com" },
];
const SAFE_TYPES = [TYPE.A, TYPE.AAAA, TYPE.HTTPS, TYPE.SVCB];
/** What is answered with the prefix that IPv6 addresses are made with (RFC 7050, RFC 8880). */
const IPV4_ONLY = [
  { name: "ipv4only.arpa", isExact: false },
  { name: "170.0.0.192.in-addr.arpa", isExact: true },
  { name: "171.0.0.192.in-addr.arpa", isExact: true },
];

/** Whether a client gets IPv6 addresses that are made. */
export function getsDns64({ dns64, clientGroups }: Policy, client: string): boolean {
  const own = clientGroups.find(({ name }) => name === client)?.dns64 ?? null;
  return dns64 !== null && (own ?? dns64.clients?.includes(client) ?? false);
}

/** The name in reverse of all addresses that are made with a prefix, without a dot at its end. */
function reverseOf(prefix: string): string {
  const { octets, prefixBits } = parseCidr(prefix);
  const nibbles = [...octets.toHex()].slice(0, prefixBits / 4);
  return `${nibbles.toReversed().join(".")}.ip6.arpa`;
}

/** A rule of the one kind or the other, and what is said if it counts. */
interface Word {
  readonly domains: readonly DomainPattern[];
  readonly types: readonly number[] | null;
  readonly clients: readonly string[] | null;
  readonly order: number;
  readonly says: string;
  readonly applies: boolean;
}

/** Rules of our own, that lists come before as before any but rewrites. */
function ownRules(policy: Policy, { client, class: qclass }: Asked): Word[] {
  const engines = policy.clientGroups.find(({ name }) => name === client)?.safeSearch ?? [];
  const all = engines.filter((engine) => engine !== "youtube-moderate" || !engines.includes("youtube"));
  const safe = SAFE_NAMES.filter(({ engine }) => all.includes(engine)).map(({ name }) => {
    return {
      domains: [{ name, isExact: true }],
      types: SAFE_TYPES,
      order: REWRITE,
      says: `[clients.${client}] safe-search`,
    };
  });
  const dns64 = !getsDns64(policy, client) ? [] : [
    {
      domains: [{ name: reverseOf(policy.dns64!.prefix), isExact: false }],
      types: [TYPE.PTR],
      order: 1,
      says: "[dns64]",
    },
    { domains: IPV4_ONLY, types: null, order: 1, says: "[dns64]" },
  ];
  return [...safe, ...dns64].map((one) => ({
    ...one,
    applies: one.order !== REWRITE || qclass === CLASS.IN,
    clients: [client],
  }));
}

/** What a route or a rewrite is about; of a list, the words that stand in the configuration and are names. */
export function domainsOf(
  { domains, ...others }: Pick<RouteConfig, "domains"> | Pick<RouteConfig, "domains" | "list">,
  { lists }: Policy,
): readonly DomainPattern[] {
  const list = "list" in others ? others.list : null;
  if (domains.length === 0 && list === null) return [{ name: ".", isExact: false }];
  const words = lists.find(({ name }) => name === list)?.names.filter((text) => !text.startsWith("/")) ?? [];
  return [
    ...domains,
    ...words.map((text) => ({ name: text.replace(/^(?:=|\*\.)/, ""), isExact: text.startsWith("=") })),
  ];
}

/** Routes for lists that have the name, in the order in which they count. */
function listRoutes({ routes, lists }: Policy, { name, type, client }: Asked, { lines }: Listed): RouteConfig[] {
  const has = (list: string) => {
    const { names } = lists.find((one) => one.name === list)!;
    const isMatched = names.some((text) =>
      text.startsWith("/") && new RegExp(text.slice(1, -1)).test(name === "." ? "" : name)
    );
    const isListed = lines.some((line) => line.list === list && line.isAllow !== true && covers(line, name));
    return isMatched || isListed;
  };
  return routes.filter(({ list, types, clients }) => {
    return list !== null && (types?.includes(type) ?? true) && (clients?.includes(client) ?? true) && has(list);
  }).toSorted((a, b) => {
    return Number(a.clients === null) - Number(b.clients === null) ||
      Number(a.types === null) - Number(b.types === null);
  });
}

const NOTHING_LISTED: Listed = { lines: [], inForce: ALWAYS_IN_FORCE };
const SPECIAL = SPECIAL_ZONES.map(({ name }) => nameToText(name).replace(/\.$/, ""));
const parentOf = (name: string) => name.split(".").slice(1).join(".") || ".";
const lengthOf = (name: string) => name === "." ? 0 : name.split(".").length;
const isIn = (name: string, { name: domain, isExact }: DomainPattern) => {
  return name === domain || (!isExact && (domain === "." || name.endsWith(`.${domain}`)));
};

/** What the law says of a question, over texts: slow, and as near to its sentences as code comes. */
export function lawSays(
  policy: Policy,
  question: Asked,
  listed: Listed = NOTHING_LISTED,
  { answersSpecialNames = true } = {},
): string {
  const { name, type, class: qclass, client } = question;
  const isInternet = qclass === CLASS.IN;
  const group = policy.clientGroups.find((one) => one.name === client);
  // 1: who asks, and what the group does not get.
  if (isInternet && group?.dropTypes.includes(type)) return `[clients.${client}] drop-types`;
  // 6: a DS question goes where the parent's domain goes.
  const asked = type === TYPE.DS && name !== "." ? parentOf(name) : name;
  // 2: what the program does by itself gives way to what is said at or below it.
  const isRoots = (zone: string) =>
    !zone.includes(".") && asked === zone && (type === TYPE.DNSKEY || type === TYPE.NSEC);
  const zones = answersSpecialNames ? SPECIAL : [];
  const special = zones.find((zone) => isInternet && isIn(asked, { name: zone, isExact: false }) && !isRoots(zone));
  const words = [
    // 7: a rewrite asks for another name; it leads to that name, and no further.
    ...policy.rewrites.map((rewrite) => {
      const applies = isInternet && type !== TYPE.DS && name !== rewrite.to;
      const says = `[[rewrite]] to ${rewrite.to}, line ${rewrite.place.line}`;
      return { ...rewrite, applies, types: null, order: REWRITE, says };
    }),
    // 6: who is asked.
    ...policy.routes.map((route) => {
      return { ...route, applies: true, order: 1, says: `[[route]] to ${route.to}, line ${route.place.line}` };
    }),
    // 7, 2: as the words of the configuration, but that lists come before them.
    ...ownRules(policy, question),
  ].flatMap((word) => {
    return domainsOf(word, policy).filter((domain) => isIn(asked, domain)).map((domain) => ({ ...word, domain }));
  }).filter(({ applies, types, clients, domain }) => {
    return applies && (types?.includes(type) ?? true) && (clients?.includes(client) ?? true) &&
      (special === undefined || lengthOf(domain.name) >= lengthOf(special));
  });
  const [first] = words.toSorted((a, b) => {
    return a.order - b.order || lengthOf(b.domain.name) - lengthOf(a.domain.name) ||
      Number(b.domain.isExact) - Number(a.domain.isExact) ||
      Number(a.clients === null) - Number(b.clients === null) || Number(a.types === null) - Number(b.types === null);
  });
  // 7: a rewrite is not blocked. 4, 8: what else is. Who is asked has nothing to do with it.
  const block = first?.says.startsWith("[[rewrite]]") ? null : blockLawSays(policy, question, listed);
  if (block?.startsWith("blocked")) return block;
  // 6: domains that routes name, then lists, then all names; the parent's domain is in none that is known of.
  const isOfDomain = first !== undefined && (first.order === REWRITE || first.domain.name !== ".");
  const [ofList] = isOfDomain || !isInternet || type === TYPE.DS ? [] : listRoutes(policy, question, listed);
  if (ofList !== undefined) return `[[route]] to ${ofList.to}, line ${ofList.place.line}`;
  if (first !== undefined) return first.says;
  if (special !== undefined) return `special-use name ${special}`;
  // 6: no route: the group's upstream, else the default.
  return group?.upstream === null || group === undefined ? "no route" : `[clients.${client}] upstream`;
}
