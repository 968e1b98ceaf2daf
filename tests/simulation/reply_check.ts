import { equals } from "@std/bytes/equals";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { EDE, EDNS_OPTION, OPCODE, RCODE, TYPE, typeToText } from "../../lib/wire/iana.ts";
import { decode, encode, type Message, type Question, type ResourceRecord } from "../../lib/wire/message.ts";
import { isSameName, nameToText } from "../../lib/wire/name.ts";
import { recordToText } from "../../lib/wire/text/record_text.ts";
import { MessageScan } from "../../lib/wire/scan.ts";
import { WireFormatError } from "../../lib/wire/wire_format_error.ts";
import { type ExtendedError, readExtendedError } from "../../lib/wire/edns/edns.ts";
import { ednsOf } from "../support/messages.ts";
import { contentOf, distinctQuestions, isExpectedForMany, isExpectedForOne, recordIdentity } from "./expected_reply.ts";
import { bodyOctetsMax, hasCookie, replyOctetsMax, type Transport } from "./client_limits.ts";
import type { Knowledge, Outcome } from "./oracle.ts";
import { foreignSpellings, recordFaults } from "./record_faults.ts";
import { timeless } from "./timeless.ts";
import type { Expectation } from "./traffic.ts";
import { askedQuestions, isExpectedForTypes, missingTypeFaults, typeListFaults, typesIn } from "./types_check.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** More combinations of outcomes than this are not tried; the reply then passes when its records are known ones. */
const COMBINATIONS_MAX = 300;
/** No reply over UDP is ever larger (DNS Flag Day 2020). */
const REPLY_OCTETS_MAX = 1232;

const STALE_TTL_SECONDS = 30;
/** An extended error without text: code and length of the option, and INFO-CODE. */
const ERROR_OCTETS_MIN = 6;

/** A query, what has to come back for it, and who knows the answers. */
export interface Asked {
  readonly query: Octets;
  readonly transport: Transport;
  readonly expectation: Expectation;
  readonly oracle: Knowledge;
}

/** The same, with how long the reply is. */
interface Replied extends Asked {
  readonly replyOctets: number;
}

/** What is wrong with a reply, a line each; nothing when it is right. Where and when it was sent is judged elsewhere. */
export function checkReply(reply: Octets, asked: Asked): string[] {
  const message = readReply(reply);
  if (message === null) return ["is no readable message"];
  const faults = headerFaults(reply, asked.query);
  switch (asked.expectation.kind) {
    case "silence":
      return ["should not have been sent"];
    case "any":
      // Nobody knows what was asked, so nothing may be answered that was not made up here or is not in the zone.
      return [
        ...faults,
        ...(asked.transport === "udp" && reply.length > REPLY_OCTETS_MAX ? ["is too long"] : []),
        ...echoFaults(message, asked.query),
      ];
    case "own":
      return [
        ...faults,
        ...ownFaults(message, asked.expectation.rcode, asked.oracle),
        ...echoFaults(message, asked.query),
      ];
    case "types": {
      const query = decode(asked.query);
      return [
        ...faults,
        ...frameFaults(reply, message, query, asked.transport),
        ...recordFaults(reply, message, query),
        ...(asked.oracle.pointsToQuestion ? foreignSpellings(message, query, () => alteredFor(query, asked)) : []),
        ...typesFaults(message, query, { ...asked, replyOctets: reply.length }),
      ];
    }
    case "answer": {
      const query = decode(asked.query);
      return [
        ...faults,
        ...frameFaults(reply, message, query, asked.transport),
        ...recordFaults(reply, message, query),
        ...(asked.oracle.pointsToQuestion ? foreignSpellings(message, query, () => alteredFor(query, asked)) : []),
        ...spellingFaults(message, query),
        ...contentFaults(message, query, { ...asked, replyOctets: reply.length }),
      ];
    }
  }
}

