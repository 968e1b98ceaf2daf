import type { Policy } from "../../config/policy.ts";
import type { QuestionHash } from "../../names/question_hash.ts";
import { SuffixMap } from "../../names/suffix_map.ts";
import { AnswerInspector } from "../../resolver/filter/answer_inspector.ts";
import { JudgeAnswers } from "../../resolver/filter/judge_answers.ts";
import type { InspectionNumbers } from "../../resolver/inspections.ts";
import type { Filter } from "../../resolver/blocking/filter.ts";
import type { Query } from "../../resolver/query.ts";
import type { Resolver } from "../../resolver/resolver.ts";
import { HEADER_OCTETS } from "../../wire/header.ts";
import { CLASS } from "../../wire/iana.ts";
import { keyOfName, nameFromText } from "../../wire/name.ts";
import { groupNames } from "./group_names.ts";

/** What looks through answers for a policy; `null` where nobody is to be kept from anything. */
export function inspectorFor(policy: Policy | null, inspections: InspectionNumbers): AnswerInspector | null {
  if (policy === null) return null;
  const findsPrivateAddresses = protectedGroups(policy).includes(true);
  if (!findsPrivateAddresses && !checksAnswers(policy)) return null;
  return new AnswerInspector({ inspections, findsPrivateAddresses, lists: null });
}

/** Lets answers be looked through for what lists say, now and whenever that changes. */
export function inspectLists(policy: Policy, inspector: AnswerInspector, filter: Filter): void {
  if (!checksAnswers(policy)) return;
  inspector.use(filter.answerSayings);
  filter.onChange(() => inspector.use(filter.answerSayings));
}

/** Whether anybody is kept from what answers lead to. */
function checksAnswers({ block, clientGroups }: Policy): boolean {
  return block.checksAnswers && clientGroups.some((group) => group.block.length > 0);
}

/** What answers are judged with. */
export interface JudgedAnswersOptions {
  /** What is said of clients and names. */
  readonly policy: Policy;
  /** Makes the keys of names. */
  readonly hash: QuestionHash;
  /** The number of the group that the client of a query is in. */
  readonly groupOf: (query: Query) => number;
  /** What blocks names; `null` where nothing does. */
  readonly filter: () => Filter | null;
  /** Brings answers, with what has been found in them. */
  readonly next: Resolver;
}

/** Keeps each client from what the policy says of its group. */
export function judgedAnswers({ policy, hash, groupOf, filter, next }: JudgedAnswersOptions): Resolver {
  const areProtected = protectedGroups(policy);
  const { privateNames } = policy.answers;
  const [alone, withBelow] = [
    privateNames.filter(({ isExact }) => isExact),
    privateNames.filter(({ isExact }) => !isExact),
  ];
  const names = new Set(alone.map(({ name }) => keyOfName(nameFromText(name))));
  const domains = new SuffixMap(hash, withBelow.map(({ name }) => [nameFromText(name), true] as const));
  const isException = ({ key, wire, scan: { qtypeOffset: nameEnd } }: Query): boolean => {
    return domains.find(key, wire, nameEnd) === true || names.has(keyOfName(wire.slice(HEADER_OCTETS, nameEnd)));
  };
  return new JudgeAnswers({
    next,
    keepsFromPrivate: (query) => {
      // RFC 1035 §3.4: in other classes an A record has no IPv4 address.
      return query.qclass === CLASS.IN && areProtected[groupOf(query)]! &&
        query.decision?.allowsPrivateAnswers !== true && !isException(query);
    },
    judgeListed: (query, reply, said) => filter()?.answersFor(groupOf(query)).judge(query, reply, said) ?? reply,
    ttlSeconds: policy.block.ttlSeconds,
  });
}

/** By the numbers of groups, whether their clients are kept from private addresses. */
function protectedGroups(policy: Policy): boolean[] {
  return groupNames(policy).map((name) => {
    const group = policy.clientGroups.find((one) => one.name === name);
    return group?.rebindingProtection ?? policy.answers.rebindingProtection;
  });
}
