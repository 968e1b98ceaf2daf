import type { DomainPattern } from "../../config/domain_pattern.ts";
import type { Policy, RewriteConfig, RouteConfig } from "../../config/policy.ts";
import { answerSpecially, type IsKnown, isTopLevel, PARENTS_TYPES } from "../../resolver/local/special_answer.ts";
import { SPECIAL_ZONES } from "../../resolver/local/special_zones.ts";
import type { Resolver } from "../../resolver/resolver.ts";
import { Rewrite } from "../../resolver/route/rewrite.ts";
import { RULE, type Rule } from "../../resolver/route/rule.ts";
import type { Ruling, Subject } from "../../resolver/route/ruling.ts";
import { type Name, nameFromText, nameToText, ROOT } from "../../wire/name.ts";
import { listWords } from "./list_words.ts";
import type { Destinations } from "./destinations.ts";

/** Numbers of client groups, by name. */
export type GroupNumbers = ReadonlyMap<string, number>;

/** What routes say of the domains that they name. */
export function routeRules(routes: readonly RouteConfig[], destinations: Destinations, numbers: GroupNumbers): Rule[] {
  return routes.flatMap((route) => {
    const isForAll = route.domains.length === 0 && route.list === null;
    return rulesOf(route, isForAll ? [EVERYWHERE] : route.domains.map(domainOf), destinations, numbers);
  });
}

/**
 * What routes say of the names that their lists have in the configuration. At the same domain what stands in a route itself counts
 * first: these come behind all of those.
 */
export function listRouteRules(
  { routes, lists }: Pick<Policy, "routes" | "lists">,
  destinations: Destinations,
  numbers: GroupNumbers,
): Rule[] {
  return routes.flatMap((route) => {
    const list = lists.find(({ name }) => name === route.list);
    const names = list === undefined ? [] : listWords(list).names;
    const domains = names.map(({ name, isExact }) => ({ domain: name, isExact }));
    return rulesOf(route, domains, destinations, numbers);
  });
}

function rulesOf(
  route: RouteConfig,
  domains: readonly Pick<Rule, "domain" | "isExact">[],
  destinations: Destinations,
  numbers: GroupNumbers,
): Rule[] {
  return domains.map((domain) => ({
    ...FOR_ALL,
    ...domain,
    kind: RULE.route,
    clients: numbersOf(route.clients, numbers),
    types: route.types,
    ruling: routeRuling(route, destinations, subjectOf(domain.domain)),
  }));
}

/** What a route says. */
export function routeRuling(
  { to, allowsPrivateAnswers, place }: RouteConfig,
  destinations: Destinations,
  subject: Subject,
): Ruling {
  const { upstreams, view } = destinations.named(to);
  const reason = { sentence: 6, what: `[[route]] to ${to}`, place };
  return { reason, answeredBy: null, upstreams, view, allowsPrivateAnswers, subject, beatsLists: false };
}

/** What rewrites say; for the other name, `again` is asked. */
export function rewriteRules(
  rewrites: readonly RewriteConfig[],
  ttlSeconds: number,
  again: Resolver,
  numbers: GroupNumbers,
): Rule[] {
  return rewrites.flatMap(({ domains, to: text, isFlat, clients, place }) => {
    const to = nameFromText(text);
    const reason = { sentence: 7, what: `[[rewrite]] to ${text}`, place };
    const answeredBy = new Rewrite({ to, isFlat, ttlSeconds, again });
    return domains.map(domainOf).map((domain) => ({
      ...FOR_ALL,
      ...domain,
      kind: RULE.rewrite,
      // What leads to a name below its own domain leads there, and no further.
      exceptName: to,
      clients: numbersOf(clients, numbers),
      ruling: { ...NOBODY_ASKED, reason, answeredBy, subject: subjectOf(domain.domain), beatsLists: true },
    }));
  });
}

/** What holds for names with a meaning of their own; what only others can prove, `again` is asked for. */
export function specialRules(again: Resolver, isKnown: IsKnown): Rule[] {
  return SPECIAL_ZONES.map((zone): Rule => {
    const reason = { sentence: 2, what: `special-use name ${nameToText(zone.name)}, ${zone.rfc}`, place: null };
    const answeredBy: Resolver = { resolve: (query) => answerSpecially(query, zone, again, isKnown) };
    return {
      ...FOR_ALL,
      kind: RULE.given,
      domain: zone.name,
      isExact: false,
      exceptTypes: isTopLevel(zone.name) ? PARENTS_TYPES : [],
      ruling: { ...NOBODY_ASKED, reason, answeredBy, subject: "special" },
    };
  });
}

function domainOf({ name, isExact }: DomainPattern): { domain: Name; isExact: boolean } {
  return { domain: nameFromText(name), isExact };
}

function numbersOf(names: readonly string[] | null, numbers: GroupNumbers): readonly number[] | null {
  return names?.map((name) => {
    const number = numbers.get(name);
    if (number === undefined) throw new Error(`There is no client group "${name}"`);
    return number;
  }) ?? null;
}

function subjectOf(domain: Name): Subject {
  return domain.length > ROOT.length ? "domain" : "all";
}

const EVERYWHERE = { domain: ROOT, isExact: false };
const FOR_ALL = { clients: null, types: null, exceptName: null, exceptTypes: [] };
/** What a ruling says where no upstream is asked. */
export const NOBODY_ASKED = {
  upstreams: null,
  view: 0,
  allowsPrivateAnswers: true,
  subject: "all",
  beatsLists: false,
} as const;
