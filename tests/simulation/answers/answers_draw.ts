import type { ClientGroupConfig, Policy } from "../../../lib/config/policy.ts";
import { SAFE_NAMES } from "../../app/policy/law.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { DEFAULT_GROUP } from "../lists/list_draw.ts";
import { NAMES } from "../words_draw.ts";

/** Prefixes of translators. */
const PREFIXES = ["64:ff9b::/96", "2001:db8:64::/96", "2001:db8:6464::/48"];
/** Addresses that are made of others with one of these, or might be. */
export const MADE_OF: readonly (readonly [made: string, of: string])[] = [
  ["64:ff9b::c612:101", "198.18.1.1"],
  ["64:ff9b::a00:1", "10.0.0.1"],
  ["2001:db8:64::c000:207", "192.0.2.7"],
  ["2001:db8:6464:c633:64:6500::", "198.51.100.101"],
  ["2001:db8:6464:c633:64:6500:1:0", "198.51.100.101"],
];
const ENGINES = [...new Set(SAFE_NAMES.map(({ engine }) => engine))];
const PRIVATE_NAMES = [...NAMES, "com", "org", "com", "org", "target.example.org"];

/** The policy with more of what may be in answers, or may not. */
export function withAnswers(policy: Policy, random: SeededRandom): Policy {
  const hasDefault = policy.clientGroups.some(({ name }) => name === "default");
  const groups = hasDefault || random.chance(0.3) ? policy.clientGroups : [...policy.clientGroups, DEFAULT_GROUP];
  const hasDns64 = random.chance(0.5);
  const names = groups.map(({ name }) => name);
  return {
    ...policy,
    clientGroups: groups.map((group): ClientGroupConfig => ({
      ...group,
      safeSearch: random.chance(0.5) ? random.shuffled(ENGINES).slice(0, random.between(1, ENGINES.length)) : [],
      rebindingProtection: random.pick([null, null, true, false]),
      dns64: random.pick([null, null, true, false]),
    })),
    routes: policy.routes.map((route) => ({ ...route, allowsPrivateAnswers: random.chance(0.5) })),
    answers: {
      rebindingProtection: random.chance(0.5),
      privateNames: random.chance(0.7)
        ? random.shuffled(PRIVATE_NAMES).slice(0, random.between(1, 3)).map((name) => ({
          name,
          isExact: random.chance(0.3),
        }))
        : [],
      dropTypes: [],
      isFlat: random.chance(0.3),
    },
    dns64: !hasDns64 ? null : {
      prefix: random.pick(PREFIXES),
      exclude: random.pick([["::ffff:0:0/96"], ["::ffff:0:0/96", "2001:db8::/33"], []]),
      clients: names.length > 0 && random.chance(0.7) ? random.shuffled(names).slice(0, random.between(1, 2)) : null,
    },
  };
}