/** What may have been made of a query's answers on the way. */
function alteredFor(query: Message, { oracle, transport }: Asked): Message[] {
  const wantsDnssec = ednsOf(query)?.wantsDnssec ?? false;
  const outcomes = askedQuestions(query).flatMap((question) => {
    return oracle.outcomes(question, wantsDnssec, transport, query.checkingDisabled);
  });
  return outcomes.filter(({ kind }) => kind === "altered").map(({ message }) => message);
}

/** What is wrong with a reply that tells the client to ask over TCP, because its network asks too much. */
export function checkLimited(reply: Octets, { query, oracle }: Pick<Asked, "query" | "oracle">): string[] {
  const message = readReply(reply);
  if (message === null) return ["is no readable message"];
  const isQuery = message.opcode === OPCODE.QUERY;
  const faults = [
    ...headerFaults(reply, query),
    ...ownFaults(message, isQuery ? RCODE.NOERROR : RCODE.NOTIMP, oracle),
    ...echoFaults(message, query),
  ];
  if (isQuery && !message.isTruncated) faults.push("has TC=0, over the rate");
  const scan = new MessageScan();
  scan.scan(query);
  if ((ednsOf(message) !== null) !== scan.hasOpt) {
    faults.push("has an OPT record and should not, or the other way round");
  }
  return faults;
}

function readReply(reply: Octets): Message | null {
  try {
    const message = decode(reply);
    const scan = new MessageScan();
    scan.scan(reply);
    return scan.end === reply.length ? message : null;
  } catch (error) {
    if (error instanceof WireFormatError) return null;
    throw error;
  }
}

function headerFaults(reply: Octets, query: Octets): string[] {
  const faults: string[] = [];
  if (!equals(reply.subarray(0, 2), query.subarray(0, 2))) faults.push("has another ID [1035_05]");
  if ((reply[2]! & 0x80) === 0) faults.push("has QR=0 [1035_05]");
  // RFC 1035 §4.1.1: opcode and RD are copied; RFC 4035 §3.2.2: so is CD.
  if ((reply[2]! & 0x79) !== (query[2]! & 0x79)) faults.push("does not echo opcode and RD [1035_05]");
  if ((query[2]! & 0x78) !== 0) {
    if ((reply[2]! & 0x06) !== 0 || (reply[3]! & 0xf0) !== 0) faults.push("has flags that are for queries [8906_06]");
  } else if ((reply[3]! & 0x10) !== (query[3]! & 0x10)) faults.push("does not echo CD [4035_01]");
  if ((reply[2]! & 0x04) !== 0) faults.push("has AA=1");
  if ((reply[3]! & 0x40) !== 0) faults.push("has Z=1");
  return faults;
}

/** The question section of a reply that we made ourselves is the query's, octet for octet, or empty. */
function echoFaults(message: Message, query: Octets): string[] {
  if (message.questions.length === 0) return [];
  const scan = new MessageScan();
  scan.scan(query);
  const echoed = encode({ ...message, answers: [], authorities: [], additionals: [] });
  const isSame = message.questions.length === scan.questionCount && scan.questionsEnd > 0 &&
    equals(echoed.subarray(HEADER_OCTETS), encodeQuestions(query));
  return isSame ? [] : ["has another question section [1035_05]"];
}

function encodeQuestions(query: Octets): Octets {
  const header = query.slice(0, HEADER_OCTETS).fill(0, 6);
  const scan = new MessageScan();
  scan.scan(query);
  const message = decode(Uint8Array.from([...header, ...query.subarray(HEADER_OCTETS, scan.questionsEnd)]));
  return encode(message).subarray(HEADER_OCTETS);
}

function ownFaults(message: Message, rcode: number, { recursionAvailable }: Knowledge): string[] {
  const faults: string[] = [];
  const expectsRa = recursionAvailable && message.opcode === OPCODE.QUERY;
  if (message.recursionAvailable !== expectsRa) faults.push("has the wrong RA [1035_05]");
  const full = ((ednsOf(message)?.extendedRcode ?? 0) << 4) | message.rcode;
  if (full !== rcode) faults.push(`has RCODE ${full} instead of ${rcode}`);
  if (recordsOf(message).some(({ type }) => type !== TYPE.OPT)) faults.push("has records");
  return faults;
}

