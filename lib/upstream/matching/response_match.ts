import { FLAG, HEADER_OCTETS, QUESTION_TAIL_OCTETS } from "../../wire/header.ts";
import { OPCODE, RCODE } from "../../wire/iana.ts";
import { isSameRun } from "../../wire/name.ts";
import { type MessageScan, SCAN } from "../../wire/scan.ts";

/**
 * Whether `reply` is a response to `question` (RFC 5452 §9.1), letter case ignored. A server that cannot
 * read the question may leave it out.
 *
 * @param scan What has been found in `reply`.
 */
export function isResponseTo(reply: Uint8Array, scan: MessageScan, question: Uint8Array): boolean {
  if (!scan.isResponse || scan.opcode !== OPCODE.QUERY) return false;
  if (scan.questionCount === 0) return isBareError(reply, scan);
  return scan.questionCount === 1 && isSameQuestion(reply, question);
}

/**
 * Whether `reply` is a response to `question` that says that it is not whole (TC), and is no whole message either: it breaks
 * off in a record or in its question, or has no question. As much of the question as is there has to be the one asked.
 *
 * @param scan What has been found in `reply`.
 */
export function isCutResponseTo(reply: Uint8Array, scan: MessageScan, question: Uint8Array): boolean {
  // hot path
  if ((scan.flags & FLAG.TC) === 0 || !scan.isResponse || scan.opcode !== OPCODE.QUERY) return false;
  if (scan.questionCount === 0) return true;
  if (scan.status === SCAN.ok || scan.questionCount !== 1) return false;
  const octets = Math.min(question.length, reply.length - HEADER_OCTETS);
  const nameOctets = Math.min(octets, question.length - QUESTION_TAIL_OCTETS);
  if (!isSameRun(reply, HEADER_OCTETS, question, 0, nameOctets)) return false;
  for (let i = nameOctets; i < octets; i++) if (reply[HEADER_OCTETS + i] !== question[i]) return false;
  return true;
}

/** Whether `reply`, which has one question at least as long, has `question` in the very same octets. */
export function hasSameOctets(reply: Uint8Array, question: Uint8Array): boolean {
  for (let i = 0; i < question.length; i++) if (reply[HEADER_OCTETS + i] !== question[i]) return false;
  return true;
}

/**
 * A server that cannot parse a query (an OPT record, say) answers FORMERR or NOTIMP with nothing but a header. It says
 * no more than "not me", so it is believed on peer, port and ID alone.
 */
function isBareError(reply: Uint8Array, scan: MessageScan): boolean {
  return reply.length === HEADER_OCTETS && (scan.rcode === RCODE.FORMERR || scan.rcode === RCODE.NOTIMP);
}

/**
 * Whether `reply` begins with `question`. Both are uncompressed, so equal octets are an equal question; letter case is
 * folded, for some servers do not echo it.
 */
function isSameQuestion(reply: Uint8Array, question: Uint8Array): boolean {
  // hot path
  if (HEADER_OCTETS + question.length > reply.length) return false;
  const nameOctets = question.length - QUESTION_TAIL_OCTETS;
  if (!isSameRun(reply, HEADER_OCTETS, question, 0, nameOctets)) return false;
  for (let i = nameOctets; i < question.length; i++) if (reply[HEADER_OCTETS + i] !== question[i]) return false;
  return true;
}
