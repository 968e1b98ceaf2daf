import { FLAG, HEADER_OCTETS, MESSAGE_OCTETS_MAX, putFlags, putId, RCODE_MASK } from "../wire/header.ts";
import { OPCODE, RCODE, TYPE } from "../wire/iana.ts";
import { decode, encodeWithin } from "../wire/message.ts";
import { isSameNameAt, isWithinAt } from "../wire/name_at.ts";
import { uint16At } from "../wire/octets.ts";
import { type MessageScan, OPT_FAULT, SCAN } from "../wire/scan.ts";
import { followInOrder } from "./cname_chain.ts";
import { KIND, type Kind } from "./kind.ts";
import { NOT_STORABLE, type NotStorableReason } from "./not_storable.ts";
import { RecordTable, ttlAt } from "./record_table.ts";
import type { Response } from "./response.ts";
import { rewriteWithout } from "./records/rewrite.ts";

/** For how long to keep what, in seconds. */
export interface StorageRules {
  /**
   * Data is kept for this long at least, whatever its TTL: also when that is 0. Negative answers are not: a new name
   * would stay unknown for longer than its zone wants.
   */
  readonly minTtlSeconds: number;
  /** Nothing is kept for longer. Goes before `minTtlSeconds`. */
  readonly maxTtlSeconds: number;
  /** No negative answer is kept for longer (RFC 2308 §5: one to three hours). */
  readonly negativeMaxTtlSeconds: number;
}

/** A response that may be stored, in the form in which it is. */
export interface Storable {
  /** Tells it from {@linkcode NotStorable}. */
  readonly isStorable: true;
  /** What it says; never a failure. */
  readonly kind: Kind;
  /**
   * Whether it answers every type: NXDOMAIN for QNAME itself (RFC 2308 §5). At the end of a CNAME chain that is said of
   * another name (RFC 6604 §3), see `assessTail`.
   */
  readonly holdsForEveryType: boolean;
  /** Whether it had an OPT record. */
  readonly hadOpt: boolean;
  /** Whether names in `message` point to the question that must be written out for whoever asks, see `rewrite`. */
  readonly isOvercompressed: boolean;
  /** Whether a DNAME has put the first labels of the question before another name, which whoever asks spells in his own way. */
  readonly hasRedirection: boolean;
  /** How long it is fresh: 1 or more, and no more than any TTL in it. */
  readonly lifetimeSeconds: number;
  /**
   * A response of its own: without OPT and octets behind it, ID 0, the flags QR, RA, AD and RCODE, the TTLs of each RRset
   * alike. The question is spelled as it came.
   */
  readonly message: Uint8Array<ArrayBuffer>;
  /** Where the TTLs stand in `message`, in order. A plain array: making a typed one takes 0.6 µs. */
  readonly ttlOffsets: readonly number[];
  /** Where in `message` the last name of the CNAME chain stands; that is the question's when there is no chain. */
  readonly chainEndOffset: number;
}

/** A response that must not be stored. */
export interface NotStorable {
  /** Tells it from {@linkcode Storable}. */
  readonly isStorable: false;
  /** Why. */
  readonly reason: NotStorableReason;
}

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
  const chainEndOffset = response.chain[response.chain.length - 1]!;
  const isNameError = scan.rcode === RCODE.NXDOMAIN;
  let kind: Kind = KIND.positive;
  let denialSet = NO_SET;
  if (hasAnswer(message, chainEndOffset, qtype)) {
    if (isNameError) return refuse(NOT_STORABLE.contradictory);
  } else {
    denialSet = limitDenial(message, chainEndOffset, rules.negativeMaxTtlSeconds);
    if (denialSet === NO_SET) return refuse(hasNameServers() ? NOT_STORABLE.referral : NOT_STORABLE.noSoa);
    kind = isNameError ? KIND.nxdomain : KIND.nodata;
  }
  // As long as it gets: one that grows has room for 17 after the first.
  const ttlOffsets = new Array<number>(table.count);
  const lifetimeSeconds = writeTtls(message, ttlOffsets, denialSet, rules);
  if (lifetimeSeconds === 0) return refuse(NOT_STORABLE.zeroTtl);
  putId(message, 0);
  putFlags(message, scan.flags & KEPT_FLAGS);
  const holdsForEveryType = isNameError && chainEndOffset === HEADER_OCTETS;
  return {
    isStorable: true,
    kind,
    holdsForEveryType,
    hadOpt: response.hadOpt,
    isOvercompressed: scan.isOvercompressed,
    hasRedirection: scan.hasRedirection,
    lifetimeSeconds,
    message,
    ttlOffsets,
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
