import type { Policy } from "../../config/policy.ts";
import { MODERATE, SAFE_SEARCH } from "../../resolver/filter/safe_search.ts";
import type { Resolver } from "../../resolver/resolver.ts";
import { Rewrite } from "../../resolver/route/rewrite.ts";
import { RULE, type Rule } from "../../resolver/route/rule.ts";
import { TYPE } from "../../wire/iana.ts";
import { nameFromText } from "../../wire/name.ts";
import { type GroupNumbers, NOBODY_ASKED } from "./rules.ts";

/**
 * What leads a browser to a server: addresses, and services, which would bring it to the usual one by their address hints, or
 * encrypt its name. Mail for such a domain goes where it did.
 */
const TYPES = [TYPE.A, TYPE.AAAA, TYPE.HTTPS, TYPE.SVCB];

/** Leads client groups that are to get safe results to the names under which search engines give them. */
export function safeSearchRules(
  { clientGroups, local: { ttlSeconds } }: Policy,
  again: Resolver,
  numbers: GroupNumbers,
): Rule[] {
  return clientGroups.flatMap(({ name: group, safeSearch, place }) => {
    const reason = { sentence: 7, what: `[clients.${group}] safe-search`, place };
    // Who asks for both gets the stricter one.
    const engines = safeSearch.filter((engine) => engine !== MODERATE || !safeSearch.includes("youtube"));
    return engines.flatMap((engine) => {
      const { target, names } = SAFE_SEARCH.get(engine)!;
      const answeredBy = new Rewrite({ to: nameFromText(target), isFlat: false, ttlSeconds, again });
      return names.map((name): Rule => ({
        kind: RULE.rewrite,
        domain: nameFromText(name),
        isExact: true,
        clients: [numbers.get(group)!],
        types: TYPES,
        exceptName: null,
        exceptTypes: [],
        ruling: { ...NOBODY_ASKED, reason, answeredBy, subject: "domain" },
      }));
    });
  });
}
