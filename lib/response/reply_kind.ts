import { FLAG, rcodeOf } from "../wire/header.ts";
import { RCODE } from "../wire/iana.ts";
import { uint16At } from "../wire/octets.ts";
import type { Response } from "./response.ts";

/**
 * Whether a response says something about the name. Every RCODE but these says more about the upstream, be it SERVFAIL, NOTAUTH
 * or one that nobody has assigned yet: another upstream may well know.
 */
export function isUseful({ octets, scan }: Response): boolean {
  // BADVERS and the like look like NOERROR by the header alone. They come without answers.
  return isUsefulReply(octets) && (scan.answerCount > 0 || scan.extendedRcode === 0);
}

/** The same of a reply to a client, which has no part in what is said of a hop between servers. */
export function isUsefulReply(reply: Uint8Array): boolean {
  switch (rcodeOf(uint16At(reply, 2))) {
    case RCODE.NOERROR:
    case RCODE.NXDOMAIN:
    // RFC 6672 §2.2: a name that a DNAME makes too long is the same for everybody.
    // falls through
    case RCODE.YXDOMAIN:
      return true;
    default:
      return false;
  }
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

/** What a reply is good for; see `replyKindOf`. */
export type ReplyKind = "answer" | "denial" | "bareDenial" | "failure" | "rejection" | "badCookie" | "truncated";

/**
 * `answer`: it has answers, or says what is beyond us. `denial`: the name, or the type at that name, does not exist (or is
 * known elsewhere). `bareDenial`: the same, without the SOA that a denial comes with (RFC 2308 §2, §3). `rejection`: the
 * query was not understood. `failure`: the server cannot or will not answer.
 */
export function replyKindOf(response: Response): ReplyKind {
  // hot path
  const { flags, rcode, answerCount, authorityCount } = response.scan;
  // RFC 7873 §5.3: BADCOOKIE asks for another cookie, however little of the reply there was room for.
  if ((flags & FLAG.TC) !== 0) return isBadCookie(response) ? "badCookie" : "truncated";
  switch (rcode) {
    case RCODE.NOERROR:
    case RCODE.NXDOMAIN:
      // NXDOMAIN with answers is said of the end of a chain (RFC 6604 §3), of which the name was found.
      if (answerCount > 0) return "answer";
      return authorityCount > 0 ? "denial" : "bareDenial";
    case RCODE.YXDOMAIN:
      return "answer";
    case RCODE.FORMERR:
    case RCODE.NOTIMP:
      return "rejection";
    default:
      return isBadCookie(response) ? "badCookie" : "failure";
  }
}

/** Whether a response asks for the query once more with the cookie that it brings (RFC 7873 §5.2.4). */
export function isBadCookie({ scan }: Response): boolean {
  return scan.rcode === (RCODE.BADCOOKIE & 0xf) && scan.extendedRcode === RCODE.BADCOOKIE >> 4;
}
