import { FLAG, HEADER_OCTETS, putFlags, QDCOUNT_OFFSET } from "../wire/header.ts";
import { putUint16 } from "../wire/octets.ts";
import type { Query } from "./query.ts";
import type { Reply, ReplySource } from "./reply.ts";

/** What a reply of our own says. */
export interface OwnReply {
  /** 0–15; higher ones are for `finish` to write. */
  readonly rcode: number;
  /** Whether to repeat the question section, as it came. A section that could not be read is left out anyway. */
  readonly withQuestion: boolean;
  /** Where it comes from, see `Reply`. */
  readonly source: ReplySource;
  /** Why, see `Reply`. */
  readonly reason?: string;
}

/** A reply that no upstream gave: a header and, where asked for, the question. */
export function ownReply(query: Query, { rcode, withQuestion, source, reason }: OwnReply): Reply {
  // Pointers inside the section lead to where they led: the section begins at the same offset in every message.
  const question = withQuestion && query.scan.questionsEnd <= query.bodyOctetsMax ? query.questionOctets : EMPTY;
  const octets = new Uint8Array(HEADER_OCTETS + question.length);
  octets.set(question, HEADER_OCTETS);
  putFlags(octets, FLAG.QR | FLAG.RA | rcode);
  putUint16(octets, QDCOUNT_OFFSET, question.length === 0 ? 0 : query.scan.questionCount);
  return query.reply.give(octets, source, reason);
}

const EMPTY = new Uint8Array(0);
