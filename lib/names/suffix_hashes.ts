import { HEADER_OCTETS } from "../wire/header.ts";
import { foldedWordBefore } from "./fold_word.ts";

/** A name of 255 octets has at most 127 labels besides the root's. */
const LABELS_MAX = 127;

/**
 * The hashes of the domains that a name lies in, the top-level domain first and the name itself last: 64 bits each, in
 * two signed numbers. Made as far as they are asked for, in one pass, from which the hash of the whole name goes on.
 * Belongs to a `NameKey`.
 */
export class SuffixHashes {
  /** The hash that makes them; `null` when the name has changed. */
  madeBy: object | null = null;
  /** Half of each hash; that of the domain of so many labels stands at this number. */
  readonly low: Int32Array<ArrayBuffer> = new Int32Array(1 + LABELS_MAX);
  /** The other halves. */
  readonly high: Int32Array<ArrayBuffer> = new Int32Array(1 + LABELS_MAX);
  /** Labels of the largest domain, or of the name, that has its hash. */
  count = 0;
  /** State of the hash when it has taken in the octets of the name from `at` on. */
  v0 = 0;
  /** See `v0`. */
  v1 = 0;
  /** See `v0`. */
  v2 = 0;
  /** See `v0`. */
  v3 = 0;
  /** See `v0`; whole words lie between here and the root's octet. */
  at = 0;
  #labelCount = 0;
  /** Where the labels begin behind the header, the leftmost first. */
  readonly #starts = new Uint8Array(LABELS_MAX);

  /** Labels of the name. */
  get labelCount(): number {
    return this.#labelCount;
  }

  /** Where in the message the domain of so many labels begins. */
  start(labels: number): number {
    // hot path
    return HEADER_OCTETS + this.#starts[this.#labelCount - labels]!;
  }

  /** Begins with the name that stands in full at `wire[12 … nameEnd)`; a hash of `hash`, whose state is given. */
  begin(hash: object, v0: number, v1: number, v2: number, v3: number, wire: Uint8Array, nameEnd: number): void {
    // hot path
    // The root's label of no octets is every name's, and left out.
    const end = nameEnd - 1;
    let labelCount = 0;
    for (let start = HEADER_OCTETS; start < end && labelCount < LABELS_MAX; start += 1 + wire[start]!) {
      this.#starts[labelCount++] = start - HEADER_OCTETS;
    }
    this.#labelCount = labelCount;
    this.madeBy = hash;
    this.count = 0;
    this.v0 = v0;
    this.v1 = v1;
    this.v2 = v2;
    this.v3 = v3;
    this.at = end;
  }

  /**
   * Takes in labels up to so many, one more unless told otherwise: the domains between get no hash, which saves some 10 ns each.
   * Returns whether there were so many; if not, nothing has happened.
   */
  extend(wire: Uint8Array, nameEnd: number, labels: number = this.count + 1): boolean {
    // hot path
    if (labels > this.#labelCount) return false;
    this.count = labels;
    const start = this.start(labels);
    let { v0, v1, v2, v3, at } = this;
    for (; at - 4 >= start; at -= 4) {
      const word = foldedWordBefore(wire, at);
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
    this.v0 = v0;
    this.v1 = v1;
    this.v2 = v2;
    this.v3 = v3;
    this.at = at;
    // The last block: up to three octets, and the length in the fourth. A shift by 32 would shift by none.
    const rest = (foldedWordBefore(wire, at) >>> 8) >>> ((3 - (at - start)) << 3);
    const last = rest | ((nameEnd - 1 - start) << 24);
    v3 ^= last;
    for (let round = 0; round < 4; round++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      if (round === 0) {
        v0 ^= last;
        v2 ^= 0xff;
      }
    }
    this.low[this.count] = v1 ^ v3;
    this.high[this.count] = v0 ^ v2;
    return true;
  }
}
