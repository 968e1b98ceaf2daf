import { ANCOUNT_OFFSET, FLAG, NSCOUNT_OFFSET, rcodeOf } from "../wire/header.ts";
import { RCODE } from "../wire/iana.ts";
import { uint16At } from "../wire/scan.ts";
import { isBadCookie } from "./cookie_jar.ts";

/** RCODEs that say more about the upstream than about the name: another upstream may well know. */
const USELESS: ReadonlySet<number> = new Set([RCODE.SERVFAIL, RCODE.REFUSED, RCODE.FORMERR, RCODE.NOTIMP]);

/** Whether a reply says something about the name. */
export function isUseful(reply: Uint8Array): boolean {
  // BADCOOKIE speaks of the hop to this upstream, too, and its lower four bits mean something else.
  return !USELESS.has(rcodeOf(uint16At(reply, 2))) && !isBadCookie(reply);
}

/** Whether TC is set: the reply is not all there is. */
export function isTruncated(reply: Uint8Array): boolean {
  return (uint16At(reply, 2) & FLAG.TC) !== 0;
}

/** Whether a reply may mean that the server does not know EDNS (RFC 6891 §7). */
export function isEdnsRejection(reply: Uint8Array): boolean {
  const rcode = rcodeOf(uint16At(reply, 2));
  return rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP;
}

/** Whether a reply denies without the SOA that a denial comes with (RFC 2308 §2, §3). */
export function isDoubtful(reply: Uint8Array): boolean {
  const rcode = rcodeOf(uint16At(reply, 2));
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) return false;
  return !isTruncated(reply) && uint16At(reply, ANCOUNT_OFFSET) === 0 && uint16At(reply, NSCOUNT_OFFSET) === 0;
}
