import { HEADER_OCTETS, QDCOUNT_OFFSET, QUESTION_TAIL_OCTETS } from "../wire/header.ts";
import { uint16At } from "../wire/octets.ts";
import { skipName } from "../wire/skip_name.ts";
import type { Query } from "./query.ts";

/**
 * RFC 4343 §4.1: who asks sees its own spelling, whoever the reply was made for. One question stands uncompressed at the same
 * place in query and reply and differs in letter case at most, so names that point to it are mended along with it. Edits
 * `reply` in place, and returns it.
 */
export function withOwnSpelling(reply: Uint8Array<ArrayBuffer>, query: Query): Uint8Array<ArrayBuffer> {
  const { questionCount, questionsEnd } = query.scan;
  if (questionCount !== 1 || uint16At(reply, QDCOUNT_OFFSET) !== 1) return reply;
  if (skipName(reply, HEADER_OCTETS, reply.length) + QUESTION_TAIL_OCTETS === questionsEnd) {
    query.putQuestions(reply);
  }
  return reply;
}
