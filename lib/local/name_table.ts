import { NameKey } from "../names/name_key.ts";
import type { QuestionHash } from "../names/question_hash.ts";
import { HEADER_OCTETS } from "../wire/header.ts";
import { isSameRun, type Name, NAME_OCTETS_MAX } from "../wire/name.ts";

/** No name. */
export const NO_NODE: number = -1;

const NODES_MIN = 64;
const POOL_OCTETS_MIN = 1024;
/** A place in a table of so many places for each node, at least, so that few places are looked at. */
const PLACES_PER_NODE = 1.5;

/**
 * Names, each with a number, and the names that they lie in: a name that only has others below it exists, too (RFC 4592
 * §2.2.2), and has a number of its own. The root has none.
 *
 * Octets stand one behind the other in one run, a name that others lie in within one of these; numbers stand in typed arrays.
 * So 100,000 names of a hosts file take some 5 MB and are nothing that the garbage collector walks, where a map of texts takes
 * 20. They are found by the key that a query has of its name anyway.
 */
export class NameTable {
  readonly #hash: Pick<QuestionHash, "absorb">;
  #pool = new Uint8Array(POOL_OCTETS_MIN);
  #poolEnd = 0;
  /** By node: where its octets begin. */
  #starts = new Uint32Array(NODES_MIN);
  /** By node: its octets, the root's included; with `HAS_BELOW`. */
  #lengths = new Uint16Array(NODES_MIN);
  /** By node: see `placeHash`. */
  #hashes = new Int32Array(NODES_MIN);
  /** Nodes by place, one added; 0 for none. */
  #places = new Uint32Array(2 * NODES_MIN);
  #count = 0;
  /** The name that is looked for, where it would stand in a message. */
  readonly #scratch = new Uint8Array(HEADER_OCTETS + NAME_OCTETS_MAX);
  readonly #key = new NameKey();

  /** Keys of names are made by `hash`. */
  constructor(hash: Pick<QuestionHash, "absorb">) {
    this.#hash = hash;
  }

  /** Numbers go from 0 up to this one. */
  get count(): number {
    return this.#count;
  }

  /** Octets that the table takes. */
  get usedOctets(): number {
    const { buffer } = this.#pool;
    return buffer.byteLength + this.#starts.byteLength + this.#lengths.byteLength + this.#hashes.byteLength +
      this.#places.byteLength;
  }

  /** The number of the name that stands in full at `octets[start … end)`; a new one, if it is not there. */
  add(octets: Uint8Array, start: number, end: number): number {
    const found = this.find(octets, start, end);
    if (found !== NO_NODE) return found;
    const node = this.#append(this.#write(octets, start, end), end - start, 0);
    this.#addAbove(node);
    return node;
  }

