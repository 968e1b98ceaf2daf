import { HEADER_OCTETS } from "../wire/header.ts";
import { TYPE } from "../wire/iana.ts";
import { isAboveAny, isAnyOf } from "../wire/name_at.ts";
import { rdataSteps, STEP_COMPRESSIBLE_NAME, STEP_NAME } from "../wire/rdata.ts";
import { MessageScan, skipName, uint16At } from "../wire/scan.ts";
import { RDLENGTH_OFFSET, RECORD_HEAD_OCTETS } from "../wire/section_layout.ts";

/**
 * Replies with more records are looked at in the thorough way: here every name is compared with every other. Of 24 records
 * no more than 400 pairs are compared, of names of 255 octets at most: 0.4 ms for the worst that was found.
 */
const RECORDS_MAX = 24;
/** Used anew for each reply. */
const scan = new MessageScan();

/**
 * Tells the usual reply without decoding it: a chain in order, its zones' authorities, and additional records that those
 * name. `false` means no more than that the reply has to be looked at thoroughly, by `keepRelevant`.
 *
 * @param reply A readable message with one question.
 */
export function isPlainlyRelevant(reply: Uint8Array): boolean {
  scan.scan(reply);
  const recordCount = scan.answerCount + scan.authorityCount + scan.additionalCount;
  if (recordCount > RECORDS_MAX) return false;
  const authoritiesFrom = scan.answerCount;
  const additionalsFrom = authoritiesFrom + scan.authorityCount;
  /** Where the names of the chain, and those that records lead to, stand in the message. */
  const chain = [HEADER_OCTETS];
  const named: number[] = [];
  let owner = scan.questionsEnd;
  for (let i = 0; i < recordCount; i++) {
    const head = skipName(reply, owner, scan.end, scan.end);
    const type = uint16At(reply, head);
    const rdata = head + RECORD_HEAD_OCTETS;
    if (i < authoritiesFrom) {
      if (!isAnyOf(reply, owner, chain)) return false;
      if (type === TYPE.CNAME) chain.push(rdata);
    } else if (i < additionalsFrom) {
      if ((type !== TYPE.SOA && type !== TYPE.NS) || !isAboveAny(reply, owner, chain)) return false;
    } else if (type !== TYPE.OPT && !isAnyOf(reply, owner, named) && !isAnyOf(reply, owner, chain)) {
      return false;
    }
    if (i < additionalsFrom) noteFirstName(type, rdata, named);
    owner = rdata + uint16At(reply, head + RDLENGTH_OFFSET);
  }
  return true;
}

/** Notes where the first name in an RDATA stands: the target of NS, MX, SRV, SVCB and the like. */
function noteFirstName(type: number, rdata: number, named: number[]): void {
  const steps = rdataSteps(type);
  if (steps === undefined) return;
  let offset = rdata;
  for (const step of steps) {
    if (step === STEP_NAME || step === STEP_COMPRESSIBLE_NAME) {
      named.push(offset);
      return;
    }
    // A step of unknown length: what lies behind it is for the thorough way.
    if (step < 0) return;
    offset += step;
  }
}
