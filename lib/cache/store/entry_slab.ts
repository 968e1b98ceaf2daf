import { HEADER_OCTETS } from "../../wire/header.ts";
import {
  DOUBLE,
  HALF,
  INSPECTED_SHIFT,
  messageStart,
  OCTET,
  STATE,
  TURN_SHIFT,
  UNIT_OCTETS,
  USES_SHIFT,
  WORD,
} from "./entry_layout.ts";
import { isSameRun } from "../../wire/name.ts";

/** Uses are counted up to here, with two bits, as S3-FIFO proposes. */
const USES_MAX = 3;
/** Hits are counted up to here, with eight bits. */
const HIT_COUNT_MAX = 255;

/**
 * Entries in one run of memory, laid out as `entry_layout.ts` says. A reference is an entry's place in units, so that 32
 * bits of it would reach over 32 GiB.
 */
export class EntrySlab {
  /** All of it in octets. */
  readonly octets: Uint8Array<ArrayBuffer>;
  /** The same memory, 16 bits at a time. */
  readonly halves: Uint16Array;
  /** The same memory, 32 bits at a time, in the machine's order. */
  readonly words: Int32Array;
  /** The same memory, 64 bits at a time. */
  readonly doubles: Float64Array;

  /** Room for `units`. The operating system gives the memory when it is written to, not before. */
  constructor(units: number) {
    const buffer = new ArrayBuffer(units * UNIT_OCTETS);
    this.octets = new Uint8Array(buffer);
    this.halves = new Uint16Array(buffer);
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  /** Marks units as room that belongs to nobody. */
  writeGap(ref: number, units: number): void {
    this.words[ref * 2 + WORD.state] = units;
  }

  /** Turns an entry into a gap. */
  free(ref: number): void {
    this.words[ref * 2 + WORD.state]! &= STATE.units;
  }

  /** Copies an entry to another place; the two may overlap. What is copied from is no entry any more. */
  move(from: number, to: number): void {
    const units = this.units(from);
    this.octets.copyWithin(to * UNIT_OCTETS, from * UNIT_OCTETS, (from + units) * UNIT_OCTETS);
  }

  /** Size of an entry or a gap. */
  units(ref: number): number {
    return this.words[ref * 2 + WORD.state]! & STATE.units;
  }

  /** Whether an entry is here, not a gap. */
  isLive(ref: number): boolean {
    return (this.words[ref * 2 + WORD.state]! & STATE.live) !== 0;
  }

  /** How often the entry was asked for, as far as eviction wants to know: 0–3. */
  uses(ref: number): number {
    return (this.words[ref * 2 + WORD.state]! & STATE.uses) >> USES_SHIFT;
  }

  /** See `uses`. */
  setUses(ref: number, uses: number): void {
    this.words[ref * 2 + WORD.state] = (this.words[ref * 2 + WORD.state]! & ~STATE.uses) | (uses << USES_SHIFT);
  }

  /** Counts a use. */
  use(ref: number): void {
    // hot path
    const state = this.words[ref * 2 + WORD.state]!;
    if ((state & STATE.uses) >> USES_SHIFT < USES_MAX) this.words[ref * 2 + WORD.state] = state + (1 << USES_SHIFT);
  }

  /** The hash of the entry's name. */
  nameHash(ref: number): number {
    return this.words[ref * 2 + WORD.nameHash]!;
  }

  /** QTYPE and QCLASS, as `typesWord` makes them. */
  types(ref: number): number {
    return this.words[ref * 2 + WORD.types]!;
  }

  /** See `CacheEntry`. */
  variant(ref: number): number {
    return this.words[ref * 2 + WORD.variant]!;
  }

  /** The hash of the entry's question. */
  hash(ref: number): number {
    return this.words[ref * 2 + WORD.hash]!;
  }

  /** Whether the entry answers this question; `types` as in `QuestionHash.hash`. */
  answers(ref: number, nameHash: number, wire: Uint8Array, nameEnd: number, types: number, variant: number): boolean {
    // hot path
    const word = ref * 2;
    if (
      this.words[word + WORD.nameHash] !== nameHash || this.words[word + WORD.types] !== types ||
      this.words[word + WORD.variant] !== variant || this.octets[ref * 8 + OCTET.nameOctets] !== nameEnd - HEADER_OCTETS
    ) return false;
    return isSameRun(wire, HEADER_OCTETS, this.octets, this.#nameStart(ref), nameEnd - HEADER_OCTETS);
  }

  /** Whether the entry's name is `name`, letter case ignored. */
  isNamed(ref: number, name: Uint8Array): boolean {
    return this.octets[ref * 8 + OCTET.nameOctets] === name.length &&
      isSameRun(name, 0, this.octets, this.#nameStart(ref), name.length);
  }

  /** Whether the entry's name is `domain` or lies below it, letter case ignored. */
  isWithin(ref: number, domain: Uint8Array): boolean {
    const end = this.#nameStart(ref) + this.octets[ref * 8 + OCTET.nameOctets]!;
    let start = this.#nameStart(ref);
    while (end - start > domain.length) start += 1 + this.octets[start]!;
    return end - start === domain.length && isSameRun(domain, 0, this.octets, start, domain.length);
  }

  /** See `CacheEntry`. */
  storedAtMs(ref: number): number {
    return this.doubles[ref + DOUBLE.storedAtMs]!;
  }

  /** See `CacheEntry`. */
  expiresAtMs(ref: number): number {
    return this.doubles[ref + DOUBLE.expiresAtMs]!;
  }

  /** See `CacheEntry`. */
  keepUntilMs(ref: number): number {
    return this.doubles[ref + DOUBLE.keepUntilMs]!;
  }

  /** See `CacheStore`. */
  recheckAtMs(ref: number): number {
    return this.doubles[ref + DOUBLE.recheckAtMs]!;
  }

  /** See `CacheStore`. */
  setRecheckAtMs(ref: number, recheckAtMs: number): void {
    this.doubles[ref + DOUBLE.recheckAtMs] = recheckAtMs;
  }

  /** See `CacheEntry`. */
  kind(ref: number): number {
    return this.octets[ref * 8 + OCTET.kind]!;
  }

  /** See `CacheEntry`. */
  streak(ref: number): number {
    return this.octets[ref * 8 + OCTET.streak]!;
  }

  /** 0 to `HIT_COUNT_MAX`. */
  hitCount(ref: number): number {
    return this.octets[ref * 8 + OCTET.hits]!;
  }

  /** Counts a hit. */
  countHit(ref: number): void {
    // hot path
    const hits = this.octets[ref * 8 + OCTET.hits]!;
    if (hits < HIT_COUNT_MAX) this.octets[ref * 8 + OCTET.hits] = hits + 1;
  }

  /** See `CacheEntry`. */
  inspectedBy(ref: number): number {
    // hot path
    return this.words[ref * 2 + WORD.state]! >>> INSPECTED_SHIFT;
  }

  /** See `CacheEntry`. */
  setInspectedBy(ref: number, number: number): void {
    // hot path
    const state = this.words[ref * 2 + WORD.state]!;
    this.words[ref * 2 + WORD.state] = (state & ~STATE.inspectedBy) | (number << INSPECTED_SHIFT);
  }

  /** Length of the message. */
  messageOctets(ref: number): number {
    return this.halves[ref * 4 + HALF.messageOctets]!;
  }

  /** Where the message begins in `octets`: at a whole word. */
  messageStart(ref: number): number {
    return messageStart(ref * UNIT_OCTETS, this.ttlCount(ref));
  }

  /** Length of the options. */
  optionOctets(ref: number): number {
    return this.halves[ref * 4 + HALF.optionOctets]!;
  }

  /** How many TTLs the message has. */
  ttlCount(ref: number): number {
    return this.halves[ref * 4 + HALF.ttlCount]!;
  }

  /** Where the TTL number `index` stands in the message. */
  ttlOffset(ref: number, index: number): number {
    return this.halves[ref * 4 + HALF.ttlOffsets + index]!;
  }

  /** How many addresses there are that may change places, 0 for none, and 256 times which TTL is the first one's. */
  addresses(ref: number): number {
    // hot path
    return this.halves[ref * 4 + HALF.addresses]!;
  }

  /** Which of `count` addresses is to be the first this time: each in turn. */
  nextTurn(ref: number, count: number): number {
    // hot path
    const state = this.words[ref * 2 + WORD.state]!;
    const last = (state & STATE.turn) >> TURN_SHIFT;
    const turn = last + 1 < count ? last + 1 : 0;
    this.words[ref * 2 + WORD.state] = (state & ~STATE.turn) | (turn << TURN_SHIFT);
    return turn;
  }

  #nameStart(ref: number): number {
    const message = this.messageStart(ref);
    if ((this.words[ref * 2 + WORD.state]! & STATE.ownName) === 0) return message + HEADER_OCTETS;
    return message + this.messageOctets(ref) + this.optionOctets(ref);
  }
}
