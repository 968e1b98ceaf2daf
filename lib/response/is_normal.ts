import { HEADER_OCTETS, RDLENGTH_OFFSET, RECORD_HEAD_OCTETS } from "../wire/header.ts";
import { CLASS, TYPE } from "../wire/iana.ts";
import { isAboveAny, isAnyOf, isSameNameAt, isWithinAt } from "../wire/name_at.ts";
import { rdataSteps, STEP_COMPRESSIBLE_NAME, STEP_NAME } from "../wire/rdata/rdata.ts";
import { isSameRdataAt } from "../wire/rdata/same_rdata_at.ts";
import { type MessageScan, skipName } from "../wire/scan.ts";
import { uint16At } from "../wire/octets.ts";
import { isMetaType, isProofType, isServiceBinding, isZoneType, leadsTo } from "./roles.ts";

/**
 * Responses with more records are looked at in the thorough way: here every name is compared with every other. Of 24 records
 * no more than 400 pairs are compared, of names of 255 octets at most: 0.4 ms for the worst that was found.
 */
const RECORDS_MAX = 24;
/** From the RDATA of a signature to its signer's name (RFC 4034 §3.1). */
const SIGNER_OFFSET = 18;
const CLASS_OFFSET = 2;
/** From a record's TTL to its RDATA, which RDLENGTH stands between. */
const TTL_FROM_RDATA = 6;

/** Where the records of the response at hand are. Used anew for each. */
const owners = new Uint16Array(RECORDS_MAX);
const types = new Uint16Array(RECORDS_MAX);
const rdatas = new Uint16Array(RECORDS_MAX);
const ends = new Uint16Array(RECORDS_MAX);
/** Where the names of its chain stand. */
const chain: number[] = [];

/**
 * Tells the usual response, which `normalize` leaves as it is, without decoding it: a chain in order, its zones, signed
 * proofs, and additional records behind those that lead to them. `false` means no more than that it has to be looked at
 * thoroughly.
 *
 * @param response A readable message.
 * @param scan What has been found in `response`.
 */
export function isNormal(response: Uint8Array, scan: MessageScan, wantsDnssec: boolean): boolean {
  // hot path
  const { answerCount, authorityCount, additionalCount, qtypeOffset } = scan;
  const authoritiesEnd = answerCount + authorityCount;
  const count = authoritiesEnd + additionalCount;
  if (scan.questionCount !== 1 || scan.isOvercompressed || count > RECORDS_MAX) return false;
  const qtype = uint16At(response, qtypeOffset);
  if (isMetaType(qtype) || qtype === TYPE.RRSIG) return false;
  return readRecords(response, scan.questionsEnd, count, uint16At(response, qtypeOffset + 2)) &&
    areAnswersNormal(response, answerCount, qtype, wantsDnssec) &&
    areAuthoritiesNormal(response, answerCount, authoritiesEnd, wantsDnssec) &&
    areAdditionalsNormal(response, authoritiesEnd, count, wantsDnssec);
}

/** Notes where everything is. Returns whether all records are of the question's class. */
function readRecords(response: Uint8Array, start: number, count: number, qclass: number): boolean {
  // hot path
  let owner = start;
  for (let i = 0; i < count; i++) {
    const head = skipName(response, owner, response.length, response.length);
    const type = uint16At(response, head);
    const isOfClass = uint16At(response, head + CLASS_OFFSET) === qclass || qclass === CLASS.ANY || type === TYPE.OPT;
    if (!isOfClass) return false;
    owners[i] = owner;
    types[i] = type;
    rdatas[i] = head + RECORD_HEAD_OCTETS;
    owner = head + RECORD_HEAD_OCTETS + uint16At(response, head + RDLENGTH_OFFSET);
    ends[i] = owner;
  }
  return true;
}

function areAnswersNormal(response: Uint8Array, end: number, qtype: number, wantsDnssec: boolean): boolean {
  // hot path
  chain.length = 1;
  chain[0] = HEADER_OCTETS;
  for (let i = 0; i < end; i++) {
    const owner = owners[i]!;
    const type = types[i]!;
    const last = chain[chain.length - 1]!;
    if (type === qtype || type === TYPE.CNAME) {
      if (!isSameNameAt(response, owner, last)) return false;
      if (type !== qtype) {
        if (isAnyOf(response, rdatas[i]!, chain)) return false;
        chain.push(rdatas[i]!);
      }
    } else if (type === TYPE.RRSIG) {
      if (!wantsDnssec || !isAnswerSigned(response, i, qtype)) return false;
    } else if (type !== TYPE.DNAME || !isStrictlyAbove(response, owner, last)) {
      return false;
    } else {
      // RFC 6672 §3.1: it stands before the CNAME that is made from it.
      for (let k = 0; k < chain.length - 1; k++) if (isStrictlyAbove(response, owner, chain[k]!)) return false;
    }
    if (isAtOdds(response, 0, i)) return false;
  }
  return true;
}

/** Whether the signature at `index` covers what may be an answer. */
function isAnswerSigned(response: Uint8Array, index: number, qtype: number): boolean {
  // hot path
  const covered = uint16At(response, rdatas[index]!);
  if (covered === qtype || covered === TYPE.CNAME) return isAnyOf(response, owners[index]!, chain);
  if (covered !== TYPE.DNAME) return false;
  for (let k = 0; k < chain.length; k++) if (isStrictlyAbove(response, owners[index]!, chain[k]!)) return true;
  return false;
}

