import { parseCidr } from "../../base/net/cidr.ts";
import type { Config } from "../../config/config.ts";
import type { Policy } from "../../config/policy.ts";
import type { Reason } from "../../resolver/decision.ts";
import { type ClientGroup, ClientGroups, type GroupMarks } from "../../resolver/route/client_groups.ts";
import { Decide } from "../../resolver/route/decide.ts";
import { RuleTable } from "../../resolver/route/rule_table.ts";
import type { Ruling } from "../../resolver/route/ruling.ts";
import type { Resolver } from "../../resolver/resolver.ts";
import type { Resources } from "../resources.ts";
import type { Destination, Destinations } from "./destinations.ts";
import type { Local } from "./local.ts";
import { routeRules, specialRules } from "./rules.ts";

/** What deciding is made from. */
export interface PolicyOptions {
  /** Settings. */
  readonly config: Config;
  /** What is said beyond them. */
  readonly policy: Policy;
  /** Who may be asked. */
  readonly destinations: Destinations;
  /** What outlives it. */
  readonly resources: Resources;
  /** The usual way. */
  readonly next: Resolver;
  /** Answers where nobody is asked. */
  readonly madeUp: Resolver;
  /** What is known here. */
  readonly local: Local;
}

/** Makes of what a configuration says what decides about queries. */
export function decide(options: PolicyOptions): Decide {
  const { config, policy, destinations, resources, next, local } = options;
  const again: Resolver = { resolve: (query) => decide.resolve(query) };
  const groups = clientGroups(options);
  const numbers = new Map(groups.map(([{ name }], i) => [name, i]));
  const rules = [
    ...routeRules(policy.routes, destinations, numbers),
    ...(config.answersSpecialNames && destinations.groups.length > 0 ? specialRules(again) : []),
  ];
  const decide = new Decide({
    next,
    groups: new ClientGroups({ groups, directory: local.directory }),
    rules: new RuleTable(resources.hash, rules, groups.length),
  });
  return decide;
}

/** The names of the groups of clients by their numbers, the default first: it is there whether something is said of it or not. */
export function groupNames({ clientGroups }: Policy): string[] {
  return [DEFAULT, ...clientGroups.map(({ name }) => name).filter((name) => name !== DEFAULT)];
}

function clientGroups({ policy, destinations, madeUp }: PolicyOptions): [ClientGroup, GroupMarks][] {
  return groupNames(policy).map((name) => policy.clientGroups.find((group) => group.name === name)).map((config) => {
    const { name, upstream, dropTypes, place, addresses, macs, names, listeners } = config ?? NOBODY;
    const reason: Reason = upstream === null ? UNSAID : { sentence: 6, what: `[clients.${name}] upstream`, place };
    const destination = upstream === null ? destinations.default : destinations.named(upstream);
    const group = {
      name,
      otherwise: destination === null ? elsewhere(reason, madeUp) : forwarded(reason, destination),
      dropTypes: dropTypes.length === 0 ? null : dropTypes,
      dropped: elsewhere({ sentence: 1, what: `[clients.${name}] drop-types`, place }, madeUp),
    };
    return [group, { addresses: addresses.map(parseCidr), macs, names, listeners }];
  });
}

function forwarded(reason: Reason, { upstreams, view }: Destination): Ruling {
  return { reason, answeredBy: null, upstreams, view };
}

function elsewhere(reason: Reason, answeredBy: Resolver): Ruling {
  return { reason, answeredBy, upstreams: null, view: 0 };
}

const DEFAULT = "default";
const UNSAID: Reason = { sentence: 6, what: "no route", place: null };
/** What is said of a group that nothing is said of. */
const NOBODY = {
  name: DEFAULT,
  upstream: null,
  dropTypes: [],
  addresses: [],
  macs: [],
  names: [],
  listeners: [],
  place: null,
} as const;
