import { FLAG, HEADER_OCTETS, putFlags, QDCOUNT_OFFSET } from "../wire/header.ts";
import { putUint16 } from "../wire/octets.ts";
import type { Query } from "./query.ts";
import type { Reply } from "./resolver.ts";

/** What a reply of our own says. */
export interface OwnReply {
  /** 0–15; higher ones are for `finish` to write. */
  readonly rcode: number;
  /** RA: whether there is an upstream to recurse. */
  readonly recursionAvailable: boolean;
  /** Whether to repeat the question section, as it came. A section that could not be read is left out anyway. */
  readonly withQuestion: boolean;
}

/** A reply that no upstream gave: a header and, where asked for, the question. */
export function ownReply(query: Query, { rcode, recursionAvailable, withQuestion }: OwnReply): Reply {
  // Pointers inside the section lead to where they led: the section begins at the same offset in every message.
  const question = withQuestion && query.scan.questionsEnd <= query.bodyOctetsMax ? query.questionOctets : EMPTY;
  const reply = new Uint8Array(HEADER_OCTETS + question.length);
  reply.set(question, HEADER_OCTETS);
  putFlags(reply, FLAG.QR | (recursionAvailable ? FLAG.RA : 0) | rcode);
  putUint16(reply, QDCOUNT_OFFSET, question.length === 0 ? 0 : query.scan.questionCount);
  return reply;
}

const EMPTY = new Uint8Array(0);
