import type { Clock } from "../../base/runtime.ts";
import { EDNS_OPTION, RCODE } from "../../wire/iana.ts";
import { decodeQuestions, encodeWithin, type Message, type Question } from "../../wire/message.ts";
import { decodeBounded } from "./decode_bounded.ts";
import { partOf } from "../part_of.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import { isOfOneHop, uniteRecords } from "./unite_records.ts";

/** A type in the list of an MQTYPE option (RFC 10029 §3.1). */
const QTYPE_OCTETS = 2;

/**
 * Answers the other types that a query asks for about its name (RFC 10029), as far as they fit beside the primary one,
 * which stands in the question section.
 *
 * The others are asked for when the primary type has an answer that is not cut, and not before: that costs a round trip,
 * but a query that comes to nothing costs one question, not five.
 */
export class MultiQtype implements Resolver {
  readonly #next: Resolver;
  readonly #clock: Clock;

  /** Each type is asked of `next`, by itself, while there is time by `clock`. */
  constructor({ next, clock }: { next: Resolver; clock: Clock }) {
    this.#next = next;
    this.#clock = clock;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    return query.otherTypes.length === 0 ? this.#next.resolve(query) : this.#resolveAll(query);
  }

  async #resolveAll(query: Query): Promise<Reply> {
    // The primary type's reply is looked at when the others have come, and may be known at once.
    query.leaveSlot();
    const reply = await this.#next.resolve(query);
    // What came at the deadline is told now; nobody is asked after it.
    if (this.#clock.nowMs() >= query.deadlineMs) return reply;
    const primary = decodeBounded(reply.octets, query);
    const question = decodeQuestions(query.wire)[0]!;
    if (!isExtensible(query, question, primary)) return reply;
    const others = await Promise.all(query.otherTypes.map((type) => this.#ask(query, { ...question, type })));
    return merge(query, { question, reply, primary, others });
  }

  async #ask(query: Query, question: Question): Promise<OtherType> {
    const part = partOf(query, question);
    return { type: question.type, message: decodeBounded((await this.#next.resolve(part)).octets, part) };
  }
}

/** Another type, and what was answered for it. */
interface OtherType {
  readonly type: number;
  readonly message: Message;
}

/** What a reply for several types is made from. */
interface MergeOptions {
  readonly question: Question;
  /** The reply for the primary type, and the same decoded. */
  readonly reply: Reply;
  readonly primary: Message;
  readonly others: readonly OtherType[];
}

/** The reply with every other type that fits. Notes on the query which they are. */
function merge(query: Query, { question, reply, primary, others }: MergeOptions): Reply {
  let merged = reply.octets;
  const messages = [primary];
  const types: number[] = [];
  for (const { type, message } of others) {
    if (!isAlike(message, primary)) continue;
    // RFC 10029 §3.4: "Handling of an MQTYPE-Query option MUST NOT itself trigger a truncated response."
    const limitOctets = query.bodyOctetsMax - QTYPE_OCTETS * (types.length + 1);
    const wider = encodeWithin(unite(question, [...messages, message]), limitOctets);
    if (wider === null) continue;
    merged = wider;
    messages.push(message);
    types.push(type);
  }
  noteTypes(query, types);
  reply.octets = merged;
  reply.response = null;
  return reply;
}

/**
 * RFC 10029 §3.4: "If this initial response results in truncation (TC=1) then the additional queries […] MUST NOT be
 * processed." Where the primary type brought nothing but an error, the others would not do better.
 */
function isExtensible(query: Query, question: Question, primary: Message): boolean {
  if (primary.isTruncated) return false;
  if (primary.rcode !== RCODE.NOERROR && primary.rcode !== RCODE.NXDOMAIN) return false;
  return encodeWithin(unite(question, [primary]), query.bodyOctetsMax) !== null;
}

/** RFC 10029 §3.4: RCODE "and other flags" must "all match"; here those that our reply has from its upstream. */
function isAlike(message: Message, primary: Message): boolean {
  return !message.isTruncated && message.rcode === primary.rcode &&
    message.recursionAvailable === primary.recursionAvailable && message.isAuthenticData === primary.isAuthenticData;
}

/** All records in the sections in which they came, each once; the first message has the say in all else. */
function unite(question: Question, messages: readonly Message[]): Message {
  const additionals = messages.flatMap((message) => message.additionals).filter((record) => !isOfOneHop(record));
  return {
    ...messages[0]!,
    questions: [question],
    answers: uniteRecords(messages.flatMap((message) => message.answers)),
    authorities: uniteRecords(messages.flatMap((message) => message.authorities)),
    additionals: uniteRecords(additionals),
  };
}

/** Names the types that are answered in full in the MQTYPE-Response option, which has been empty until now. */
function noteTypes(query: Query, types: readonly number[]): void {
  const data = Uint8Array.from(types.flatMap((type) => [type >> 8, type & 0xff]));
  query.reply.options = query.reply.options.map((option) => {
    return option.code === EDNS_OPTION.MQTYPE_RESPONSE ? { ...option, data } : option;
  });
}
