import type { Policy } from "../../config/policy.ts";
import type { BlockRule } from "../../config/lists.ts";
import type { QuestionHash } from "../../names/question_hash.ts";
import { Filter, type FilterGroup, type FilterRule } from "../../resolver/blocking/filter.ts";
import { type OwnName, OwnWords } from "../../resolver/blocking/own_words.ts";
import type { Resolver } from "../../resolver/resolver.ts";
import { readOwnName } from "../../lists/formats/own_names.ts";
import { COVERS } from "../../lists/list_rule.ts";
import { PatternSet } from "../../lists/patterns/pattern_set.ts";
import type { ListsNow } from "../lists_now.ts";

/** What a filter is made from. */
export interface FilterPolicyOptions {
  /** What is said of names. */
  readonly policy: Policy;
  /** Names of the client groups in the order of their numbers. */
  readonly groupNames: readonly string[];
  /** What lists say, and which rules count, as long as the filter is followed up. */
  readonly listsNow: ListsNow;
  /** Makes the keys of names. */
  readonly hash: QuestionHash;
  /** Answers for another name as if a client had asked for it. */
  readonly again: Resolver;
}

/** Makes of what a configuration says what blocks names; `null` where nobody blocks any. */
export function filterOf({ policy, groupNames, listsNow, hash, again }: FilterPolicyOptions): Filter | null {
  const { lists, clientGroups, block } = policy;
  if (clientGroups.every((group) => group.block.length === 0)) return null;
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
      allNames: { what: `[clients.${name}] block "*"`, place: all?.place ?? null },
    };
  });
  const { reader, inForce } = listsNow;
  const filterLists = lists.map((list) => ({ ...list, hasAnswer: list.answer !== null }));
  return new Filter({ lists: filterLists, own: ownWordsOf(policy, hash), groups, inForce, reader, again });
}

/** Names that stand in the configuration itself. */
function ownWordsOf({ lists }: Policy, hash: QuestionHash): OwnWords {
  const words = lists.flatMap(({ names, coversBelow }, list) => {
    return names.map((text) => ({ list, said: readOwnName(text, coversBelow) }));
  });
  const names = words.flatMap(({ list, said }): OwnName[] => {
    return "name" in said ? [{ list, name: said.name, isExact: said.covers === COVERS.self }] : [];
  });
  const patterns = words.flatMap(({ list, said }) => "pattern" in said ? [{ list, pattern: said.pattern }] : []);
  return new OwnWords({
    hash,
    names,
    expressions: patterns.length === 0 ? null : new PatternSet(patterns.map(({ pattern }) => pattern)),
    expressionLists: patterns.map(({ list }) => list),
  });
}