/** Size, OPT record and questions. */
function frameFaults(reply: Octets, message: Message, query: Message, transport: Transport): string[] {
  const faults: string[] = [];
  const limit = replyOctetsMax(query, transport);
  if (reply.length > limit) faults.push(`has ${reply.length} octets, the client takes ${limit} [1035_01, 9715_02]`);
  if (transport === "tcp" && message.isTruncated) faults.push("has TC=1 over TCP [7766_09]");
  const asked = ednsOf(query);
  const edns = ednsOf(message);
  if ((edns !== null) !== (asked !== null)) {
    faults.push("has an OPT record and should not, or the other way round [6891_04]");
  }
  if (hasCookie(message) !== hasCookie(query)) faults.push("has a cookie and should not, or the other way round");
  if (edns !== null && edns.version !== 0) faults.push("speaks another version of EDNS");
  if (edns !== null && edns.wantsDnssec !== asked?.wantsDnssec) faults.push("does not echo DO [6891_12]");
  if (message.additionals.filter(({ type }) => type === TYPE.OPT).length > 1) faults.push("has two OPT records");
  if ([...message.answers, ...message.authorities].some(({ type }) => type === TYPE.OPT)) {
    faults.push("has an OPT record outside of the additional section [6891_06]");
  }
  const isCutToNothing = message.questions.length === 0 && message.isTruncated &&
    encode({ ...query, additionals: [] }).length > bodyOctetsMax(query, transport);
  if (!isCutToNothing && !areSameQuestions(message.questions, query.questions)) {
    faults.push("has another question section [1035_05, 4343_02]");
  }
  return faults;
}

function areSameQuestions(a: readonly Question[], b: readonly Question[]): boolean {
  return a.length === b.length && a.every(({ name, type, class: qclass }, i) => {
    return equals(name, b[i]!.name) && type === b[i]!.type && qclass === b[i]!.class;
  });
}

/** RFC 4343 §4.1: with several questions, owners that are a QNAME have the spelling of the first that asks for it. */
function spellingFaults({ answers }: Message, { questions }: Message): string[] {
  if (questions.length < 2) return [];
  return answers.filter((answer) => {
    const same = questions.filter((question) => isSameName(question.name, answer.name));
    return same.length > 0 && !same.some((question) => equals(question.name, answer.name));
  }).map((answer) => `spells an owner in its own way: ${recordToText(answer)} [4343_02]`);
}

function contentFaults(reply: Message, query: Message, { oracle, transport, replyOctets }: Replied): string[] {
  const message = oracle.isRemembering ? timeless(reply) : reply;
  const questions = distinctQuestions(query.questions);
  const wantsDnssec = ednsOf(query)?.wantsDnssec ?? false;
  const outcomesOf = (question: Question) => oracle.outcomes(question, wantsDnssec, transport, query.checkingDisabled);
  const candidates = questions.map(outcomesOf);
  const unknown = unknownRecords(message, candidates.flat());
  if (unknown.length > 0) return unknown.map((record) => `has a record that nobody gave: ${recordToText(record)}`);
  const risen = oracle.isRemembering ? ttlFaults(reply, { oracle, octetsMax: replyOctetsMax(query, transport) }) : [];
  if (risen.length > 0) return risen;
  const actual = contentOf(message);
  const likely = candidates.map((outcomes) => outcomes.filter((outcome) => isPlausible(outcome, message)));
  const count = likely.reduce((product, outcomes) => product * outcomes.length, 1);
  if (count > COMBINATIONS_MAX) return [];
  const limit = bodyOctetsMax(query, transport);
  let faults = [`says what follows from no outcome: ${describe(message)}`];
  for (const outcomes of combinations(likely)) {
    const isExpected = query.questions.length === 1
      ? isExpectedForOne(outcomes[0]!, query, actual, limit)
      : isExpectedForMany(outcomes, query, actual, limit);
    if (!isExpected) continue;
    faults = errorFaults(message, query, { outcomes, transport, replyOctets });
    if (faults.length === 0) return [];
  }
  return faults;
}

