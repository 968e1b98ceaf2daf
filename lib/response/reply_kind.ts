import { ANCOUNT_OFFSET, ARCOUNT_OFFSET, FLAG, NSCOUNT_OFFSET, rcodeOf } from "../wire/header.ts";
import { RCODE } from "../wire/iana.ts";
import { MessageScan } from "../wire/scan.ts";
import { uint16At } from "../wire/octets.ts";

/** Used anew for each reply. */
const scan = new MessageScan();

/**
 * Whether a reply says something about the name. Every RCODE but these says more about the upstream, be it SERVFAIL, NOTAUTH
 * or one that nobody has assigned yet: another upstream may well know.
 */
export function isUseful(reply: Uint8Array): boolean {
  switch (rcodeOf(uint16At(reply, 2))) {
    case RCODE.NOERROR:
    case RCODE.NXDOMAIN:
    // RFC 6672 §2.2: a name that a DNAME makes too long is the same for everybody.
    // falls through
    case RCODE.YXDOMAIN:
      return !hasExtendedRcode(reply);
    default:
      return false;
  }
}

/** BADVERS and the like look like NOERROR by the header alone. They come without answers. */
function hasExtendedRcode(reply: Uint8Array): boolean {
  if (uint16At(reply, ANCOUNT_OFFSET) > 0 || uint16At(reply, ARCOUNT_OFFSET) === 0) return false;
  scan.scan(reply);
  return scan.extendedRcode !== 0;
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

/** Whether a reply has an OPT record. */
export function hasOpt(reply: Uint8Array): boolean {
  scan.scan(reply);
  return scan.hasOpt;
}

/** What a reply is good for; see `replyKindOf`. */
export type ReplyKind = "answer" | "denial" | "bareDenial" | "failure" | "rejection" | "badCookie" | "truncated";

/**
 * `answer`: it has answers, or says what is beyond us. `denial`: the name, or the type at that name, does not exist (or is
 * known elsewhere). `bareDenial`: the same, without the SOA that a denial comes with (RFC 2308 §2, §3). `rejection`: the
 * query was not understood. `failure`: the server cannot or will not answer.
 */
export function replyKindOf(reply: Uint8Array): ReplyKind {
  // hot path
  const flags = uint16At(reply, 2);
  // RFC 7873 §5.3: BADCOOKIE asks for another cookie, however little of the reply there was room for.
  if ((flags & FLAG.TC) !== 0) return isBadCookie(reply) ? "badCookie" : "truncated";
  switch (rcodeOf(flags)) {
    case RCODE.NOERROR:
    case RCODE.NXDOMAIN:
      // NXDOMAIN with answers is said of the end of a chain (RFC 6604 §3), of which the name was found.
      if (uint16At(reply, ANCOUNT_OFFSET) > 0) return "answer";
      return uint16At(reply, NSCOUNT_OFFSET) > 0 ? "denial" : "bareDenial";
    case RCODE.YXDOMAIN:
      return "answer";
    case RCODE.FORMERR:
    case RCODE.NOTIMP:
      return "rejection";
    default:
      return isBadCookie(reply) ? "badCookie" : "failure";
  }
}

/** Whether a reply asks for the query once more with the cookie that it brings (RFC 7873 §5.2.4). */
export function isBadCookie(reply: Uint8Array): boolean {
  // The header alone rules out nearly every reply.
  if (rcodeOf(uint16At(reply, 2)) !== (RCODE.BADCOOKIE & 0xf)) return false;
  scan.scan(reply);
  return scan.hasOpt && scan.extendedRcode === RCODE.BADCOOKIE >> 4;
}
