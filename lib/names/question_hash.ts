import type { RandomSource } from "../base/runtime.ts";
import { HEADER_OCTETS } from "../wire/header.ts";

/** Octets of a HalfSipHash key. */
const KEY_OCTETS = 8;

/**
 * Hashes questions under a key of its own: HalfSipHash-1-3 (Aumasson, Bernstein; what Linux uses for its hash tables) of
 * the variant, QTYPE, QCLASS and the QNAME with A–Z in lower case.
 *
 * Whoever knows how names hash can ask for names that all meet in one chain, and every look-up then walks it. A mix of
 * multiplications does not prevent that, however it is seeded: names that meet under one seed are easily made to meet
 * under all of them. It would take 21 instead of 46 ns for a name of 24 octets (both are in
 * bench/micro/cache_store_bench.ts). The key has 64 bits: enough against who never sees a hash, only times; too
 * few for secrets.
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
   * @param types What `typesWord` makes of QTYPE and QCLASS.
   * @param variant What else tells answers apart, 32 bits.
   * @returns A signed number of 32 bits.
   */
  hash(wire: Uint8Array, nameEnd: number, types: number, variant: number): number {
    // hot path
    let v0 = this.#key0;
    let v1 = this.#key1;
    let v2 = 0x6c79_6765 ^ v0;
    let v3 = 0x7465_6462 ^ v1;
    const nameOctets = nameEnd - HEADER_OCTETS;
    const wholeEnd = nameEnd - (nameOctets & 3);
    // The two words before the name take the header's place, so that one loop serves all.
    for (let i = HEADER_OCTETS - 8; i < wholeEnd; i += 4) {
      const word = i >= HEADER_OCTETS ? foldedWord(wire, i) : i === HEADER_OCTETS - 8 ? variant | 0 : types | 0;
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
    // The last block: what is left, and the length in its highest octet. Three more rounds end it. The round stands here
    // twice because one loop for all of them takes 69 instead of 52 ns (bench/micro/cache_store_bench.ts).
    const last = foldedRest(wire, wholeEnd, nameEnd) | ((nameOctets + 8) << 24);
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
}

/** QTYPE and QCLASS as one signed number of 32 bits. */
export function typesWord(qtype: number, qclass: number): number {
  return (qclass << 16) | qtype;
}

function foldedWord(wire: Uint8Array, offset: number): number {
  // hot path
  return fold(wire[offset]! | (wire[offset + 1]! << 8) | (wire[offset + 2]! << 16) | (wire[offset + 3]! << 24));
}

/** Up to three octets. */
function foldedRest(wire: Uint8Array, offset: number, end: number): number {
  // hot path
  let word = 0;
  for (let i = end - 1; i >= offset; i--) word = (word << 8) | wire[i]!;
  return fold(word);
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
