import { FLAG, HEADER_OCTETS, MESSAGE_OCTETS_MAX, putFlags, putId, RCODE_MASK } from "../wire/header.ts";
import { OPCODE, RCODE, TYPE } from "../wire/iana.ts";
import { decode, encodeWithin } from "../wire/message.ts";
import { isSameNameAt, isWithinAt } from "../wire/name_at.ts";
import { putUint32, uint16At } from "../wire/octets.ts";
import { type MessageScan, OPT_FAULT, SCAN } from "../wire/scan.ts";
import { followInOrder } from "./cname_chain.ts";
import { KIND, type Kind } from "./kind.ts";
import { NOT_STORABLE, type NotStorableReason } from "./not_storable.ts";
import { RecordTable, ttlAt } from "./record_table.ts";
import type { Response } from "./response.ts";
import { rewriteWithout } from "./records/rewrite.ts";
import type { NotStorable, Storable, StorageRules } from "./storable.ts";

/** What follows from the upstream's words, whoever asked: RFC 4035 §3.2.3 leaves AD to the one that has checked. */
const KEPT_FLAGS = FLAG.QR | FLAG.RA | FLAG.AD | RCODE_MASK;

const NO_SET = -1;

/** Used anew for each response: `assess` is done with it when it returns. */
const table = new RecordTable();

/**
 * Whether a response may be stored, for how long, and in what form. Takes any octets; believes what it says, so that it has
 * to have been normalized (see `normalize`).
 *
 * A stored response only ever answers its own question again: nothing is looked up by the owner of one of its records. So
 * additional records are taken as they are.
 *
 * @param response What an upstream says to a query that `mayBeCached`, normalized. But for its OPT record it stays as it is
 * when it must not be stored; else the storable message may be made of it in place, and it is that message then.
 */
export function assess(response: Response, rules: StorageRules): Storable | NotStorable {
  const { scan } = response;
  const fault = faultOf(scan);
  if (fault !== null) return refuse(fault);
  if (scan.end > MESSAGE_OCTETS_MAX || !response.leaveOptOut()) return refuse(NOT_STORABLE.tooLarge);
  return (response.isUsual ? assessUsual(response, rules) : null) ?? assessThoroughly(response, rules);
}

/** From what the survey has found out; `null` when TTLs of the answers have to be others. */
function assessUsual(response: Response, rules: StorageRules): Storable | NotStorable | null {
  // hot path
  const { octets, survey, scan } = response;
  const { dataCount, soaTtlOffset, ttlMin, ttlMax } = survey;
  const isDenial = dataCount === 0;
  if (isDenial && soaTtlOffset === 0) return refuse(NOT_STORABLE.noSoa);
  if (!isDenial && scan.rcode === RCODE.NXDOMAIN) return refuse(NOT_STORABLE.contradictory);
  if (ttlMin < rules.minTtlSeconds || ttlMax > rules.maxTtlSeconds) return null;
  let lifetimeSeconds = Math.min(ttlMin, rules.maxTtlSeconds);
  if (isDenial) {
    const soaTtl = Math.min(survey.soaTtl, survey.soaMinimum, rules.negativeMaxTtlSeconds, rules.maxTtlSeconds);
    lifetimeSeconds = Math.min(lifetimeSeconds, soaTtl);
    if (lifetimeSeconds > 0) putUint32(octets, soaTtlOffset, soaTtl);
  } else if (soaTtlOffset !== 0) {
    return null;
  }
  if (lifetimeSeconds === 0) return refuse(NOT_STORABLE.zeroTtl);
  const kind = isDenial ? (scan.rcode === RCODE.NXDOMAIN ? KIND.nxdomain : KIND.nodata) : KIND.positive;
  return storable(response, { kind, lifetimeSeconds, ttlOffsets: survey.ttlOffsets, dataCount });
}

function assessThoroughly(response: Response, rules: StorageRules): Storable | NotStorable {
  const { scan } = response;
  const qtype = uint16At(response.octets, scan.qtypeOffset);
  const qclass = uint16At(response.octets, scan.qtypeOffset + 2);
  const recordFault = table.read(response, qclass);
  if (recordFault !== null) return refuse(recordFault);
  // The next one to ask may spell the name in another way: owners that point to the question follow it.
  if (!pointsToQuestion(response.octets)) {
    const { octets } = response;
    const written = scan.isOvercompressed ? rewriteWithout(octets, scan, null) : encodeWithin(decode(octets));
    if (written !== null) response.rewrite(written);
    if (table.read(response, qclass) !== null) return refuse(NOT_STORABLE.malformed);
  }
  const message = response.octets;
  followInOrder(response);
  const chainEnd = response.chain[response.chain.length - 1]!;
  const isNameError = scan.rcode === RCODE.NXDOMAIN;
  let kind: Kind = KIND.positive;
  let denialSet = NO_SET;
  if (hasAnswer(message, chainEnd, qtype)) {
    if (isNameError) return refuse(NOT_STORABLE.contradictory);
  } else {
    denialSet = limitDenial(message, chainEnd, rules.negativeMaxTtlSeconds);
    if (denialSet === NO_SET) return refuse(hasNameServers() ? NOT_STORABLE.referral : NOT_STORABLE.noSoa);
    kind = isNameError ? KIND.nxdomain : KIND.nodata;
  }
  // As long as it gets: one that grows has room for 17 after the first.
  const ttlOffsets = new Array<number>(table.count);
  const lifetimeSeconds = writeTtls(message, ttlOffsets, denialSet, rules);
  if (lifetimeSeconds === 0) return refuse(NOT_STORABLE.zeroTtl);
  return storable(response, { kind, lifetimeSeconds, ttlOffsets, dataCount: null });
}

