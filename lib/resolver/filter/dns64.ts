import type { Cidr } from "../../base/net/cidr.ts";
import type { Clock } from "../../base/runtime.ts";
import type { Nat64Prefix } from "../../base/net/nat64_prefix.ts";
import { Response } from "../../response/response.ts";
import { FLAG, RECORD_HEAD_OCTETS } from "../../wire/header.ts";
import { CLASS, RCODE, TYPE } from "../../wire/iana.ts";
import type { Message, ResourceRecord } from "../../wire/message.ts";
import { putUint16, uint16At, uint32At } from "../../wire/octets.ts";
import { trueTtl } from "../../response/records/ttl.ts";
import { localReply } from "../local/local_reply.ts";
import { Query } from "../query.ts";
import { decodeBounded } from "../questions/decode_bounded.ts";
import { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import { behindOwner } from "./behind_owner.ts";
import { translatedAnswer } from "./translated_answer.ts";

/** RFC 6147 §5.1.7: the TTL of what is made where no SOA record says how long there was nothing. */
const TTL_SECONDS_MAX = 600;
const ANSWER_COUNT_OFFSET = 6;
const IPV6_OCTETS = 16;
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** What DNS64 is made from. */
export interface Dns64Options {
  /** Answers from memory and by upstreams. */
  readonly next: Resolver;
  /** Whether the client of a query gets IPv6 addresses that are made. */
  readonly isFor: (query: Query) => boolean;
  /** What they are made with. */
  readonly prefix: Nat64Prefix;
  /** Networks whose IPv6 addresses count for none (RFC 6147 §5.1.4). */
  readonly exclude: readonly Cidr[];
  /** That of deadlines. */
  readonly clock: Clock;
}

/** What of an answer counts. */
type Answered = Pick<Message, "answers" | "isTruncated">;
const NOTHING: Answered = { answers: [], isTruncated: false };
const MADE = "DNS64";

/** What IPv6 addresses there are in an answer. */
const ADDRESSES = { none: 0, some: 1, someExcluded: 2 } as const;

/**
 * Makes IPv6 addresses of IPv4 addresses where a name has none of its own, for clients that reach IPv4 through a translator
 * (DNS64, RFC 6147). What is asked of upstreams, and remembered, are the answers that it is made of: both are everybody's, and
 * what is found in them holds for what is made.
 */
export class Dns64 implements Resolver {
  readonly #options: Dns64Options;
  readonly #next: Resolver;
  readonly #exclude: readonly Cidr[];

  /** See {@linkcode Dns64Options}. */
  constructor(options: Dns64Options) {
    this.#options = options;
    this.#next = options.next;
    this.#exclude = options.exclude.map(inIpv6);
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    // hot path
    const reply = this.#next.resolve(query);
    if (query.qtype !== TYPE.AAAA || query.qclass !== CLASS.IN || !this.#options.isFor(query)) return reply;
    // RFC 6147 §5.5: with DO and CD set the client validates by itself, and would not believe it.
    if (query.scan.wantsDnssec && (query.scan.flags & FLAG.CD) !== 0) return reply;
    return reply instanceof Reply ? this.#complete(query, reply) : reply.then((later) => this.#complete(query, later));
  }

  #complete(query: Query, reply: Reply): Reply | PromiseLike<Reply> {
    // RFC 6147 §5.1.2: that a name does not exist holds for all types; other errors are as if there were no addresses.
    if (reply.isTruncated || reply.rcode === RCODE.NXDOMAIN || isBlocked(query)) return reply;
    const found = this.#addressesIn(reply.octets, query.scan.questionsEnd);
    if (found === ADDRESSES.some) return reply;
    if (found === ADDRESSES.someExcluded) return this.#withoutExcluded(query, reply);
    // Nobody waits for what another question would bring.
    if (this.#options.clock.nowMs() >= query.deadlineMs) return reply;
    own.read(reply.octets);
    const ttlSecondsMax = soaTtlSeconds(own) ?? TTL_SECONDS_MAX;
    const part = this.#ipv4Query(query);
    const ipv4 = this.#next.resolve(part);
    if (ipv4 instanceof Reply) return this.#make(query, reply, part, ipv4, ttlSecondsMax);
    // Until the other answer is there, the octets of this one may be somebody else's.
    const kept = reply.copy();
    return ipv4.then((later) => this.#make(query, kept, part, later, ttlSecondsMax));
  }

  /** The same query for IPv4 addresses. */
  #ipv4Query(query: Query): Query {
    const { client, deadlineMs, pathOctetsMax, view, decision, rewriteCount, isAllowed, scan } = query;
    const wire = query.wire.slice();
    putUint16(wire, scan.qtypeOffset, TYPE.A);
    const part = new Query({ wire, client, deadlineMs, pathOctetsMax, view });
    part.decision = decision;
    part.trace = query.trace;
    part.rewriteCount = rewriteCount;
    part.isAllowed = isAllowed;
    return part;
  }

  #make(query: Query, without: Reply, part: Query, ipv4: Reply, ttlSecondsMax: number): Reply {
    const { octets, source, upstream, rcode, isTruncated } = ipv4;
    // What stands there in place of a blocked answer leads nowhere by IPv6 either.
    const isGood = rcode === RCODE.NOERROR && !isBlocked(part);
    const quick = isGood && !isTruncated ? translatedAnswer(query, octets, this.#options.prefix, ttlSecondsMax) : null;
    const reply = quick === null
      ? this.#makeAnew(query, isGood ? decodeBounded(octets, part) : NOTHING, ttlSecondsMax)
      : query.reply.give(quick, source, MADE);
    const { extendedErrors } = query.reply;
    if (reply === null) {
      // Why there is nothing, unless that has been told.
      if (extendedErrors.length === 0) extendedErrors.push(...part.reply.extendedErrors);
      return again(query, without);
    }
    extendedErrors.push(...part.reply.extendedErrors);
    reply.source = source;
    reply.upstream = upstream;
    reply.reason = MADE;
    return reply;
  }

  /** `null` when nothing can be made. */
  #makeAnew(query: Query, { isTruncated, answers }: Answered, ttlSecondsMax: number): Reply | null {
    const made = this.#translated(answers, ttlSecondsMax);
    if (!isTruncated && made.every(({ type }) => type !== TYPE.AAAA)) return null;
    return localReply(query, { answers: made, isTruncated });
  }

  /** RFC 6147 §5.1.5: aliases stay, and signatures go. */
  #translated(records: readonly ResourceRecord[], ttlSecondsMax: number): ResourceRecord[] {
    return records.flatMap((record) => {
      if (record.type === TYPE.CNAME || record.type === TYPE.DNAME) return [record];
      const rdata = record.type === TYPE.A ? this.#options.prefix.embed(record.rdata, 0) : null;
      return rdata === null
        ? []
        : [{ ...record, type: TYPE.AAAA, ttl: Math.min(trueTtl(record.ttl), ttlSecondsMax), rdata }];
    });
  }

  #addressesIn(octets: Uint8Array, questionsEnd: number): number {
    // hot path
    const count = uint16At(octets, ANSWER_COUNT_OFFSET);
    let found: number = ADDRESSES.none;
    let hasExcluded = false;
    for (let i = 0, at = questionsEnd; i < count; i++) {
      const head = behindOwner(octets, at);
      const rdata = head + RECORD_HEAD_OCTETS;
      at = rdata + uint16At(octets, head + 8);
      if (uint16At(octets, head) !== TYPE.AAAA) continue;
      if (this.#isExcluded(octets, rdata)) hasExcluded = true;
      else found = ADDRESSES.some;
    }
    return found === ADDRESSES.some && hasExcluded ? ADDRESSES.someExcluded : found;
  }

  #isExcluded(octets: Uint8Array, at: number): boolean {
    // hot path
    for (let i = 0; i < this.#exclude.length; i++) if (beginsAs(octets, at, this.#exclude[i]!)) return true;
    return false;
  }

  #withoutExcluded(query: Query, reply: Reply): Reply {
    const { source, upstream, octets } = reply;
    const { answers, additionals } = decodeBounded(octets, query);
    const left = answers.filter(({ type, rdata }) => {
      return type === TYPE.AAAA ? !this.#isExcluded(rdata, 0) : type !== TYPE.RRSIG || uint16At(rdata, 0) !== TYPE.AAAA;
    });
    const filtered = localReply(query, { answers: left, additionals });
    filtered.source = source;
    filtered.upstream = upstream;
    return filtered;
  }
}

