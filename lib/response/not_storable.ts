/** Why a response is not stored. For debug logs and tests; whoever stores need not tell one from another. */
export const NOT_STORABLE = {
  /** No readable message. */
  malformed: "malformed",
  /** A query, or an opcode other than QUERY. */
  notAResponse: "not a response",
  /** None or several questions: what is it an answer to? Merged responses are among them. */
  questionCount: "not one question",
  /** TC: something is missing (RFC 2181 §9). */
  truncated: "truncated",
  /** TSIG or SIG(0): signed for one transaction (RFC 8945 §5.3). */
  signed: "signed",
  /** Two OPT records, or one that is not as it must be (RFC 6891 §6.1.1): who knows what else is wrong. */
  misplacedOpt: "misplaced OPT",
  /** An RCODE over 15, BADVERS or BADCOOKIE say: it is about EDNS with one upstream, not about the question. */
  extendedRcode: "extended RCODE",
  /** YXDOMAIN: what a DNAME makes of the name is too long (RFC 6672 §2.2). An answer, whose proof is the DNAME, and no failure. */
  redirectedTooFar: "redirected too far",
  /** Another RCODE than these, NOERROR and NXDOMAIN: kept as a failure, by whoever sees that nobody else knows better. */
  failure: "failure",
  /** More octets, records or RRsets than are worth the work. */
  tooLarge: "too large",
  /** A record of another class than the question's. */
  otherClass: "another class",
  /** NXDOMAIN, but data for the name. */
  contradictory: "contradictory",
  /** Neither data nor a SOA, but name servers to ask: a referral, downwards or (from a lame server) upwards. */
  referral: "referral",
  /** Neither data nor a SOA that says how long that holds (RFC 2308 §5), also at the end of a CNAME chain. */
  noSoa: "no SOA",
  /** A TTL of 0: for those who wait already, and nobody else (RFC 1035 §3.2.1). */
  zeroTtl: "TTL of 0",
} as const;

/** One of `NOT_STORABLE`. */
export type NotStorableReason = (typeof NOT_STORABLE)[keyof typeof NOT_STORABLE];
