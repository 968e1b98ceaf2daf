import { RDLENGTH_OFFSET, RECORD_HEAD_OCTETS } from "../wire/header.ts";
import { CLASS, TYPE } from "../wire/iana.ts";
import { isAboveAny, isAnyOf, isSameNameAt, isWithinAt } from "../wire/name_at.ts";
import { rdataSteps, STEP_COMPRESSIBLE_NAME, STEP_NAME } from "../wire/rdata/rdata.ts";
import { isSameRdataAt } from "../wire/rdata/same_rdata_at.ts";
import { uint16At } from "../wire/octets.ts";
import { followInOrder } from "./cname_chain.ts";
import type { Response } from "./response.ts";
import { isMetaType, isProofType, isServiceBinding, isZoneType, leadsTo } from "./records/roles.ts";

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

/** What the records of the response at hand are, and where. Used anew for each. */
let owners = new Uint16Array(0);
let chain: readonly number[] = [];
const types = new Uint16Array(RECORDS_MAX);
const rdatas = new Uint16Array(RECORDS_MAX);
const ends = new Uint16Array(RECORDS_MAX);

/**
 * Tells the usual response, which `normalize` leaves as it is, without decoding it: a chain in order, its zones, signed
 * proofs, and additional records behind those that lead to them. `false` means no more than that it has to be looked at
 * thoroughly.
 *
 * @param response A readable message; its chain is noted there.
 */
export function isNormal(response: Response, wantsDnssec: boolean): boolean {
  // hot path
  if (response.isUsual) return true;
  const { octets, scan } = response;
  const { answerCount, authorityCount, additionalCount, qtypeOffset } = scan;
  const authoritiesEnd = answerCount + authorityCount;
  const count = authoritiesEnd + additionalCount;
  if (scan.questionCount !== 1 || scan.isOvercompressed || count > RECORDS_MAX) return false;
  const qtype = uint16At(octets, qtypeOffset);
  if (isMetaType(qtype) || qtype === TYPE.RRSIG || !followInOrder(response)) return false;
  chain = response.chain;
  return readRecords(response, count, uint16At(octets, qtypeOffset + 2)) &&
    areAnswersNormal(octets, answerCount, qtype, wantsDnssec) &&
    areAuthoritiesNormal(octets, answerCount, authoritiesEnd, wantsDnssec) &&
    areAdditionalsNormal(octets, authoritiesEnd, count, wantsDnssec);
}

/** Notes what everything is. Returns whether all records are of the question's class. */
function readRecords({ octets, places }: Response, count: number, qclass: number): boolean {
  // hot path
  owners = places.owners;
  for (let i = 0; i < count; i++) {
    const head = places.heads[i]!;
    const type = uint16At(octets, head);
    const isOfClass = uint16At(octets, head + CLASS_OFFSET) === qclass || qclass === CLASS.ANY || type === TYPE.OPT;
    if (!isOfClass) return false;
    types[i] = type;
    rdatas[i] = head + RECORD_HEAD_OCTETS;
    ends[i] = head + RECORD_HEAD_OCTETS + uint16At(octets, head + RDLENGTH_OFFSET);
  }
  return true;
}

function areAnswersNormal(response: Uint8Array, end: number, qtype: number, wantsDnssec: boolean): boolean {
  // hot path
  let link = 0;
  let hasData = false;
  for (let i = 0; i < end; i++) {
    const owner = owners[i]!;
    const type = types[i]!;
    if (type === qtype) {
      if (!isSameNameAt(response, owner, chain[link]!)) return false;
      hasData = true;
    } else if (type === TYPE.CNAME) {
      // One that the chain does not follow leads away from another name.
      if (chain[link + 1] !== rdatas[i]) return false;
      link++;
    } else if (type === TYPE.RRSIG) {
      if (!wantsDnssec || !isAnswerSigned(response, i, qtype)) return false;
    } else if (type !== TYPE.DNAME || !isStrictlyAbove(response, owner, chain[link]!)) {
      return false;
    } else {
      // RFC 6672 §3.1: it stands before the CNAME that is made from it, and before what that leads to.
      if (hasData) return false;
      for (let k = 0; k < link; k++) if (isStrictlyAbove(response, owner, chain[k]!)) return false;
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
