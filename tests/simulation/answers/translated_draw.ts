import { type BlockRule, DEFAULT_DNS64 } from "../../../lib/config/lists.ts";
import type { ClientGroupConfig, Policy } from "../../../lib/config/policy.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { DEFAULT_GROUP, type ListPlan } from "../lists/list_draw.ts";

/** Some of the names in it have IPv4 addresses alone. */
export const DOMAIN = "four.example.org";
/** Where most IPv4 addresses are that upstreams tell of. */
const NETWORK = "198.18.0.0/15";
/** What has the domain in its own words, and what has the network. */
const ALLOWED = "needed";
const BLOCKED = "video";

/** Lists of which one has the addresses that others are made of. */
export function withNetwork(lists: ListPlan): ListPlan {
  const line = { list: BLOCKED, name: NETWORK, covers: "both" } as const;
  return { ...lists, sets: lists.sets.map((set) => ({ ...set, lines: [...set.lines, line] })) };
}

/** The policy with groups that get IPv6 addresses made, of IPv4 addresses that are blocked where nothing allows the name. */
export function withTranslated(policy: Policy, random: SeededRandom): Policy {
  const groups = policy.clientGroups.length > 0 ? policy.clientGroups : [DEFAULT_GROUP];
  const hasLists = policy.lists.length > 0;
  return {
    ...policy,
    dns64: policy.dns64 ?? { ...DEFAULT_DNS64, clients: null },
    block: { ...policy.block, checksAnswers: true },
    lists: policy.lists.map((list) => {
      return list.name === ALLOWED ? { ...list, names: [...list.names, DOMAIN], types: null } : list;
    }),
    clientGroups: groups.map((group): ClientGroupConfig => {
      const dns64 = random.chance(0.8) || group.dns64;
      if (!hasLists || random.chance(0.3)) return { ...group, dns64 };
      const others = group.block.map((rule) => {
        return rule.lists === "*" ? rule : { ...rule, lists: rule.lists.filter((list) => list !== ALLOWED) };
      }).filter(({ lists }) => lists.length > 0);
      return { ...group, dns64, block: [...others, ruleOf(BLOCKED)], allow: [...group.allow, ruleOf(ALLOWED)] };
    }),
  };
}

function ruleOf(list: string): BlockRule {
  return { lists: [list], schedule: null, except: [], place: DEFAULT_GROUP.place };
}
