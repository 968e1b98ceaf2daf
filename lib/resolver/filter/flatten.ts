import { deliver } from "../../base/deferred.ts";
import { FLAG, putFlags, RECORD_HEAD_OCTETS } from "../../wire/header.ts";
import { CLASS, TYPE } from "../../wire/iana.ts";
import { decodeQuestions } from "../../wire/message.ts";
import { putUint16, putUint32, uint16At, uint32At } from "../../wire/octets.ts";
import { trueTtl } from "../../response/records/ttl.ts";
import { localReply } from "../local/local_reply.ts";
import { PendingReply } from "../pending_reply.ts";
import type { Query } from "../query.ts";
import { decodeBounded } from "../questions/decode_bounded.ts";
import { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import { behindOwner } from "./behind_owner.ts";
import { flatAnswerOfAlias } from "./flat_answer.ts";

const ANSWER_COUNT_OFFSET = 6;
/** A pointer to the question's name. */
const QUESTION_POINTER = 0xc00c;
/** Types that ask for whatever there is at the name itself. */
const OF_NAME_ITSELF: ReadonlySet<number> = new Set([TYPE.CNAME, TYPE.DNAME, TYPE.ANY, TYPE.RRSIG, TYPE.NSEC]);
/** Types whose data has no names that are compressed: it can be put elsewhere as it is. */
const MOVABLE: ReadonlySet<number> = new Set([TYPE.A, TYPE.AAAA, TYPE.HTTPS, TYPE.SVCB, TYPE.TXT]);

/**
 * Leaves the aliases out of answers: clients see what is at their end under the name that they have asked for. Stands in front of
 * all that answers, so that aliases are remembered, and judged, as they are. Not for who wants signatures: what has none fits
 * to nothing that is signed.
 */
export class Flatten implements Resolver {
  readonly #next: Resolver;

  /** Flattens what `next` says. */
  constructor({ next }: { next: Resolver }) {
    this.#next = next;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    // hot path
    const reply = this.#next.resolve(query);
    if (query.scan.wantsDnssec || query.qclass !== CLASS.IN || OF_NAME_ITSELF.has(query.qtype)) return reply;
    return reply instanceof Reply ? flatten(query, reply) : flattenLater(query, reply);
  }
}

function flattenLater(query: Query, pending: PromiseLike<Reply>): PendingReply {
  const flat = new PendingReply(query);
  deliver(pending, {
    arrived: (reply) => flat.arrived(flatten(query, reply)),
    failed: (error) => flat.failed(error),
  });
  return flat;
}

function flatten(query: Query, reply: Reply): Reply {
  // hot path
  // Who asks again over TCP gets all of it.
  if (reply.isTruncated || !hasAlias(reply.octets, query.scan.questionsEnd)) return reply;
  if (MOVABLE.has(query.qtype) && flattenInPlace(reply, query)) return reply;
  return flattenAnew(query, reply);
}

function hasAlias(octets: Uint8Array, questionsEnd: number): boolean {
  // hot path
  const count = uint16At(octets, ANSWER_COUNT_OFFSET);
  for (let i = 0, at = questionsEnd; i < count; i++) {
    const head = behindOwner(octets, at);
    const type = uint16At(octets, head);
    if (type === TYPE.CNAME || type === TYPE.DNAME) return true;
    at = head + RECORD_HEAD_OCTETS + uint16At(octets, head + 8);
  }
  return false;
}

/** Moves the records that were asked for to the beginning of the answer section, which they fit into. Returns whether there are any. */
function flattenInPlace(reply: Reply, { qtype, scan: { questionsEnd } }: Query): boolean {
  // hot path
  const { octets } = reply;
  const count = uint16At(octets, ANSWER_COUNT_OFFSET);
  let found = 0;
  let ttlSeconds = Infinity;
  let to = questionsEnd;
  for (let i = 0, at = questionsEnd; i < count; i++) {
    const head = behindOwner(octets, at);
    at = head + RECORD_HEAD_OCTETS + uint16At(octets, head + 8);
    ttlSeconds = Math.min(ttlSeconds, trueTtl(uint32At(octets, head + 4)));
    if (uint16At(octets, head) !== qtype) continue;
    // An owner takes no less than a pointer, for only the root does, and it has no aliases; so this is never behind `head`.
    octets.copyWithin(to + 2, head, at);
    putUint16(octets, to, QUESTION_POINTER);
    to += 2 + at - head;
    found++;
  }
  if (found === 0) return false;
  for (let at = questionsEnd; at < to; at += 2 + RECORD_HEAD_OCTETS + uint16At(octets, at + 10)) {
    putUint32(octets, at + 6, ttlSeconds);
  }
  // It is one of our own: nobody has vouched for that.
  putFlags(octets, (uint16At(octets, 2) & ~(FLAG.AA | FLAG.AD)) | FLAG.RA);
  putUint16(octets, ANSWER_COUNT_OFFSET, found);
  putUint32(octets, ANSWER_COUNT_OFFSET + 2, 0);
  reply.octets = octets.subarray(0, to);
  reply.response = null;
  return true;
}

function flattenAnew(query: Query, reply: Reply): Reply {
  const { source, upstream, reason, octets } = reply;
  const message = decodeBounded(octets, query);
  const question = decodeQuestions(query.wire)[0]!;
  const flat = localReply(query, { question, ...flatAnswerOfAlias(question, message) });
  flat.source = source;
  flat.upstream = upstream;
  flat.reason = reason;
  return flat;
}
