import { EDNS_VERSION } from "../../wire/edns/edns.ts";
import { EDE, OPCODE, RCODE } from "../../wire/iana.ts";
import { OPT_FAULT, SCAN } from "../../wire/scan.ts";
import { ownReply } from "../../resolver/own_reply.ts";
import type { Query } from "../../resolver/query.ts";
import { type Reply, SOURCE } from "../../resolver/reply.ts";
import { hasMultiQtypeOption } from "./multi_qtype_option.ts";
import { rejectionOf } from "./rejected_types.ts";

/** The query is fit to be resolved. */
export const ADMITTED = "admitted";
/** The datagram gets no reply. */
export const IGNORED = "ignored";

/**
 * Judges a datagram before anything is done for it: whether it is a query that can be resolved, is to be ignored, or has
 * its reply already. Looks at nothing but the message.
 */
export function admit(query: Query): typeof ADMITTED | typeof IGNORED | Reply {
  const { scan } = query;
  const reply = (rcode: number, withQuestion: boolean) =>
    ownReply(query, { rcode, withQuestion, source: SOURCE.policy });
  const explain = (infoCode: number, text: string) => void query.reply.extendedErrors.push({ infoCode, text });

  if (isUnanswerable(query)) return IGNORED;
  // RFC 8906 §3.1.4: an unknown opcode is answered with NOTIMP. Its sections may mean anything, so they are not judged.
  if (scan.opcode !== OPCODE.QUERY) {
    // RFC 10029 §3.3: FORMERR for "an MQTYPE-Query option in any inbound DNS message with an OpCode other than QUERY".
    if (hasMultiQtypeOption(query)) {
      explain(EDE.OTHER, "The MQTYPE-Query option is for queries");
      return reply(RCODE.FORMERR, false);
    }
    explain(EDE.NOT_SUPPORTED, `Opcode ${scan.opcode} is not supported`);
    return reply(RCODE.NOTIMP, true);
  }
  if (scan.status === SCAN.malformed) {
    explain(EDE.OTHER, "The message cannot be read");
    return reply(RCODE.FORMERR, false);
  }
  // RFC 6891 §6.1.1: "If a query message with more than one OPT RR is received, a FORMERR (RCODE=1) MUST be returned."
  if (scan.optFault !== OPT_FAULT.none) {
    explain(EDE.OTHER, "Malformed OPT record");
    return reply(RCODE.FORMERR, false);
  }
  // RFC 6891 §6.1.3: "If a responder does not implement the VERSION level of the request, then it MUST respond with
  // RCODE=BADVERS."
  if (scan.hasOpt && scan.ednsVersion > EDNS_VERSION) {
    query.reply.extendedRcode = RCODE.BADVERS >> 4;
    return reply(RCODE.BADVERS & 0xf, true);
  }
  if (scan.isSigned) {
    // A signature covers the ID, which has to change on the way: no forwarder that guards its IDs can relay it intact.
    explain(EDE.NOT_SUPPORTED, "Signed messages cannot be forwarded");
    return scan.questionCount > 1 ? reply(RCODE.FORMERR, false) : reply(RCODE.NOTIMP, true);
  }
  const rejection = rejectionOf(query.qtype);
  // Among several questions, and beside other types (RFC 10029 §3.3), it is rejected with them.
  if (rejection !== undefined && scan.questionCount === 1 && !hasMultiQtypeOption(query)) {
    explain(rejection.infoCode, rejection.text);
    return reply(rejection.rcode, true);
  }
  return ADMITTED;
}

/** Whether a datagram must not or cannot be answered, whoever sent it. */
export function isUnanswerable({ scan, client }: Query): boolean {
  // Without a whole header there is no ID to answer with.
  if (scan.status === SCAN.tooShort) return true;
  // Answering responses would let two servers talk to each other for ever.
  return scan.isResponse || !client.isAnswerable;
}
