import { EDNS_OPTION, RCODE, TYPE, typeToText } from "../../lib/wire/iana.ts";
import { encode, type Message, type Question } from "../../lib/wire/message.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { ednsOf } from "../support/messages.ts";
import { type Content, contentOf, isSameContent, respelled, understandsAd, united } from "./expected_reply.ts";
import type { Outcome } from "./oracle.ts";

/** RFC 10029 §4: the forwarder answers so many types besides the question's. */
export const OTHER_TYPES_MAX = 4;

/** The types that a message names in an option (RFC 10029 §3.1), in order; `null` without the option. */
export function typesIn(message: Message, code: number): number[] | null {
  const option = ednsOf(message)?.options.find((one) => one.code === code);
  if (option === undefined) return null;
  return Array.from({ length: option.data.length >> 1 }, (_, i) => uint16At(option.data, 2 * i));
}

/** Every question that a query asks: those in its question section, and those of its MQTYPE-Query option. */
export function askedQuestions(query: Message): Question[] {
  const [first] = query.questions;
  if (first === undefined) return [];
  const types = typesIn(query, EDNS_OPTION.MQTYPE_QUERY)?.slice(0, OTHER_TYPES_MAX) ?? [];
  return [...query.questions, ...types.map((type) => ({ ...first, type }))];
}

/** What is wrong with the list of types in a reply: it names some of those that were asked for, in their order. */
export function typeListFaults(message: Message, query: Message): string[] {
  const listed = typesIn(message, EDNS_OPTION.MQTYPE_RESPONSE);
  if (listed === null) return ["has no MQTYPE-Response option [10029_02]"];
  const wanted = askedQuestions(query).slice(1).map(({ type }) => type).filter((type) => listed.includes(type));
  return `${wanted}` === `${listed}` ? [] : [`lists types that were not asked for: ${listed} [10029_02]`];
}

/** Whether a reply may say `actual`, when the first outcome is the primary type's and the others those of the types in its list. */
export function isExpectedForTypes(outcomes: readonly Outcome[], query: Message, actual: Content): boolean {
  if (outcomes.some(({ kind }) => kind === "altered")) return true;
  const [primary, ...others] = outcomes;
  if (!others.every((other) => isAlike(other, primary!))) return false;
  const whole = contentOf(unite(outcomes, query));
  return isSameContent(actual, { ...whole, isAuthenticData: whole.isAuthenticData && understandsAd(query) });
}

/** Types that are missing in the list for no reason: each would have been alike in every case, and fitted. */
export function missingTypeFaults(
  { outcomes, listed, candidates, query, limitOctets }: {
    /** Of the primary type and the listed ones. */
    readonly outcomes: readonly Outcome[];
    readonly listed: readonly number[];
    /** What each of the other types may have been answered with. */
    readonly candidates: ReadonlyMap<number, readonly Outcome[]>;
    readonly query: Message;
    /** For everything but the OPT record with an empty list. */
    readonly limitOctets: number;
  },
): string[] {
  if (outcomes.some(({ kind }) => kind === "altered") || !isExtensible(outcomes[0]!)) return [];
  let before = 1;
  return [...candidates].filter(([type, possible]) => {
    if (listed.includes(type)) {
      before++;
      return false;
    }
    const limit = limitOctets - 2 * before;
    const kept = outcomes.slice(0, before);
    return possible.every((outcome) => isAlike(outcome, outcomes[0]!) && octetsOf([...kept, outcome], query) <= limit);
  }).map(([type]) => `leaves out ${typeToText(type)}, which was asked for as well [10029_02]`);
}

function isExtensible({ message }: Outcome): boolean {
  return !message.isTruncated && (message.rcode === RCODE.NOERROR || message.rcode === RCODE.NXDOMAIN);
}

function isAlike(outcome: Outcome, primary: Outcome): boolean {
  const [a, b] = [outcome.message, primary.message];
  return outcome.kind !== "altered" && isExtensible(primary) && !a.isTruncated && a.rcode === b.rcode &&
    a.recursionAvailable === b.recursionAvailable && a.isAuthenticData === b.isAuthenticData;
}

function unite(outcomes: readonly Outcome[], query: Message): Message {
  const messages = outcomes.map(({ message }) => message);
  const isOfHop = ({ type }: { type: number }) => type === TYPE.TSIG || type === TYPE.SIG;
  return {
    ...messages[0]!,
    questions: query.questions,
    answers: united(messages.flatMap(({ answers }) => answers)),
    authorities: united(messages.flatMap(({ authorities }) => authorities)),
    additionals: united(messages.flatMap(({ additionals }) => additionals).filter((record) => !isOfHop(record))),
  };
}

/** At most: who shares the exchange of another client gets its names in that one's spelling, and they compress less well. */
function octetsOf(outcomes: readonly Outcome[], query: Message): number {
  return encode({ ...unite(outcomes, query), questions: respelled(query.questions) }).length;
}
