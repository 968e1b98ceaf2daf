import { parseCidr } from "../../base/net/cidr.ts";
import { atOnce } from "../../base/time/in_steps.ts";
import type { Config } from "../../config/config.ts";
import type { Policy } from "../../config/policy.ts";
import type { QuestionHash } from "../../names/question_hash.ts";
import type { Services } from "../../observe/services.ts";
import type { Reason } from "../../resolver/decision.ts";
import { AddressHints, dropsAddresses } from "../../resolver/route/address_hints.ts";
import { NO_DIRECTORY } from "../../resolver/route/client_directory.ts";
import { type ClientGroup, ClientGroups, type GroupMarks } from "../../resolver/route/client_groups.ts";
import { Decide } from "../../resolver/route/decide.ts";
import { KnownNames } from "../../resolver/route/known_names.ts";
import { DroppedType } from "../../resolver/route/dropped_type.ts";
import { RuleTable } from "../../resolver/route/rule_table.ts";
import type { Ruling } from "../../resolver/route/ruling.ts";
import { type Decider, LocalNames } from "../../resolver/local/local_names.ts";
import type { IsKnown } from "../../resolver/local/special_answer.ts";
import { NO_VERDICTS } from "../../resolver/route/verdicts.ts";
import type { Resolver } from "../../resolver/resolver.ts";
import type { Filter } from "../../resolver/blocking/filter.ts";
import type { Destination, Destinations } from "./destinations.ts";
import { dns64Rules } from "./dns64.ts";
import { DEFAULT_CLIENTS, groupNames } from "./group_names.ts";
import { filterOf } from "./filter.ts";
import { ListsNow } from "../lists_now.ts";
import type { Local } from "./local.ts";
import { listRouteRules, NOBODY_ASKED, rewriteRules, routeRules, specialRules } from "./rules.ts";
import { safeSearchRules } from "./safe_search.ts";

/** What deciding is made from. */
export interface PolicyOptions {
  /** Settings. */
  readonly config: Pick<Config, "answersSpecialNames">;
  /** What is said beyond them. */
  readonly policy: Policy;
  /** Who may be asked. */
  readonly destinations: Destinations;
  /** Makes the keys of names. */
  readonly hash: QuestionHash;
  /** What is known here; nothing where it is left out. */
  readonly local?: Local;
  /** The time of day. */
  readonly wallClock: Services["wallClock"];
  /** The usual way. */
  readonly next: Resolver;
  /** The same for what nobody is kept from: what the program itself asks. As for clients where it is left out. */
  readonly unfiltered?: Resolver;
  /** Answers where nobody is asked. */
  readonly madeUp: Resolver;
  /** What lists say now; nothing where it is left out. */
  readonly listsNow?: ListsNow;
  /** Where another name is asked for as if a client had; what is decided here, unless it is said. */
  readonly again?: Resolver;
}

/** What decides about queries. */
export interface Deciding {
  /** Where they come in. */
  readonly decide: Decide;
  /** What blocks names; `null` where nothing does. It is to be told of what changes. */
  readonly filter: Filter | null;
  /** Where the program's own questions come in. */
  readonly own: OwnQuestions;
}

/** Who answers what the program itself asks. */
export interface OwnQuestions {
  /** By what is known here, and by what is said of names: who is asked follows from that. */
  readonly decided: Resolver;
  /** By what is known here; else the upstreams of the query's view are asked. */
  readonly ofView: Resolver;
}