  /** The number of the name that stands in full at `octets[start … end)`; `NO_NODE` if it is not there. */
  find(octets: Uint8Array, start: number, end: number): number {
    const scratch = this.#scratch;
    const wireEnd = HEADER_OCTETS + end - start;
    for (let i = start, at = HEADER_OCTETS; i < end; i++, at++) scratch[at] = octets[i]!;
    this.#key.forget();
    this.#hash.absorb(this.#key, scratch, wireEnd);
    return this.findKey(this.#key, scratch, wireEnd);
  }

  /** The same for the name at `wire[12 … nameEnd)`, whose key has been made. */
  findKey(key: NameKey, wire: Uint8Array, nameEnd: number): number {
    const hash = placeHash(key);
    const length = nameEnd - HEADER_OCTETS;
    const places = this.#places;
    const mask = places.length - 1;
    for (let place = hash & mask;; place = (place + 1) & mask) {
      const node = places[place]! - 1;
      if (node === NO_NODE) return NO_NODE;
      if (this.#hashes[node] !== hash || (this.#lengths[node]! & LENGTH_MASK) !== length) continue;
      if (isSameRun(this.#pool, this.#starts[node]!, wire, HEADER_OCTETS, length)) return node;
    }
  }

  /** The name of that number, as it was spelled first. */
  name(node: number): Name {
    const start = this.#starts[node]!;
    return this.#pool.slice(start, start + (this.#lengths[node]! & LENGTH_MASK));
  }

  /** Whether other names lie in it. */
  hasBelow(node: number): boolean {
    return (this.#lengths[node]! & HAS_BELOW) !== 0;
  }

  /** See `placeHash`. */
  hashOf(node: number): number {
    return this.#hashes[node]!;
  }

  /** Gives up what was kept for names that have not come. */
  trim(): void {
    this.#pool = this.#pool.slice(0, this.#poolEnd);
    this.#starts = this.#starts.slice(0, this.#count);
    this.#lengths = this.#lengths.slice(0, this.#count);
    this.#hashes = this.#hashes.slice(0, this.#count);
  }

  /** The domains that a new name lies in, as far as they are new, too. */
  #addAbove(node: number): void {
    const start = this.#starts[node]!;
    const end = start + (this.#lengths[node]! & LENGTH_MASK);
    for (let at = start + 1 + this.#pool[start]!; at < end - 1; at += 1 + this.#pool[at]!) {
      const above = this.find(this.#pool, at, end);
      if (above === NO_NODE) {
        this.#append(at, end - at, HAS_BELOW);
        continue;
      }
      this.#lengths[above]! |= HAS_BELOW;
      // What that one lies in is there.
      return;
    }
  }

  /** Of the name that was looked for last, at `start` in the pool. */
  #append(start: number, length: number, flags: number): number {
    const node = this.#count++;
    if (node === this.#starts.length) this.#growNodes();
    const hash = placeHash(this.#key);
    this.#starts[node] = start;
    this.#lengths[node] = length | flags;
    this.#hashes[node] = hash;
    if (PLACES_PER_NODE * this.#count > this.#places.length) this.#growPlaces();
    else this.#put(node);
    return node;
  }

  #write(octets: Uint8Array, start: number, end: number): number {
    const at = this.#poolEnd;
    this.#poolEnd += end - start;
    if (this.#poolEnd > this.#pool.length) this.#pool = grown(this.#pool, 2 * this.#poolEnd);
    const pool = this.#pool;
    for (let i = start, to = at; i < end; i++, to++) pool[to] = octets[i]!;
    return at;
  }

  #put(node: number): void {
    const mask = this.#places.length - 1;
    let place = this.#hashes[node]! & mask;
    while (this.#places[place] !== 0) place = (place + 1) & mask;
    this.#places[place] = node + 1;
  }

  #growNodes(): void {
    const count = 2 * this.#starts.length;
    this.#starts = grown(this.#starts, count);
    this.#lengths = grown(this.#lengths, count);
    this.#hashes = grown(this.#hashes, count);
  }

  #growPlaces(): void {
    this.#places = new Uint32Array(2 * this.#places.length);
    for (let node = 0; node < this.#count; node++) this.#put(node);
  }
}

/** A bit beside a length of at most 255. */
const HAS_BELOW = 0x8000;
const LENGTH_MASK = 0xff;

/**
 * A number of 32 bits, signed, for a name whose key has been made. What follows the last word in the hash of questions is left
 * out: names are compared when their numbers are the same, and a name of bad will is at most as slow as a few others.
 */
export function placeHash({ v0, v1, v2, v3 }: NameKey): number {
  // hot path
  const mixed = Math.imul(v0 ^ v1 ^ ((v2 << 13) | (v2 >>> 19)) ^ v3, 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}

/** A typed array of numbers. */
export type Grown =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** The same with room for `length` numbers. */
export function grown<T extends Grown>(numbers: T, length: number): T {
  const larger = new (numbers.constructor as new (length: number) => T)(length);
  larger.set(numbers as never);
  return larger;
}
