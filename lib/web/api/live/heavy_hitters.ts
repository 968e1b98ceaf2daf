import type { RandomSource } from "../../../base/runtime.ts";

/** Nobody makes the look for a key longer than this, whatever keys he has others ask for. */
const STEPS_MAX = 64;
const NOTHING = -1;

/** What there was most of. */
export interface HeavyHitter {
  /** Its octets: a view that is valid until something else is counted. */
  readonly key: Uint8Array<ArrayBuffer>;
  /** At least as often as it was. */
  readonly count: number;
  /** What the count may be too high by. */
  readonly errorCount: number;
}

/**
 * Counts what there is most of in a stream, with room for some keys alone: what is new takes the place of the rarest one, and its count
 * (Metwally et al., "Efficient computation of frequent and top-k elements in data streams", Space-Saving). Whatever was more often than
 * one in so many as there is room for is in it, and no count is too low. Counting makes no objects.
 */
export class HeavyHitters {
  readonly #slotCount: number;
  readonly #room: number;
  readonly #keys: Uint8Array<ArrayBuffer>;
  readonly #lengths: Uint16Array;
  readonly #hashes: Int32Array;
  readonly #counts: Float64Array;
  readonly #errors: Float64Array;
  /** Rows of slots by hash: the first of each, and which one follows. */
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  /** Slots, each with a count no greater than those of the two below it: the first is the rarest. */
  readonly #heap: Int32Array;
  readonly #places: Int32Array;
  readonly #seed: number;
  readonly #factor: number;
  #used = 0;
  #total = 0;

  /** Has room for `slotCount` keys, a power of two, of `room` octets at most. */
  constructor(slotCount: number, room: number, random: RandomSource) {
    this.#slotCount = slotCount;
    this.#room = room;
    this.#keys = new Uint8Array(slotCount * room);
    this.#lengths = new Uint16Array(slotCount);
    this.#hashes = new Int32Array(slotCount);
    this.#counts = new Float64Array(slotCount);
    this.#errors = new Float64Array(slotCount);
    this.#heads = new Int32Array(2 * slotCount).fill(NOTHING);
    this.#next = new Int32Array(slotCount);
    this.#heap = new Int32Array(slotCount);
    this.#places = new Int32Array(slotCount);
    const drawn = new Uint8Array(8);
    random.fill(drawn);
    const [seed, factor] = new Int32Array(drawn.buffer) as unknown as [number, number];
    this.#seed = seed;
    this.#factor = factor | 1;
  }

  /** How many were counted. */
  get total(): number {
    return this.#total;
  }

  /** What is not in it was no more often than this. */
  get rarestCount(): number {
    return this.#used < this.#slotCount ? 0 : this.#counts[this.#heap[0]!]!;
  }

  /** Begins anew. */
  clear(): void {
    this.#heads.fill(NOTHING);
    this.#used = 0;
    this.#total = 0;
  }

  /** Counts the key that stands in the first `length` octets, for so many. */
  add(octets: Uint8Array, length: number, weight: number = 1): void {
    // hot path
    this.#total += weight;
    const hash = this.#hashOf(octets, length);
    const row = this.#rowOf(hash);
    const slot = this.#find(row, hash, octets, length);
    if (slot !== NOTHING) return this.#more(slot, weight);
    this.#begin(row, hash, octets, length);
    this.#more(this.#heads[row]!, weight);
  }

  /** Those of the greatest counts, in no order; more than `countMax` where they are equal. */
  *list(countMax: number): Generator<HeavyHitter> {
    const sorted = this.#counts.slice(0, this.#used).sort();
    const least = sorted[Math.max(0, this.#used - countMax)]!;
    for (let slot = 0; slot < this.#used; slot++) if (this.#counts[slot]! >= least) yield this.#hitter(slot);
  }

  /** What is known of a key; `null` when it is not in it. */
  of(key: Uint8Array): HeavyHitter | null {
    const hash = this.#hashOf(key, key.length);
    const slot = this.#find(this.#rowOf(hash), hash, key, key.length);
    return slot === NOTHING ? null : this.#hitter(slot);
  }

  #hitter(slot: number): HeavyHitter {
    const start = slot * this.#room;
    const key = this.#keys.subarray(start, start + this.#lengths[slot]!);
    return { key, count: this.#counts[slot]!, errorCount: this.#errors[slot]! };
  }

  #hashOf(octets: Uint8Array, length: number): number {
    // hot path
    let hash = this.#seed;
    for (let i = 0; i < length; i++) hash = Math.imul(((hash << 5) | (hash >>> 27)) ^ octets[i]!, this.#factor);
    return hash;
  }

  #rowOf(hash: number): number {
    // hot path
    return (hash ^ (hash >>> 15)) & (this.#heads.length - 1);
  }

  #find(row: number, hash: number, octets: Uint8Array, length: number): number {
    // hot path
    let slot = this.#heads[row]!;
    for (let steps = 0; slot !== NOTHING && steps < STEPS_MAX; steps++) {
      if (this.#hashes[slot] === hash && this.#isAt(slot, octets, length)) return slot;
      slot = this.#next[slot]!;
    }
    return NOTHING;
  }

  #isAt(slot: number, octets: Uint8Array, length: number): boolean {
    // hot path
    if (this.#lengths[slot] !== length) return false;
    const start = slot * this.#room;
    for (let i = 0; i < length; i++) if (this.#keys[start + i] !== octets[i]) return false;
    return true;
  }

  #begin(row: number, hash: number, octets: Uint8Array, length: number): void {
    // hot path
    let slot = this.#used;
    if (slot < this.#slotCount) {
      this.#used++;
      this.#counts[slot] = this.#errors[slot] = 0;
      // Behind those that are there, and in front of them by its count, which is none.
      this.#place(slot, slot);
      this.#rise(slot);
    } else {
      slot = this.#heap[0]!;
      this.#unlink(slot);
      this.#errors[slot] = this.#counts[slot]!;
    }
    const start = slot * this.#room;
    for (let i = 0; i < length; i++) this.#keys[start + i] = octets[i]!;
    this.#lengths[slot] = length;
    this.#hashes[slot] = hash;
    this.#next[slot] = this.#heads[row]!;
    this.#heads[row] = slot;
  }

  #unlink(slot: number): void {
    // hot path
    const row = this.#rowOf(this.#hashes[slot]!);
    if (this.#heads[row] === slot) {
      this.#heads[row] = this.#next[slot]!;
      return;
    }
    let before = this.#heads[row]!;
    while (this.#next[before] !== slot) before = this.#next[before]!;
    this.#next[before] = this.#next[slot]!;
  }

  /** More of it: it goes down past those that are rarer now. */
  #more(slot: number, weight: number): void {
    // hot path
    const count = this.#counts[slot]! + weight;
    this.#counts[slot] = count;
    let place = this.#places[slot]!;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= this.#used) break;
      const right = below + 1;
      if (right < this.#used && this.#counts[this.#heap[right]!]! < this.#counts[this.#heap[below]!]!) below = right;
      const other = this.#heap[below]!;
      if (this.#counts[other]! >= count) break;
      this.#place(other, place);
      place = below;
    }
    this.#place(slot, place);
  }

  #rise(slot: number): void {
    // hot path
    let place = this.#places[slot]!;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = this.#heap[above]!;
      if (this.#counts[other]! <= this.#counts[slot]!) break;
      this.#place(other, place);
      place = above;
    }
    this.#place(slot, place);
  }

  #place(slot: number, place: number): void {
    // hot path
    this.#heap[place] = slot;
    this.#places[slot] = place;
  }
}