/** Makes of what a configuration says what decides about queries; in steps. */
export function* decideInSteps(options: PolicyOptions): Generator<void, Deciding> {
  const { config, policy, destinations, hash, local, wallClock, next } = options;
  const isKnown: IsKnown = (query, name) => {
    return local !== undefined && local.data.isKnown(name, decide.groupOf(query.client), wallClock.epochSeconds());
  };
  const again: Resolver = options.again ?? { resolve: (query) => decide.resolve(query) };
  const filter = filterOf({
    ...options,
    listsNow: options.listsNow ?? new ListsNow(),
    groupNames: groupNames(policy),
    again,
  });
  const groups = clientGroups(options, filter);
  const numbers = new Map(groups.map(([{ name }], i) => [name, i]));
  const rules = [
    ...yield* inChunks(policy.routes, (routes) => routeRules(routes, destinations, numbers)),
    ...yield* inChunks(policy.routes, (routes) => listRouteRules({ ...policy, routes }, destinations, numbers)),
    ...rewriteRules(policy.rewrites, policy.local.ttlSeconds, again, numbers),
    ...safeSearchRules(policy, again, numbers),
    ...dns64Rules(policy, again),
    ...(config.answersSpecialNames && destinations.groups.length > 0 ? specialRules(again, isKnown) : []),
  ];
  const table = yield* RuleTable.inSteps(hash, rules, groups.length);
  const names = new KnownNames({ hash, rules: table, local: local?.data ?? null, lists: filter });
  const asking = new ClientGroups({
    groups,
    directory: local?.directory ?? NO_DIRECTORY,
    hasRulesForAll: !table.saysNothingOfAll,
  });
  const deciderOf = (next: Resolver): Decide => {
    const decide: Decide = new Decide({
      groups: asking,
      names,
      rules: table,
      local: { resolve: (query) => localNames.resolve(query) },
      next,
    });
    const localNames = local === undefined ? next : new LocalNames({ ...local, decide, wallClock });
    return decide;
  };
  const dropsHints = groups.some(([{ dropTypes }]) => dropsAddresses(dropTypes));
  const decide = deciderOf(dropsHints ? new AddressHints(next, asking) : next);
  const { unfiltered = next } = options;
  const decided = deciderOf(unfiltered);
  if (local !== undefined) local.data.onChange = () => names.forget();
  if (filter !== null) {
    filter.onChange(() => names.forget());
    filter.onJudged(() => asking.forgetUsual());
  }
  return { decide, filter, own: { decided, ofView: local === undefined ? unfiltered : knownElse(unfiltered) } };

  function knownElse(other: Resolver): LocalNames {
    const known: Decider = {
      resolveUnknown: (query) => other.resolve(query),
      groupOf: (client) => decided.groupOf(client),
      subjectOf: (query) => decided.subjectOf(query),
    };
    return new LocalNames({ ...local!, decide: known, wallClock });
  }
}

/** The same, at once. */
export function decide(options: PolicyOptions): Deciding {
  return atOnce(decideInSteps(options));
}

function* inChunks<T, R>(all: readonly T[], make: (some: readonly T[]) => R[]): Generator<void, R[]> {
  const made: R[][] = [];
  for (let at = 0; at < all.length; at += THINGS_OF_A_STEP) {
    made.push(make(all.slice(at, at + THINGS_OF_A_STEP)));
    yield;
  }
  return made.flat();
}

function clientGroups(
  { policy, destinations, madeUp }: PolicyOptions,
  filter: Filter | null,
): [ClientGroup, GroupMarks][] {
  const noRecords = new DroppedType(policy.local);
  return groupNames(policy).map((name) => policy.clientGroups.find((group) => group.name === name)).map(
    (config, number) => {
      const { name, upstream, dropTypes, place, addresses, macs, ids, names, listeners } = config ?? NOBODY;
      const reason: Reason = upstream === null ? UNSAID : { sentence: 6, what: `[clients.${name}] upstream`, place };
      const destination = upstream === null ? destinations.default : destinations.named(upstream);
      const group = {
        number,
        name,
        otherwise: destination === null ? elsewhere(reason, madeUp) : forwarded(reason, destination),
        verdicts: filter === null ? NO_VERDICTS : filter.verdictsFor(number),
        dropTypes: dropTypes.length === 0 ? null : dropTypes,
        dropped: elsewhere({ sentence: 1, what: `[clients.${name}] drop-types`, place }, noRecords),
      };
      return [group, { addresses: addresses.map(parseCidr), macs, ids, names, listeners }];
    },
  );
}

function forwarded(reason: Reason, { upstreams, view }: Destination): Ruling {
  return { reason, answeredBy: null, upstreams, view, allowsPrivateAnswers: false, subject: "all", beatsLists: false };
}

function elsewhere(reason: Reason, answeredBy: Resolver): Ruling {
  return { ...NOBODY_ASKED, reason, answeredBy };
}

/** So many are looked at without a pause: a millisecond. */
const THINGS_OF_A_STEP = 500;
const UNSAID: Reason = { sentence: 6, what: "no route", place: null };
/** What is said of a group that nothing is said of. */
const NOBODY = {
  name: DEFAULT_CLIENTS,
  upstream: null,
  dropTypes: [],
  addresses: [],
  macs: [],
  ids: [],
  names: [],
  listeners: [],
  place: null,
} as const;
