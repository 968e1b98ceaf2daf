import type { Counters } from "../../observe/counters.ts";

/** What became of a datagram that came in on an upstream socket. */
export type Verdict =
  | "matched"
  /** No such ID is waited for. */
  | "unsolicited"
  /** The ID's query was given up or has been answered; nobody hears of the reply. */
  | "late"
  /** Not from the address and port that were asked. */
  | "wrongPeer"
  /** A query, another opcode, or another question than was asked. */
  | "wrongQuestion"
  /** The question that was asked, yet not in the letter case in which it was sent. */
  | "wrongCase"
  /** Everything is right but the cookie that it should repeat. */
  | "wrongCookie"
  /** The right header and question, and then no message, or one with a broken OPT record. */
  | "garbled";

/** The counter of each verdict. */
export const COUNTER_OF = {
  matched: "upstreamReplies",
  unsolicited: "upstreamUnsolicited",
  late: "upstreamLate",
  wrongPeer: "upstreamWrongPeer",
  wrongQuestion: "upstreamWrongQuestion",
  wrongCase: "upstreamWrongCase",
  wrongCookie: "upstreamWrongCookie",
  garbled: "upstreamGarbled",
} as const satisfies Record<Verdict, keyof Counters>;
