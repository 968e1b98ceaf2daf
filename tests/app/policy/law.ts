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
export function lawSays(policy: Policy, question: Asked, listed: Listed = NOTHING_LISTED): string {
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
  const special = SPECIAL.find((zone) => isInternet && isIn(asked, { name: zone, isExact: false }) && !isRoots(zone));
  const words = [
    // 7: a rewrite asks for another name; it leads to that name, and no further.
    ...policy.rewrites.map((rewrite) => {
      const applies = isInternet && type !== TYPE.DS && name !== rewrite.to;
      return { ...rewrite, applies, types: null, order: REWRITE, says: `[[rewrite]] to ${rewrite.to}` };
    }),
    // 6: who is asked.
    ...policy.routes.map((route) => ({ ...route, applies: true, order: 1, says: `[[route]] to ${route.to}` })),
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
  const block = first?.order === REWRITE ? null : blockLawSays(policy, question, listed);
  if (block?.startsWith("blocked")) return block;
  // 6: domains that routes name, then lists, then all names; the parent's domain is in none that is known of.
  const isOfDomain = first !== undefined && (first.order === REWRITE || first.domain.name !== ".");
  const [ofList] = isOfDomain || !isInternet || type === TYPE.DS ? [] : listRoutes(policy, question, listed);
  if (ofList !== undefined) return `[[route]] to ${ofList.to}, line ${ofList.place.line}`;
  if (first !== undefined) return `${first.says}, line ${first.place.line}`;
  if (special !== undefined) return `special-use name ${special}`;
  // 6: no route: the group's upstream, else the default.
  return group?.upstream === null || group === undefined ? "no route" : `[clients.${client}] upstream`;
}