/** RFC 10029: the primary type's answer, and those of the types in the reply's list. */
function typesFaults(reply: Message, query: Message, { oracle, transport, replyOctets }: Replied): string[] {
  const message = oracle.isRemembering ? timeless(reply) : reply;
  const listFaults = typeListFaults(message, query);
  if (listFaults.length > 0) return listFaults;
  const wantsDnssec = ednsOf(query)!.wantsDnssec;
  const listed = typesIn(message, EDNS_OPTION.MQTYPE_RESPONSE)!;
  const [question, ...others] = askedQuestions(query);
  const outcomesOf = (question: Question) => oracle.outcomes(question, wantsDnssec, transport, query.checkingDisabled);
  const primary = outcomesOf(question!);
  const candidates = new Map(others.map((other) => [other.type, outcomesOf(other)]));
  const known = [primary, ...listed.map((type) => candidates.get(type)!)];
  const unknown = unknownRecords(message, known.flat());
  if (unknown.length > 0) return unknown.map((record) => `has a record that nobody gave: ${recordToText(record)}`);
  const risen = oracle.isRemembering ? ttlFaults(reply, { oracle, octetsMax: replyOctetsMax(query, transport) }) : [];
  if (risen.length > 0) return risen;
  const likely = known.map((outcomes) => outcomes.filter((outcome) => isPlausible(outcome, message)));
  if (likely.reduce((product, outcomes) => product * outcomes.length, 1) > COMBINATIONS_MAX) return [];
  const actual = contentOf(message);
  const limitOctets = bodyOctetsMax(query, transport);
  let faults = [`says what follows from no outcome: ${describe(message)}`];
  for (const outcomes of combinations(likely)) {
    const isExpected = listed.length === 0
      ? isExpectedForOne(outcomes[0]!, query, actual, limitOctets)
      : isExpectedForTypes(outcomes, query, actual);
    if (!isExpected) continue;
    faults = [
      ...errorFaults(message, query, { outcomes: outcomes.slice(0, 1), transport, replyOctets }),
      // With several upstreams the primary type may use up the time that is there for all.
      ...(oracle.isOneHop ? missingTypeFaults({ outcomes, listed, candidates, query, limitOctets }) : []),
    ];
    if (faults.length === 0) return [];
  }
  return faults;
}

function unknownRecords(message: Message, outcomes: readonly Outcome[]): ResourceRecord[] {
  const known = new Set(outcomes.flatMap((outcome) => recordsOf(outcome.message)).map(recordIdentity));
  return recordsOf(message).filter((record) => record.type !== TYPE.OPT && !known.has(recordIdentity(record)));
}

/** TTLs out of memory never rise. Those of a stale answer are what RFC 8767 §4 recommends. */
function ttlFaults(reply: Message, { oracle, octetsMax }: { oracle: Knowledge; octetsMax: number }): string[] {
  const records = recordsOf(reply).filter(({ type }) => type !== TYPE.OPT);
  const isStale = errorsIn(reply).some(({ infoCode }) => isStaleness(infoCode));
  const isWhole = reply.questions.length === 1 && !isMultiple(reply);
  if (isStale && isWhole) {
    const others = records.filter(({ ttl }) => ttl !== STALE_TTL_SECONDS);
    return others.map((record) => `is stale with another TTL than 30: ${recordToText(record)} [8767_02]`);
  }
  // Not everybody can be told: without EDNS nobody, and of several questions that did not all fail not each.
  const isTold = ednsOf(reply) !== null && isWhole && encode(reply).length + ERROR_OCTETS_MIN <= octetsMax;
  const floor = oracle.servesStale && !isTold ? STALE_TTL_SECONDS : 0;
  return records.filter((record) => record.ttl > Math.max(floor, oracle.ttlMaxOf(record)))
    .map((record) => `has a TTL that has risen: ${recordToText(record)} [1035_09]`);
}

