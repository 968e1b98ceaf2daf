import type { RandomSource } from "../base/runtime.ts";
import { HEADER_OCTETS } from "../wire/header.ts";
import type { NameKey } from "./name_key.ts";

/** Octets of a HalfSipHash key. */
const KEY_OCTETS = 8;

/** A QNAME has at most 127 labels; what is no name may look as if it had one for each octet. */
const LABELS_MAX = 256;

/**
 * Hashes questions under a key of its own: HalfSipHash-1-3 (Aumasson, Bernstein; what Linux uses for its hash tables) of
 * the labels of QNAME from the root leftwards, each with its length in front, A–Z in lower case, and filled up with zeros
 * to whole words; then QTYPE, QCLASS and three octets of the variant.
 *
 * The name comes first so that all who look for it, whatever the type and the variant, share its part, see `NameKey`; and
 * from the root leftwards because what holds for a whole domain is then known from a part of the same pass.
 *
 * Whoever knows how names hash can ask for names that all meet in one chain, and every look-up then walks it. A mix of
 * multiplications does not prevent that, however it is seeded: names that meet under one seed are easily made to meet
 * under all of them. It would take half the time for a name of 24 octets (both are in
 * bench/micro/cache_store_bench.ts). The key has 64 bits: enough against who never sees a hash, only times; too
 * few for secrets.
 */
export class QuestionHash {
  readonly #key0: number;
  readonly #key1: number;
  /** Where the labels of the name at hand begin. */
  readonly #labels = new Int32Array(LABELS_MAX);

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
    // The last block: three octets, and the length in the fourth. Three more rounds end it. The round stands here twice
    // because one loop for all of them takes longer (bench/micro/cache_store_bench.ts).
    const last = (variant & 0xff_ffff) | ((key.octets + 7) << 24);
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

  /** See `NameKey.topLabel`; the name as for `hash`. */
  topLabel(key: NameKey, wire: Uint8Array, nameEnd: number): number {
    // hot path
    if (key.madeBy !== this) this.absorb(key, wire, nameEnd);
    return key.topLabel;
  }

  /** Makes a key from the name that stands in full at `wire[12 … nameEnd)`. */
  absorb(key: NameKey, wire: Uint8Array, nameEnd: number): void {
    // hot path
    const labels = this.#labels;
    // The root's label of no octets is every name's, and left out.
    let end = nameEnd - 1;
    let count = 0;
    for (let start = HEADER_OCTETS; start < end; start += 1 + wire[start]!) labels[count++] = start;
    let v0 = this.#key0;
    let v1 = this.#key1;
    let v2 = 0x6c79_6765 ^ v0;
    let v3 = 0x7465_6462 ^ v1;
    let octets = 0;
    let topLabel = 0;
    for (let label = count - 1; label >= 0; label--) {
      const start = labels[label]!;
      for (let i = start; i < end; i += 4) {
        // What is read beyond the label is in the message all the same: QTYPE and QCLASS follow the name.
        let word = wire[i]! | (wire[i + 1]! << 8) | (wire[i + 2]! << 16) | (wire[i + 3]! << 24);
        if (end - i < 4) word &= 0xff_ffff >>> ((3 - (end - i)) << 3);
        word = fold(word);
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
      if (label === count - 1) topLabel = v1 ^ v3;
      octets += (end - start + 3) & ~3;
      end = start;
    }
    key.madeBy = this;
    key.v0 = v0;
    key.v1 = v1;
    key.v2 = v2;
    key.v3 = v3;
    key.octets = octets;
    key.topLabel = topLabel;
  }
}

/** QTYPE and QCLASS as one signed number of 32 bits. */
export function typesWord(qtype: number, qclass: number): number {
  return (qclass << 16) | qtype;
}

/**
 * Puts each of the four octets of `word` in lower case if it is one of A–Z (RFC 4343 §3: no other folds). Length octets
 * are at most 63, below "A". One at a time takes twice as long: 40 instead of
 * 21 ns for 24 octets, a multiplicative mix included (bench/micro/cache_store_bench.ts).
 */
function fold(word: number): number {
  // hot path
  const low7 = word & 0x7f7f_7f7f;
  // The top bit of each octet: whether it is "A" or above, and whether it is above "Z". No sum carries into the next.
  const isLetter = (low7 + 0x3f3f_3f3f) ^ (low7 + 0x2525_2525);
  return word | ((isLetter & ~word & 0x8080_8080) >>> 2);
}
