import type { DomainPattern, RouteConfig } from "../../config/policy.ts";
import { answerSpecially, isTopLevel, PARENTS_TYPES } from "../../resolver/local/special_answer.ts";
import { SPECIAL_ZONES } from "../../resolver/local/special_zones.ts";
import type { Resolver } from "../../resolver/resolver.ts";
import { RULE, type Rule } from "../../resolver/route/rule.ts";
import { type Name, nameFromText, nameToText, ROOT } from "../../wire/name.ts";
import type { Destinations } from "./destinations.ts";

/** Numbers of client groups, by name. */
export type GroupNumbers = ReadonlyMap<string, number>;

/** What routes say. */
export function routeRules(routes: readonly RouteConfig[], destinations: Destinations, numbers: GroupNumbers): Rule[] {
  return routes.flatMap(({ domains, types, clients, to, place }) => {
    const { upstreams, view } = destinations.named(to);
    const reason = { sentence: 6, what: `[[route]] to ${to}`, place };
    return (domains.length === 0 ? [EVERYWHERE] : domains.map(domainOf)).map((domain) => {
      return {
        ...domain,
        kind: RULE.route,
        clients: numbersOf(clients, numbers),
        types,
        exceptTypes: [],
        isInternetOnly: false,
        ruling: { reason, answeredBy: null, upstreams, view, isOfDomain: domain.domain.length > 1 },
      };
    });
  });
}

/** What holds for names with a meaning of their own; what only others can prove, `again` is asked for. */
export function specialRules(again: Resolver): Rule[] {
  return SPECIAL_ZONES.map((zone) => {
    const reason = { sentence: 2, what: `special-use name ${nameToText(zone.name)}, ${zone.rfc}`, place: null };
    const answeredBy: Resolver = { resolve: (query) => answerSpecially(query, zone, again) };
    return {
      kind: RULE.given,
      domain: zone.name,
      isExact: false,
      clients: null,
      types: null,
      exceptTypes: isTopLevel(zone.name) ? PARENTS_TYPES : [],
      isInternetOnly: true,
      ruling: { reason, answeredBy, upstreams: null, view: 0 },
    };
  });
}

const EVERYWHERE = { domain: ROOT, isExact: false };

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
