import {
  ANCOUNT_OFFSET,
  HEADER_OCTETS,
  NSCOUNT_OFFSET,
  QDCOUNT_OFFSET,
  QUESTION_TAIL_OCTETS,
  rcodeOf,
} from "../../../wire/header.ts";
import { RCODE, TYPE } from "../../../wire/iana.ts";
import { uint16At, uint32At } from "../../../wire/octets.ts";
import { skipName, UNREADABLE } from "../../../wire/skip_name.ts";

/** TYPE, CLASS, TTL and RDLENGTH of a record. */
const RECORD_HEAD_OCTETS = 10;
const TTL_OFFSET = 4;
const RDLENGTH_OFFSET = 8;
/** MINIMUM is what an SOA ends with (RFC 1035 §3.3.13). */
const MINIMUM_OCTETS = 4;

/**
 * For how many seconds HTTP caches may give `reply` to others (RFC 8484 §5.1): the smallest TTL of its answers; when there are none,
 * that of the SOA record and its MINIMUM (RFC 2308 §5). 0 for failures, and where nothing says how long it holds.
 */
export function freshnessSeconds(reply: Uint8Array): number {
  // hot path
  const rcode = rcodeOf(uint16At(reply, 2));
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) return 0;
  const answers = uint16At(reply, ANCOUNT_OFFSET);
  const authorities = uint16At(reply, NSCOUNT_OFFSET);
  const end = reply.length;
  let at = HEADER_OCTETS;
  for (let i = uint16At(reply, QDCOUNT_OFFSET); i > 0; i--) {
    at = skipName(reply, at, end);
    if (at === UNREADABLE) return 0;
    at += QUESTION_TAIL_OCTETS;
  }
  let seconds = Infinity;
  for (let i = 0; i < answers + authorities; i++) {
    if (i === answers && answers > 0) break;
    at = skipName(reply, at, end);
    if (at === UNREADABLE || at + RECORD_HEAD_OCTETS > end) return 0;
    const ttl = uint32At(reply, at + TTL_OFFSET);
    const next = at + RECORD_HEAD_OCTETS + uint16At(reply, at + RDLENGTH_OFFSET);
    if (next > end) return 0;
    if (answers > 0) seconds = Math.min(seconds, ttl);
    else if (uint16At(reply, at) === TYPE.SOA) seconds = Math.min(ttl, uint32At(reply, next - MINIMUM_OCTETS));
    at = next;
  }
  return seconds === Infinity ? 0 : seconds;
}
