import type { Policy, RouteConfig } from "../../config/policy.ts";
import type { BlockRule, ListConfig } from "../../config/lists.ts";
import type { QuestionHash } from "../../names/question_hash.ts";
import { Filter, type FilterGroup, type FilterRule } from "../../resolver/blocking/filter.ts";
import { type OwnName, OwnWords } from "../../resolver/blocking/own_words.ts";
import type { Resolver } from "../../resolver/resolver.ts";
import { PatternSet } from "../../lists/patterns/pattern_set.ts";
import type { ListsNow } from "../lists_now.ts";
import type { ListRoute } from "../../resolver/blocking/list_routes.ts";
import type { Destinations } from "./destinations.ts";
import { listWords } from "./list_words.ts";
import { routeRuling } from "./rules.ts";

/** What a filter is made from. */
export interface FilterPolicyOptions {
  /** What is said of names. */
  readonly policy: Policy;
  /** Names of the client groups in the order of their numbers. */
  readonly groupNames: readonly string[];
  /** What lists say, and which rules count, as long as the filter is followed up. */
  readonly listsNow: ListsNow;
  /** Who may be asked. */
  readonly destinations: Destinations;
  /** Makes the keys of names. */
  readonly hash: QuestionHash;
  /** Answers for another name as if a client had asked for it. */
  readonly again: Resolver;
}

/** Makes of what a configuration says what blocks names; `null` where nobody blocks any. */
export function filterOf(
  { policy, groupNames, listsNow, destinations, hash, again }: FilterPolicyOptions,
): Filter | null {
  const { lists, clientGroups, block } = policy;
  const routes = policy.routes.filter(({ list }) => lists.some((one) => one.name === list && hasMoreThanNames(one)));
  if (routes.length === 0 && clientGroups.every((group) => group.block.length === 0)) return null;
  const places = new Map(lists.map(({ name }, place) => [name, place]));
  const ruleOf = ({ lists, schedule, except }: BlockRule): FilterRule => {
    const placesOf = (names: readonly string[]) => names.map((name) => places.get(name)!);
    return { lists: lists === "*" ? null : placesOf(lists), schedule, except: placesOf(except) };
  };
  const groups = groupNames.map((name): FilterGroup => {
    const group = clientGroups.find((one) => one.name === name);
    const all = group?.block.find((rule) => rule.lists === "*");
    return {
      name,
      blocks: group?.block.map(ruleOf) ?? [],
      allows: group?.allow.map(ruleOf) ?? [],
      block: { ...block, answer: group?.answer ?? block.answer },
      routes: routes.filter(({ clients }) => clients?.includes(name) ?? true).toSorted(byNarrowness).map((route) => {
        return listRoute(route, places, destinations);
      }),
      allNames: { what: `[clients.${name}] block "*"`, place: all?.place ?? null },
    };
  });
  const { reader, inForce } = listsNow;
  const filterLists = lists.map((list) => ({ ...list, hasAnswer: list.answer !== null }));
  return new Filter({ lists: filterLists, own: ownWordsOf(policy, hash), groups, inForce, reader, again });
}

/** Names are rules of their own, see `routeRules`. */
function hasMoreThanNames(list: ListConfig): boolean {
  return list.sources.length > 0 || listWords(list).patterns.length > 0;
}

/** Sentence 6 of the law: those for some clients, then those for some types. */
function byNarrowness(a: RouteConfig, b: RouteConfig): number {
  const width = ({ clients, types }: RouteConfig) => 2 * Number(clients === null) + Number(types === null);
  return width(a) - width(b);
}

function listRoute(route: RouteConfig, places: ReadonlyMap<string, number>, destinations: Destinations): ListRoute {
  return {
    list: places.get(route.list!)!,
    types: route.types,
    // As if its domain stood there.
    ruling: routeRuling(route, destinations, "domain"),
  };
}

/** Names that stand in the configuration itself. */
function ownWordsOf({ lists }: Policy, hash: QuestionHash): OwnWords {
  const words = lists.map(listWords);
  const names = words.flatMap(({ names }, list) => names.map((name): OwnName => ({ list, ...name })));
  const patterns = words.flatMap(({ patterns }, list) => patterns.map((pattern) => ({ list, pattern })));
  return new OwnWords({
    hash,
    names,
    expressions: patterns.length === 0 ? null : new PatternSet(patterns.map(({ pattern }) => pattern)),
    expressionLists: patterns.map(({ list }) => list),
  });
}