function isMultiple(reply: Message): boolean {
  return typesIn(reply, EDNS_OPTION.MQTYPE_RESPONSE) !== null;
}

/** Whether the answers of `outcome` are in the reply, or were cut: then it says nothing. */
function isPlausible(outcome: Outcome, message: Message): boolean {
  if (message.isTruncated || outcome.kind === "altered") return true;
  const present = new Set(message.answers.map(recordIdentity));
  return outcome.message.answers.every((record) => present.has(recordIdentity(record)));
}

function recordsOf({ answers, authorities, additionals }: Message): ResourceRecord[] {
  return [...answers, ...authorities, ...additionals];
}

/** All ways to take one item of each list. */
function* combinations<T>(lists: readonly (readonly T[])[]): Generator<T[]> {
  const [first, ...rest] = lists;
  if (first === undefined) return yield [];
  for (const item of first) for (const others of combinations(rest)) yield [item, ...others];
}

function errorsIn(message: Message): ExtendedError[] {
  return (ednsOf(message)?.options ?? []).map(readExtendedError).filter((error) => error !== null);
}

function isStaleness(infoCode: number): boolean {
  return infoCode === EDE.STALE_ANSWER || infoCode === EDE.STALE_NXDOMAIN_ANSWER;
}

/** A client that speaks EDNS is told of each question that failed, and why (RFC 8914). */
function errorFaults(
  message: Message,
  query: Message,
  { outcomes, transport, replyOctets }: Pick<Replied, "transport" | "replyOctets"> & { outcomes: readonly Outcome[] },
): string[] {
  const edns = ednsOf(message);
  if (edns === null || outcomes.some(({ kind }) => kind === "altered")) return [];
  // What comes from memory says so, beside the reason; what is stale may have one as well.
  const errors = errorsIn(message).filter(({ infoCode, text }) => infoCode !== EDE.CACHED_ERROR || text !== "");
  const texts = errors.map(({ text }) => text);
  const failed = outcomes.filter((outcome) => {
    const { rcode } = outcome.message;
    return outcome.kind === "failure" || outcome.kind === "made up" ||
      (query.questions.length > 1 && rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN);
  });
  if (query.questions.length === 1) {
    const isCramped = replyOctets + ERROR_OCTETS_MIN > replyOctetsMax(query, transport);
    const isStale = errors.some(({ infoCode }) => isStaleness(infoCode));
    const others = texts.filter((text) => !text.startsWith("No upstream has an answer"));
    const errorCount = outcomes[0]!.errorCount ?? failed.length;
    // That all have refused is told once, also where the refusal is what was expected: alone, or beside what else there is to be told,
    // as DNS64 makes addresses of what a second question is answered with.
    const isRefusalTold = texts.length === others.length + 1 && [0, errorCount].includes(others.length);
    return errorCount === texts.length || isRefusalTold || isCramped || isStale
      ? []
      : [`has ${texts.length} extended errors`];
  }
  const starts = failed.map((outcome) => outcome.message.questions[0]!)
    .map((question) => `${nameToText(question.name)} ${typeToText(question.type)}: `);
  const told = starts.map((start) => texts.some((text) => text.startsWith(start)));
  const untold = starts.filter((_, i) => !told[i]);
  // Extended errors never push a record out, nor one another: they are told up to the first one that does not fit as a whole.
  if (untold.some((start) => replyOctets + ERROR_OCTETS_MIN + start.length > replyOctetsMax(query, transport))) {
    return [];
  }
  return untold.map((start) => `has no extended error for ${start}`);
}

function describe(message: Message): string {
  const lines = recordsOf(message).map(recordToText);
  const { rcode, isTruncated, recursionAvailable, isAuthenticData } = message;
  return `${JSON.stringify({ rcode, isTruncated, recursionAvailable, isAuthenticData })} ${lines.join("; ")}`;
}