/** The message becomes one of its own. */
function storable(
  response: Response,
  found: Pick<Storable, "kind" | "lifetimeSeconds" | "ttlOffsets" | "dataCount">,
): Storable {
  // hot path
  const { octets, scan, chain } = response;
  const chainEndOffset = chain[chain.length - 1]!;
  putId(octets, 0);
  putFlags(octets, scan.flags & KEPT_FLAGS);
  return {
    isStorable: true,
    kind: found.kind,
    holdsForEveryType: scan.rcode === RCODE.NXDOMAIN && chainEndOffset === HEADER_OCTETS,
    hadOpt: response.hadOpt,
    isOvercompressed: scan.isOvercompressed,
    hasRedirection: scan.hasRedirection,
    lifetimeSeconds: found.lifetimeSeconds,
    message: octets,
    ttlOffsets: found.ttlOffsets,
    dataCount: found.dataCount,
    chainEndOffset,
  };
}

/** Whether no owner is the question's name in full. Looks at each set's first one alone: the others are written likewise. */
function pointsToQuestion(message: Uint8Array): boolean {
  for (let set = 0; set < table.setCount; set++) {
    const owner = table.setOwners[set]!;
    if (message[owner]! < 0xc0 && isSameNameAt(message, owner, HEADER_OCTETS)) return false;
  }
  return true;
}

function refuse(reason: NotStorableReason): NotStorable {
  return { isStorable: false, reason };
}

/** What forbids storing a message whatever its records are. */
function faultOf(scan: MessageScan): NotStorableReason | null {
  if (scan.status !== SCAN.ok) return NOT_STORABLE.malformed;
  if (!scan.isResponse || scan.opcode !== OPCODE.QUERY) return NOT_STORABLE.notAResponse;
  if (scan.optFault !== OPT_FAULT.none) return NOT_STORABLE.misplacedOpt;
  if (scan.extendedRcode !== 0) return NOT_STORABLE.extendedRcode;
  if (scan.rcode === RCODE.YXDOMAIN) return NOT_STORABLE.redirectedTooFar;
  if (scan.rcode !== RCODE.NOERROR && scan.rcode !== RCODE.NXDOMAIN) return NOT_STORABLE.failure;
  if (scan.questionCount !== 1) return NOT_STORABLE.questionCount;
  if ((scan.flags & FLAG.TC) !== 0) return NOT_STORABLE.truncated;
  if (scan.isSigned) return NOT_STORABLE.signed;
  return null;
}

/** Whether the name at the end of the chain has data of the type. */
function hasAnswer(message: Uint8Array, end: number, qtype: number): boolean {
  for (let i = 0; i < table.answersEnd; i++) {
    if (table.typeOf(i) === qtype && isSameNameAt(message, table.ownerOf(i), end)) return true;
  }
  return false;
}

/**
 * Finds the SOA of the zone that the end of the chain is in, and limits its TTL to how long its absence holds (RFC 2308
 * §3, §5: the lower of its TTL and its MINIMUM). Returns the SOA's RRset, or `NO_SET`.
 */
function limitDenial(message: Uint8Array, end: number, secondsMax: number): number {
  let denialSet = NO_SET;
  for (let i = table.answersEnd; i < table.authoritiesEnd; i++) {
    if (table.typeOf(i) !== TYPE.SOA || !isWithinAt(message, end, table.ownerOf(i))) continue;
    const set = table.setOf(i);
    if (denialSet === NO_SET) denialSet = set;
    if (set !== denialSet) continue;
    // MINIMUM is the last field of the RDATA (RFC 1035 §3.3.13).
    const minimumSeconds = ttlAt(message, table.endOf(i) - 4);
    table.setTtls[set] = Math.min(table.setTtls[set]!, minimumSeconds, secondsMax);
  }
  return denialSet;
}

function hasNameServers(): boolean {
  for (let i = table.answersEnd; i < table.authoritiesEnd; i++) if (table.typeOf(i) === TYPE.NS) return true;
  return false;
}

/**
 * Gives all records of an RRset its lowest TTL (RFC 2181 §5.2), within the limits. Returns the lowest of all; when that is
 * 0, nothing is written.
 */
function writeTtls(message: Uint8Array, ttlOffsets: number[], denialSet: number, rules: StorageRules): number {
  let lowest = rules.maxTtlSeconds;
  for (let i = 0; i < table.count; i++) lowest = Math.min(lowest, ttlOf(table.setOf(i), denialSet, rules));
  if (lowest === 0) return 0;
  for (let i = 0; i < table.count; i++) {
    const ttl = ttlOf(table.setOf(i), denialSet, rules);
    const offset = table.ttlOffsetOf(i);
    message[offset] = ttl >>> 24;
    message[offset + 1] = ttl >>> 16;
    message[offset + 2] = ttl >>> 8;
    message[offset + 3] = ttl;
    ttlOffsets[i] = offset;
  }
  return lowest;
}

function ttlOf(set: number, denialSet: number, rules: StorageRules): number {
  const floor = set === denialSet ? 0 : rules.minTtlSeconds;
  return Math.min(Math.max(table.setTtls[set]!, floor), rules.maxTtlSeconds);
}
