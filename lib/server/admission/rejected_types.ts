import { EDE, RCODE, TYPE } from "../../wire/iana.ts";

/** What a question gets whose type nobody can be asked for here. */
export interface TypeRejection {
  /** 0–15. */
  readonly rcode: number;
  /** See `EDE`. */
  readonly infoCode: number;
  /** For the client. */
  readonly text: string;
}

const TRANSFER: TypeRejection = {
  rcode: RCODE.REFUSED,
  infoCode: EDE.NOT_SUPPORTED,
  text: "Zones are not transferred here, ask their own servers",
};
const NEVER_ASKED: TypeRejection = {
  rcode: RCODE.FORMERR,
  infoCode: EDE.INVALID_QUERY_TYPE,
  text: "Records of this type are never asked for",
};
const NOT_FORWARDED: TypeRejection = {
  rcode: RCODE.NOTIMP,
  infoCode: EDE.NOT_SUPPORTED,
  text: "Questions of this type are not forwarded",
};

/**
 * The meta types of RFC 6895 §3.1, all but ANY and those without a meaning.
 *
 * - A transfer (RFC 5936, RFC 1995) is a stream of messages between the servers of a zone. A forwarder that treats it as an
 *   answer removes what does not belong to the question; a secondary would take an empty zone for the truth.
 * - OPT, TSIG and NXNAME are nothing that a name has (RFC 6891 §6.1.1, RFC 8945 §4.2). RFC 9824 §3.5: "If an explicit query
 *   for the NXNAME RR type is received, the DNS server MUST return a Format Error".
 * - TKEY is talk with the server itself (RFC 2930 §4), in a record that stays here.
 * - MAILB and MAILA ask for several types at once that are long obsolete (RFC 1035 §3.2.3).
 */
const REJECTIONS: ReadonlyMap<number, TypeRejection> = new Map([
  [TYPE.AXFR, TRANSFER],
  [TYPE.IXFR, TRANSFER],
  [TYPE.OPT, NEVER_ASKED],
  [TYPE.TSIG, NEVER_ASKED],
  [TYPE.NXNAME, NEVER_ASKED],
  [TYPE.TKEY, NOT_FORWARDED],
  [TYPE.MAILB, NOT_FORWARDED],
  [TYPE.MAILA, NOT_FORWARDED],
]);

/** How a question for `qtype` is rejected; `undefined` when it may be asked. */
export function rejectionOf(qtype: number): TypeRejection | undefined {
  // hot path
  return qtype < TYPE.NXNAME && qtype !== TYPE.OPT ? undefined : REJECTIONS.get(qtype);
}
