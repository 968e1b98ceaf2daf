import { TYPE } from "../wire/iana.ts";
import { isSameNameAt } from "../wire/name_at.ts";
import { uint16At } from "../wire/octets.ts";
import type { Response } from "./response.ts";
import { NOT_STORABLE, type NotStorableReason } from "./not_storable.ts";

/**
 * From a record's TYPE to its CLASS, its TTL, its RDLENGTH and its RDATA (RFC 1035 §4.1.3). Not imported: then they are
 * read from memory each time, 31 → 33 µs for 512 records, bench/micro/cacheability_bench.ts.
 */
const CLASS_OFFSET = 2;
const TTL_OFFSET = 4;
const RDLENGTH_OFFSET = 8;
const RDATA_OFFSET = 10;

/** Responses with more records are not kept: nobody asks for them often. */
const RECORDS_MAX = 512;
/** The addresses of the root's 13 servers make 27 RRsets. */
const SETS_MAX = 64;
/** Records times RRsets of their type. With the longest names this takes about a millisecond: what a hostile zone gets. */
const NAME_COMPARISONS_MAX = 1_024;

/**
 * Which records of a response make an RRset. One object may be used for any number of responses, one after another.
 *
 * An RRset is here together with its signatures (RFC 4034 §3: they have its TTL), wherever in the message they stand.
 */
export class RecordTable {
  /** Index behind the last record of the answer section. */
  answersEnd = 0;
  /** Index behind the last record of the authority section. */
  authoritiesEnd = 0;
  /** Number of records. */
  count = 0;
  /** Number of RRsets that begin in the answer section. They come first. */
  answerSetsEnd = 0;
  /** Number of RRsets that begin in the answer or the authority section. */
  authoritySetsEnd = 0;
  /** Number of RRsets. */
  setCount = 0;
  /** Offset of each RRset's first owner. */
  readonly setOwners: Uint16Array = new Uint16Array(SETS_MAX);
  /** TYPE of each RRset; that of a signature is the type it covers. */
  readonly setTypes: Uint16Array = new Uint16Array(SETS_MAX);
  /** The lowest TTL in each RRset; what has the top bit set counts as 0 (RFC 2181 §5.2, §8). */
  readonly setTtls: Uint32Array = new Uint32Array(SETS_MAX);
  #owners = new Uint16Array(0);
  /** Offsets of TYPE. */
  #heads = new Uint16Array(0);
  readonly #sets = new Uint8Array(RECORDS_MAX);
  #message = new Uint8Array();
  #nameComparisons = 0;

  /**
   * Reads the records of a response.
   *
   * @param response A readable message of up to 65535 octets; referred to until the next call.
   * @param rrclass The class that all of them must have.
   * @returns Why they cannot be read; `null` when they are.
   */
  read({ octets: message, scan, places }: Response, rrclass: number): NotStorableReason | null {
    // hot path
    this.#message = message;
    this.#owners = places.owners;
    this.#heads = places.heads;
    this.#nameComparisons = 0;
    this.setCount = 0;
    this.answersEnd = scan.answerCount;
    this.authoritiesEnd = this.answersEnd + scan.authorityCount;
    this.count = this.authoritiesEnd + scan.additionalCount;
    if (this.count > RECORDS_MAX) return NOT_STORABLE.tooLarge;
    for (let i = 0; i < this.count; i++) {
      if (i === this.answersEnd) this.answerSetsEnd = this.setCount;
      if (i === this.authoritiesEnd) this.authoritySetsEnd = this.setCount;
      const owner = this.#owners[i]!;
      const head = this.#heads[i]!;
      if (uint16At(message, head + CLASS_OFFSET) !== rrclass) return NOT_STORABLE.otherClass;
      const set = this.#setOf(owner, head);
      if (set === NO_SET) return NOT_STORABLE.tooLarge;
      const ttl = ttlAt(message, head + TTL_OFFSET);
      if (ttl < this.setTtls[set]!) this.setTtls[set] = ttl;
      this.#sets[i] = set;
    }
    if (this.answersEnd === this.count) this.answerSetsEnd = this.setCount;
    if (this.authoritiesEnd === this.count) this.authoritySetsEnd = this.setCount;
    return null;
  }

  /** Offset of a record's owner. */
  ownerOf(index: number): number {
    return this.#owners[index]!;
  }

  /** TYPE of a record. */
  typeOf(index: number): number {
    return uint16At(this.#message, this.#heads[index]!);
  }

  /** Offset of a record's TTL. */
  ttlOffsetOf(index: number): number {
    return this.#heads[index]! + TTL_OFFSET;
  }

  /** Offset of a record's RDATA. */
  rdataOf(index: number): number {
    return this.#heads[index]! + RDATA_OFFSET;
  }

  /** Offset behind a record. */
  endOf(index: number): number {
    return this.rdataOf(index) + uint16At(this.#message, this.#heads[index]! + RDLENGTH_OFFSET);
  }

  /** The RRset that a record belongs to. */
  setOf(index: number): number {
    return this.#sets[index]!;
  }

  /** The RRset of the record at `owner`, a new one if need be; `NO_SET` when that takes too many, or too long. */
  #setOf(owner: number, head: number): number {
    const type = uint16At(this.#message, head);
    const setType = type === TYPE.RRSIG ? uint16At(this.#message, head + RDATA_OFFSET) : type;
    // The latest first: the records of an RRset usually stand together.
    for (let set = this.setCount - 1; set >= 0; set--) {
      if (this.setTypes[set] !== setType) continue;
      if (++this.#nameComparisons > NAME_COMPARISONS_MAX) return NO_SET;
      if (isSameNameAt(this.#message, this.setOwners[set]!, owner)) return set;
    }
    if (this.setCount === SETS_MAX) return NO_SET;
    const set = this.setCount++;
    this.setOwners[set] = owner;
    this.setTypes[set] = setType;
    this.setTtls[set] = TTL_MAX;
    return set;
  }
}

const NO_SET = -1;
/** RFC 2181 §8: a TTL has 31 bits. */
const TTL_MAX = 0x7fffffff;

/** The TTL at `offset`. RFC 2181 §8: "treat TTL values received with the most significant bit set as if […] zero". */
export function ttlAt(message: Uint8Array, offset: number): number {
  if (message[offset]! >= 0x80) return 0;
  return (uint16At(message, offset) << 16) | uint16At(message, offset + 2);
}
