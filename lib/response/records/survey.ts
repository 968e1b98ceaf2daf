import { HEADER_OCTETS, RDLENGTH_OFFSET, RECORD_HEAD_OCTETS } from "../../wire/header.ts";
import { TYPE } from "../../wire/iana.ts";
import { isAnyOf, isSameNameAt, isWithinAt } from "../../wire/name_at.ts";
import { uint16At, uint32At } from "../../wire/octets.ts";
import { isSameRdataAt } from "../../wire/rdata/same_rdata_at.ts";
import { RecordPlaces } from "../../wire/record_places.ts";
import type { MessageScan, RecordWatcher } from "../../wire/scan.ts";
import { hasOwnSpelling } from "./own_spelling.ts";
import { trueTtl, TTL_MAX } from "./ttl.ts";
import { isMetaType } from "./roles.ts";

/** A usual response has no more records: each is compared with those before it. */
const RECORDS_MAX = 24;
const CLASS_OFFSET = 2;
const TTL_OFFSET = 4;
/** MINIMUM is the last field of the RDATA of SOA (RFC 1035 §3.3.13). */
const MINIMUM_OCTETS = 4;

/**
 * What is found out about the records of a response on the one walk over them, that of its scan. Nearly every response is a
 * usual one: aliases in their order, behind them the records of the type that was asked for or one SOA record that there are
 * none, an OPT record. The records of such a one need no further look; for others, whoever has to know looks for himself.
 */
export class Survey implements RecordWatcher {
  /** Where the records stand; of every response. */
  readonly places: RecordPlaces = new RecordPlaces();
  /** Whether no name may have to be spelled like the question as whoever asked has spelled it; of every response. */
  keepsSpelling = false;
  /**
   * Whether it is a usual one, of one question: every record is of its class and has a part in the answer, each is there once,
   * those of an RRset have one TTL, no owner is written in full. What follows is known of a usual one alone.
   */
  isUsual = false;
  /** Where the names of the CNAME chain stand, the question's first. */
  readonly chain: number[] = [];
  /** How many records have what was asked for: the last ones of the answers, all at the end of the chain. */
  dataCount = 0;
  /** The lowest TTL of the answers, `TTL_MAX` when there are none. */
  ttlMin: number = TTL_MAX;
  /** The highest one, 0 when there are none. */
  ttlMax = 0;
  /** Where the TTL of the SOA record stands, of a zone that the end of the chain is in; 0 when there is no such record. */
  soaTtlOffset = 0;
  /** That TTL. */
  soaTtl = 0;
  /** MINIMUM of that record: how long names, and types, are not there. */
  soaMinimum = 0;
  /** Where the TTLs stand, in order, but for that of the OPT record. */
  readonly ttlOffsets: number[] = [];
  #qtype = 0;
  #qclass = 0;
  #questionsEnd = 0;
  #answersEnd = 0;
  #authoritiesEnd = 0;

