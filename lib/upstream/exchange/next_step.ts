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
}

/** How a question is put first, by bits. Made once, not for each query. */
const FIRST: readonly Manner[] = Array.from({ length: 8 }, (_, bits) => ({
  withOpt: (bits & 1) !== 0,
  withCookie: (bits & 2) !== 0,
  isMixed: (bits & 4) !== 0,
  hasFreshCookie: false,
}));

/** How a question is put first. */
export function firstManner({ withOpt, withCookie, isMixed }: Omit<Manner, "hasFreshCookie">): Manner {
  // hot path
  return FIRST[(withOpt ? 1 : 0) | (withCookie ? 2 : 0) | (isMixed ? 4 : 0)]!;
}

/** What else the next step depends on. */
export interface Circumstances {
  /** Whether it is known that letter case does not matter to the upstream. */
  readonly hasShownCase: boolean;
  /** Sends that are left of the question's. */
  readonly sendsLeft: number;
  /** Upstreams that may still have to be asked, this one left out. */
  readonly othersCount: number;
}

/**
 * What to do with a reply: take it (`accept`), take it for want of another send although it should have been asked for
 * once more (`unproven`), or ask again, in the manner that the step is called by.
 */
export type Step = "accept" | "unproven" | "freshCookie" | "overTcp" | "withoutOpt" | "plainCase";

/** What follows from a reply to a query that was put in some manner. */
export function nextStep(
  kind: ReplyKind,
  manner: Manner,
  { hasShownCase, sendsLeft, othersCount }: Circumstances,
): Step {
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
