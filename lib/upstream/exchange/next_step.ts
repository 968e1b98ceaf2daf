import type { ReplyKind } from "../../response/reply_kind.ts";

/** How a query is put. */
export interface Manner {
  /** With an OPT record (RFC 6891). */
  readonly withOpt: boolean;
  /** With a COOKIE option in it (RFC 7873). */
  readonly withCookie: boolean;
  /** With the letters of the name in random case; see `randomizeCase`. */
  readonly isMixed: boolean;
  /** With the cookie that an earlier reply has asked for. */
  readonly hasFreshCookie: boolean;
  /** Over TCP, where nobody forges a reply who cannot read the query, and nothing is cut off; else as usual, by UDP mostly. */
  readonly isOverTcp: boolean;
}

/** How a question is put first, by bits. Made once, not for each query. */
const FIRST: readonly Manner[] = Array.from({ length: 16 }, (_, bits) => ({
  withOpt: (bits & 1) !== 0,
  withCookie: (bits & 2) !== 0,
  isMixed: (bits & 4) !== 0,
  hasFreshCookie: false,
  isOverTcp: (bits & 8) !== 0,
}));

/** As plain as can be. */
export const NO_MANNER: Manner = FIRST[0]!;

/** How a question is put first. */
export function firstManner({ withOpt, withCookie, isMixed, isOverTcp }: Omit<Manner, "hasFreshCookie">): Manner {
  // hot path
  return FIRST[(withOpt ? 1 : 0) | (withCookie ? 2 : 0) | (isMixed ? 4 : 0) | (isOverTcp ? 8 : 0)]!;
}

/** What else the next step depends on. */
export interface Circumstances {
  /** Whether it is known that letter case does not matter to the upstream. */
  readonly hasShownCase: boolean;
  /** Sends that are left of the question's. */
  readonly sendsLeft: number;
  /** Upstreams that may still have to be asked, this one left out. */
  readonly othersCount: number;
  /** Whether the upstream has rejected EDNS for this question, and is being asked without. */
  readonly isAskedWithoutOpt: boolean;
  /** Whether the question has gone over TCP in place of UDP, as far as is known because its reply is large. */
  readonly isInPlaceOfUdp: boolean;
}

/**
 * What to do with a reply: take it (`accept`), take it for want of another send although it should have been asked for
 * once more (`unproven`), or ask again, in the manner that the step is called by.
 */
export type Step = "accept" | "unproven" | "freshCookie" | "overTcp" | "overUdp" | "withoutOpt" | "plainCase";

/** Why a reply does not count that is right in all else. */
export type Doubt = "wrongCase" | "wrongCookie";

/** What follows from a reply to a query that was put in some manner. */
export function nextStep(kind: ReplyKind, manner: Manner, circumstances: Circumstances): Step {
  // hot path
  if (manner.isOverTcp) return stepOverTcp(kind, manner, circumstances);
  const { hasShownCase, sendsLeft, othersCount } = circumstances;
  switch (kind) {
    case "answer":
    case "truncated":
      return "accept";
    case "badCookie":
      // RFC 7873 §5.3: the reply has brought the cookie that the server wants to see. If that is not good either, "the
      // client SHOULD retry using TCP as the transport".
      if (manner.hasFreshCookie) return "overTcp";
      return sendsLeft > 0 ? "freshCookie" : "accept";
    case "rejection":
      // RFC 6891 §7: a server that does not know EDNS says FORMERR or NOTIMP; it may well answer without.
      if (manner.withOpt && sendsLeft > 0) return "withoutOpt";
      // The same said once more, of a resend: what the query without brings may be better.
      if (manner.withOpt && circumstances.isAskedWithoutOpt) return "unproven";
      // What OPT was not to blame for may be for the letter case.
      return manner.isMixed && !hasShownCase && sendsLeft > othersCount ? "plainCase" : "accept";
    case "failure":
      // Whatever the upstream has shown: there may be many servers behind its address, and whoever works seldom fails. Others
      // may know better: they come before this one is asked twice.
      return manner.isMixed && sendsLeft > othersCount ? "plainCase" : "accept";
    case "denial":
      if (!manner.isMixed || hasShownCase) return "accept";
      return sendsLeft > 0 ? "plainCase" : "unproven";
    case "bareDenial":
      // Some servers know names in one spelling alone. Without a SOA nothing shows that this one has looked well, whatever
      // it has shown before: a forwarder has many servers behind it.
      if (!manner.isMixed) return "accept";
      return sendsLeft > 0 ? "plainCase" : "unproven";
  }
}

/** The same for a reply over TCP: what comes there has really been said. Sends there are not counted, but for the first. */
function stepOverTcp(
  kind: ReplyKind,
  { withOpt }: Manner,
  { isInPlaceOfUdp, sendsLeft }: Circumstances,
): Step {
  // RFC 6891 §7. Whoever came here because a reply over UDP might be forged is not sent back there.
  if (kind === "rejection" && withOpt) return "withoutOpt";
  // What has to be found out first, cookies and EDNS, is found out over UDP.
  const isFoundOutFirst = kind === "rejection" || kind === "badCookie";
  return isFoundOutFirst && isInPlaceOfUdp && sendsLeft > 0 ? "overUdp" : "accept";
}

/** How a query is put once more, after a step or because a reply is in doubt. */
export function mannerAfter(cause: Step | Doubt, manner: Manner): Manner {
  switch (cause) {
    case "freshCookie":
      return { ...manner, withCookie: true, hasFreshCookie: true };
    case "withoutOpt":
      return { ...manner, withOpt: false, withCookie: false };
    case "plainCase":
    case "wrongCase":
      return { ...manner, isMixed: false };
    case "wrongCookie":
      return { ...manner, withCookie: false };
    default:
      return manner;
  }
}

/**
 * Where a reply lacks the cookie and there is no TCP, another port and ID have to do. The query is put so that the server that
 * may really have sent that reply answers it: `isRejection` says that it has not understood the query.
 */
export function mannerWithoutCookie(manner: Manner, { isRejection }: { readonly isRejection: boolean }): Manner {
  return { ...manner, withOpt: manner.withOpt && !isRejection, withCookie: false };
}