/** Whether its client gets something else because the answer leads to what is blocked: sentence 5 of the law. */
function isBlocked({ decision }: Query): boolean {
  return decision !== null && decision.reason.sentence === 5;
}

/** The network in the form that its addresses have in AAAA records: those of IPv4 behind ::ffff:0:0/96 (RFC 4291 §2.5.5.2). */
function inIpv6(network: Cidr): Cidr {
  if (network.octets.length === IPV6_OCTETS) return network;
  return {
    octets: Uint8Array.from([...MAPPED, ...network.octets]),
    prefixBits: 8 * MAPPED.length + network.prefixBits,
  };
}

/** Whether the address at `at` is one of the network. */
function beginsAs(octets: Uint8Array, at: number, network: Cidr): boolean {
  // hot path
  const whole = network.prefixBits >> 3;
  const rest = network.prefixBits & 7;
  for (let i = 0; i < whole; i++) if (octets[at + i] !== network.octets[i]) return false;
  return rest === 0 || ((octets[at + whole]! ^ network.octets[whole]!) >> (8 - rest)) === 0;
}

/** What is looked through, read anew for each. */
const own = new Response();

/** How long it holds that there is nothing: the TTL of the SOA record of a denial; `null` without one. */
function soaTtlSeconds({ octets, scan, places }: Response): number | null {
  for (let i = scan.answerCount; i < scan.answerCount + scan.authorityCount; i++) {
    const head = places.heads[i]!;
    if (uint16At(octets, head) === TYPE.SOA) return trueTtl(uint32At(octets, head + 4));
  }
  return null;
}

/** The reply that was there before. */
function again(query: Query, kept: Reply): Reply {
  const reply = query.reply.give(kept.octets, kept.source, kept.reason);
  reply.upstream = kept.upstream;
  reply.findings = kept.findings;
  return reply;
}
