import type { RandomSource } from "../base/runtime.ts";
import { HEADER_OCTETS } from "../wire/header.ts";
import { foldedWordBefore } from "./fold_word.ts";
import type { NameKey } from "./name_key.ts";
import { SuffixHashes } from "./suffix_hashes.ts";

/** Octets of a HalfSipHash key. */
const KEY_OCTETS = 8;

/**
 * Hashes questions under a key of its own: HalfSipHash-1-3 (Aumasson, Bernstein; what Linux uses for its hash tables) of
 * QNAME, A–Z in lower case, by words of four octets from the root leftwards; then QTYPE, QCLASS and three octets of the
 * variant. The word that is left of the name is filled up with zeros, which the length in the last octet does not count.
 *
 * The name comes first so that all who look for it, whatever the type and the variant, share its part, see `NameKey`; and
 * from the root leftwards so that the same pass knows the hashes of the domains that it lies in, see `SuffixHashes`. Words
 * are cut without regard to labels: with each label a word of its own, names of many shapes take 60 instead of 35 ns.
 *
 * Whoever knows how names hash can ask for names that all meet in one chain, and every look-up then walks it. A mix of
 * multiplications does not prevent that, however it is seeded: names that meet under one seed are easily made to meet
 * under all of them. It would take half the time for a name of 24 octets (both are in
 * bench/micro/cache_store_bench.ts). The key has 64 bits: enough against who never sees a hash, only times; too
 * few for secrets.
 *
 * The round stands here, and in `SuffixHashes`, wherever it is needed, so that its four numbers stay in registers: as a method
 * of an object that has them, or as a function on an array, a name of 24 octets takes 37 instead of 30 ns, one of 40 octets 50
 * instead of 41.
 */
export class QuestionHash {
  readonly #key0: number;
  readonly #key1: number;

  /** Draws the key from `random`. */
  constructor(random: RandomSource) {
    const key = new Uint8Array(KEY_OCTETS);
    random.fill(key);
    const view = new DataView(key.buffer);
    this.#key0 = view.getInt32(0, true);
    this.#key1 = view.getInt32(4, true);
  }

  /**
   * The hash of the question whose QNAME stands in full at `wire[12 … nameEnd)`.
   *
   * @param key The name's: made from `wire` unless that has been done.
   * @param types What `typesWord` makes of QTYPE and QCLASS.
   * @param variant What else tells answers apart: the lower 24 bits count.
   * @returns A signed number of 32 bits.
   */
  hash(key: NameKey, wire: Uint8Array, nameEnd: number, types: number, variant: number): number {
    // hot path
    if (key.madeBy !== this) this.absorb(key, wire, nameEnd);
    let v0 = key.v0;
    let v1 = key.v1;
    let v2 = key.v2;
    let v3 = key.v3 ^ types;
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
    v0 ^= types;
    // The last block: three octets, and the length in the fourth. Three more rounds end it. One loop for all of them
    // takes longer (bench/micro/cache_store_bench.ts).
    const last = (variant & 0xff_ffff) | ((nameEnd - HEADER_OCTETS + 6) << 24);
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
    return v1 ^ v3;
  }

  /**
   * The hash of the name alone, for what is looked for by it whatever the type: HalfSipHash-1-3 of the same words.
   *
   * @param key As for `hash`.
   * @returns A signed number of 32 bits.
   */
  hashOfName(key: NameKey, wire: Uint8Array, nameEnd: number): number {
    // hot path
    if (key.madeBy !== this) this.absorb(key, wire, nameEnd);
    return key.hash;
  }

  /**
   * Whether the name has `labels` labels or more; then `key.suffixes` has the hashes of the domains of so many labels and
   * fewer. The name as for `hash`.
   */
  reaches(key: NameKey, wire: Uint8Array, nameEnd: number, labels: number): boolean {
    // hot path
    const suffixes = key.suffixes ??= new SuffixHashes();
    if (suffixes.madeBy !== this) {
      const v0 = this.#key0;
      const v1 = this.#key1;
      suffixes.begin(this, v0, v1, 0x6c79_6765 ^ v0, 0x7465_6462 ^ v1, wire, nameEnd);
    }
    while (suffixes.count < labels) if (!suffixes.extend(wire, nameEnd)) return false;
    return true;
  }

  /** Makes a key from the name that stands in full at `wire[12 … nameEnd)`. */
  absorb(key: NameKey, wire: Uint8Array, nameEnd: number): void {
    // hot path
    let v0 = this.#key0;
    let v1 = this.#key1;
    let v2 = 0x6c79_6765 ^ v0;
    let v3 = 0x7465_6462 ^ v1;
    // The root's label of no octets is every name's, and left out.
    let at = nameEnd - 1;
    const { suffixes } = key;
    if (suffixes !== null && suffixes.madeBy === this) ({ v0, v1, v2, v3, at } = suffixes);
    for (; at > HEADER_OCTETS; at -= 4) {
      let word = foldedWordBefore(wire, at);
      // What is left of the name comes last; the header is no part of it. Without `| 0` the loop takes 3 ns longer.
      if (at < HEADER_OCTETS + 4) word = (word >>> ((HEADER_OCTETS + 4 - at) << 3)) | 0;
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
    key.madeBy = this;
    key.v0 = v0;
    key.v1 = v1;
    key.v2 = v2;
    key.v3 = v3;
    // Whoever has a key looks for something: the name's own hash is made at once, as `hash` ends its own.
    const last = (nameEnd - HEADER_OCTETS - 1) << 24;
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
    key.hash = v1 ^ v3;
  }
}

/** QTYPE and QCLASS as one signed number of 32 bits. */
export function typesWord(qtype: number, qclass: number): number {
  return (qclass << 16) | qtype;
}