  /** See `RecordWatcher`. */
  begin(octets: Uint8Array, scan: MessageScan): void {
    // hot path
    const hasQuestion = scan.questionCount === 1;
    this.#qtype = hasQuestion ? uint16At(octets, scan.qtypeOffset) : 0;
    this.#qclass = hasQuestion ? uint16At(octets, scan.qtypeOffset + CLASS_OFFSET) : 0;
    this.#questionsEnd = scan.questionsEnd;
    this.#answersEnd = scan.answerCount;
    this.#authoritiesEnd = scan.answerCount + scan.authorityCount;
    this.keepsSpelling = hasQuestion;
    // What is said of the root is spelled in full.
    this.isUsual = hasQuestion && octets[HEADER_OCTETS] !== 0 && !isMetaType(this.#qtype) && this.#qtype !== TYPE.RRSIG;
    this.chain.length = 1;
    this.chain[0] = HEADER_OCTETS;
    this.dataCount = 0;
    this.ttlMin = TTL_MAX;
    this.ttlMax = 0;
    this.soaTtlOffset = 0;
    this.ttlOffsets.length = 0;
  }

  /** See `RecordWatcher`. */
  note(octets: Uint8Array, index: number, owner: number, head: number, end: number): void {
    // hot path
    this.places.note(index, owner, head);
    if (index >= RECORDS_MAX) this.isUsual = this.keepsSpelling = false;
    const type = uint16At(octets, head);
    if (this.keepsSpelling) {
      this.keepsSpelling = hasOwnSpelling(octets, type, owner, head + RECORD_HEAD_OCTETS, this.#questionsEnd);
    }
    // RFC 6891 §6.1.1: an OPT record is about the message, not of it.
    if (!this.isUsual || (type === TYPE.OPT && index >= this.#authoritiesEnd)) return;
    this.isUsual = this.#isOfClass(octets, head) && !isInFull(octets, owner) && this.#notesTtl(octets, head) &&
      (index < this.#answersEnd
        ? this.#isAnswer(octets, index, type, owner, head, end)
        : index < this.#authoritiesEnd && this.#isZone(octets, type, owner, head, end));
  }

  #isOfClass(octets: Uint8Array, head: number): boolean {
    // hot path
    return uint16At(octets, head + CLASS_OFFSET) === this.#qclass;
  }

  /** Whether it is a number of seconds: with its top bit set it is none (RFC 2181 §8). */
  #notesTtl(octets: Uint8Array, head: number): boolean {
    // hot path
    this.ttlOffsets.push(head + TTL_OFFSET);
    return octets[head + TTL_OFFSET]! < 0x80;
  }

  #isAnswer(octets: Uint8Array, index: number, type: number, owner: number, head: number, end: number): boolean {
    // hot path
    const ttl = uint32At(octets, head + TTL_OFFSET);
    if (ttl < this.ttlMin) this.ttlMin = ttl;
    if (ttl > this.ttlMax) this.ttlMax = ttl;
    if (!isSameNameAt(octets, owner, this.chain[this.chain.length - 1]!)) return false;
    return type === this.#qtype ? this.#isData(octets, index, head, end) : this.#isLink(octets, type, head);
  }

  /** Whether what was asked for has not been said before, and has the TTL of its RRset (RFC 2181 §5). */
  #isData(octets: Uint8Array, index: number, head: number, end: number): boolean {
    // hot path
    const { heads } = this.places;
    for (let i = index - this.dataCount; i < index; i++) {
      const other = heads[i]!;
      const otherEnd = other + RECORD_HEAD_OCTETS + uint16At(octets, other + RDLENGTH_OFFSET);
      const rdata = head + RECORD_HEAD_OCTETS;
      if (isSameRdataAt(octets, this.#qtype, other + RECORD_HEAD_OCTETS, otherEnd, rdata, end)) return false;
      if (uint32At(octets, other + TTL_OFFSET) !== uint32At(octets, head + TTL_OFFSET)) return false;
    }
    this.dataCount++;
    return true;
  }

  /** Whether it leads on, from the last name of the chain to another one. */
  #isLink(octets: Uint8Array, type: number, head: number): boolean {
    // hot path
    const target = head + RECORD_HEAD_OCTETS;
    if (type !== TYPE.CNAME || this.dataCount > 0 || isAnyOf(octets, target, this.chain)) return false;
    this.chain.push(target);
    return true;
  }

  /** Whether it says in which zone the end of the chain is, once. The SOA record that was asked for would be one RRset with it. */
  #isZone(octets: Uint8Array, type: number, owner: number, head: number, end: number): boolean {
    // hot path
    const isOther = type !== TYPE.SOA || this.#qtype === TYPE.SOA || this.soaTtlOffset !== 0;
    if (isOther || !isWithinAt(octets, this.chain[this.chain.length - 1]!, owner)) return false;
    this.soaTtlOffset = head + TTL_OFFSET;
    this.soaTtl = uint32At(octets, head + TTL_OFFSET);
    this.soaMinimum = trueTtl(uint32At(octets, end - MINIMUM_OCTETS));
    return true;
  }
}

function isInFull(octets: Uint8Array, owner: number): boolean {
  // hot path
  return octets[owner] !== 0 && octets[owner]! < 0xc0;
}