function areAuthoritiesNormal(response: Uint8Array, start: number, end: number, wantsDnssec: boolean): boolean {
  // hot path
  let hasProofs = false;
  for (let i = start; i < end; i++) {
    const type = types[i]!;
    if (isZoneType(type)) {
      if (!isAboveAny(response, owners[i]!, chain)) return false;
    } else if (!wantsDnssec) {
      return false;
    } else if (type === TYPE.RRSIG) {
      const covered = uint16At(response, rdatas[i]!);
      const signer = rdatas[i]! + SIGNER_OFFSET;
      if (!isZoneType(covered) && !isProofType(covered)) return false;
      if (!isAboveAny(response, signer, chain) || !isWithinAt(response, owners[i]!, signer)) return false;
    } else {
      if (!isProofType(type)) return false;
      hasProofs = true;
    }
    if (isAtOdds(response, start, i)) return false;
  }
  return !hasProofs || areAllSigned(response, start, end);
}

/** Whether there is a signature for each proof. That of each signature is above the chain has been seen. */
function areAllSigned(response: Uint8Array, start: number, end: number): boolean {
  // hot path
  for (let i = start; i < end; i++) {
    if (!isProofType(types[i]!)) continue;
    let k = start;
    while (k < end && !(types[k] === TYPE.RRSIG && isSignatureOf(response, k, i))) k++;
    if (k === end) return false;
  }
  return true;
}

function isSignatureOf(response: Uint8Array, signature: number, index: number): boolean {
  // hot path
  return uint16At(response, rdatas[signature]!) === types[index] &&
    isSameNameAt(response, owners[signature]!, owners[index]!);
}

function areAdditionalsNormal(response: Uint8Array, start: number, end: number, wantsDnssec: boolean): boolean {
  // hot path
  for (let i = start; i < end; i++) {
    let type = types[i]!;
    if (type === TYPE.OPT) continue;
    if (type === TYPE.RRSIG) {
      if (!wantsDnssec) return false;
      type = uint16At(response, rdatas[i]!);
    }
    // The owner of TLSA is not the name that led there.
    if (type === TYPE.TLSA || !isLedTo(response, i, type, start) || isAtOdds(response, start, i)) return false;
  }
  return true;
}

/** Whether a record before the one at `index` leads there. A CNAME among the answers leads to answers. */
function isLedTo(response: Uint8Array, index: number, type: number, additionalsFrom: number): boolean {
  // hot path
  for (let i = 0; i < index; i++) {
    const leading = types[i]!;
    if (!leadsTo(leading, type) || (leading === TYPE.CNAME && i < additionalsFrom)) continue;
    const target = targetOf(response, i);
    if (target !== 0 && isSameNameAt(response, target, owners[index]!)) return true;
  }
  return false;
}

/** Where the name stands that the record at `index` leads to; 0 where that takes a closer look. */
function targetOf(response: Uint8Array, index: number): number {
  // hot path
  const type = types[index]!;
  const steps = rdataSteps(type)!;
  let offset = rdatas[index]!;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!;
    if (step === STEP_NAME || step === STEP_COMPRESSIBLE_NAME) {
      // RFC 9460 §2.5: the root for a target stands for the owner.
      return response[offset] === 0 && isServiceBinding(type) ? owners[index]! : offset;
    }
    if (step < 0) return 0;
    offset += step;
  }
  return 0;
}

/** Whether a record between `start` and the one at `index` is the same, or of the same RRset with another TTL. */
function isAtOdds(response: Uint8Array, start: number, index: number): boolean {
  // hot path
  const type = types[index]!;
  for (let i = start; i < index; i++) {
    if (types[i] !== type) continue;
    if (!isSameTtl(response, i, index) && isOfSameSet(response, i, index)) return true;
    const isSame = isSameRdataAt(response, type, rdatas[i]!, ends[i]!, rdatas[index]!, ends[index]!) &&
      isSameNameAt(response, owners[i]!, owners[index]!);
    if (isSame) return true;
  }
  return false;
}

function isSameTtl(response: Uint8Array, a: number, b: number): boolean {
  // hot path
  const aTtl = rdatas[a]! - TTL_FROM_RDATA;
  const bTtl = rdatas[b]! - TTL_FROM_RDATA;
  return uint16At(response, aTtl) === uint16At(response, bTtl) &&
    uint16At(response, aTtl + 2) === uint16At(response, bTtl + 2);
}

/** The same for two records of one type; signatures belong to what they cover. */
function isOfSameSet(response: Uint8Array, a: number, b: number): boolean {
  // hot path
  if (types[a] === TYPE.RRSIG && uint16At(response, rdatas[a]!) !== uint16At(response, rdatas[b]!)) return false;
  return isSameNameAt(response, owners[a]!, owners[b]!);
}

function isStrictlyAbove(response: Uint8Array, zone: number, name: number): boolean {
  // hot path
  return isWithinAt(response, name, zone) && !isSameNameAt(response, name, zone);
}
