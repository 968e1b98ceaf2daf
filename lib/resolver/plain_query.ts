import { FLAG, OPCODE_MASK } from "../wire/header.ts";
import { CLASS, isDataType } from "../wire/iana.ts";
import { EDNS_VERSION } from "../wire/edns/edns.ts";
import { type MessageScan, OPT_FAULT, SCAN } from "../wire/scan.ts";

/**
 * Whether a message is a query as nearly all are: readable, with one question for records of the Internet, and with no record but
 * an OPT record of a version that is known. Whoever judges the form of queries, or takes care of others, need not look at it again.
 */
export function isPlainQuery(scan: MessageScan): boolean {
  // hot path
  return scan.status === SCAN.ok && (scan.flags & (FLAG.QR | OPCODE_MASK)) === 0 && scan.questionCount === 1 &&
    scan.qclass === CLASS.IN && isDataType(scan.qtype) && hasNothingBut(scan.hasOpt ? 1 : 0, scan) &&
    scan.optFault === OPT_FAULT.none && scan.ednsVersion === EDNS_VERSION;
}

function hasNothingBut(recordCount: number, scan: MessageScan): boolean {
  // hot path
  return scan.additionalCount === recordCount && (scan.answerCount | scan.authorityCount) === 0;
}
