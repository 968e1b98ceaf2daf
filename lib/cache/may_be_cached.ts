import { FLAG } from "../wire/header.ts";
import { OPCODE, TYPE } from "../wire/iana.ts";
import { type MessageScan, SCAN } from "../wire/scan.ts";
import { uint16At } from "../wire/octets.ts";

/**
 * Whether what an upstream says to a query may be stored.
 *
 * @param scan What has been found in `query`.
 */
export function mayBeCached(scan: MessageScan, query: Uint8Array): boolean {
  // hot path
  // RFC 8945 §5.3: a signed query wants a signed answer, which nobody but the server it was made for can give.
  if (scan.status !== SCAN.ok || scan.questionCount !== 1 || scan.isResponse || scan.isSigned) return false;
  if (scan.opcode !== OPCODE.QUERY) return false;
  // An upstream answers RD=0 out of what it happens to know, a referral say: nothing to tell those who want recursion.
  if ((scan.flags & FLAG.RD) === 0) return false;
  return isCacheableType(uint16At(query, scan.qtypeOffset)) && isCacheableClass(uint16At(query, scan.qtypeOffset + 2));
}

/**
 * RFC 6895 §3.1: data types, and those for private use. Types 128–255 are questions and meta types (ANY, AXFR, TKEY, …),
 * 61440–65279 have no meaning yet that could say what they are, 0 and 65535 are reserved. OPT is a meta type among the
 * data types.
 */
function isCacheableType(type: number): boolean {
  if (type < 0x80) return type !== 0 && type !== TYPE.OPT;
  return (type >= 0x100 && type < 0xf000) || (type >= 0xff00 && type < 0xffff);
}

/** RFC 6895 §3.2: classes 128–255 are questions and meta classes (NONE, ANY), 0 and 65535 are reserved. */
function isCacheableClass(rrclass: number): boolean {
  return (rrclass > 0 && rrclass < 0x80) || (rrclass >= 0x100 && rrclass < 0xffff);
}
