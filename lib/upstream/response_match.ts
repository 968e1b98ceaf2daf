import { HEADER_OCTETS } from "../wire/header.ts";
import { OPCODE, RCODE } from "../wire/iana.ts";
import { foldOctet } from "../wire/name.ts";
import { type MessageScan, skipName } from "../wire/scan.ts";

/**
 * Whether `reply` is a response to the question of `query` (RFC 5452 §9.1), letter case ignored. A server that cannot
 * read the question may leave it out.
 *
 * @param scan What has been found in `reply`.
 */
export function isResponseTo(reply: Uint8Array, scan: MessageScan, query: Uint8Array): boolean {
  if (!scan.isResponse || scan.opcode !== OPCODE.QUERY) return false;
  if (scan.questionCount === 0) return isBareError(reply, scan);
  return scan.questionCount === 1 && isSameQuestion(reply, query);
}

/** Whether both have the same octets behind the header, up to `end`. */
export function hasSameOctets(reply: Uint8Array, query: Uint8Array, end: number): boolean {
  for (let i = HEADER_OCTETS; i < end; i++) if (reply[i] !== query[i]) return false;
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
 * Whether `reply` begins with the question of `query`. Both have it at the same place and uncompressed, so equal octets
 * are an equal question; letter case is folded, for some servers do not echo it.
 */
function isSameQuestion(reply: Uint8Array, query: Uint8Array): boolean {
  const typeOffset = skipName(query, HEADER_OCTETS, query.length, query.length);
  const end = typeOffset + 4;
  if (end > reply.length) return false;
  for (let i = HEADER_OCTETS; i < typeOffset; i++) if (foldOctet(reply[i]!) !== foldOctet(query[i]!)) return false;
  for (let i = typeOffset; i < end; i++) if (reply[i] !== query[i]) return false;
  return true;
}
