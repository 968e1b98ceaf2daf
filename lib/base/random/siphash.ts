/** Octets of a SipHash key. */
export const SIPHASH_KEY_OCTETS = 16;

/** "somepseudorandomlygeneratedbytes", as v0 to v3. */
const START = Uint32Array.of(
  0x70736575,
  0x736f6d65,
  0x6e646f6d,
  0x646f7261,
  0x6e657261,
  0x6c796765,
  0x79746573,
  0x74656462,
);

/** A 64-bit number is two neighbours in a Uint32Array, the lower half first; these are the places of v0 to v3. */
const [V0, V1, V2, V3] = [0, 2, 4, 6] as const;

/** Used anew for each message. */
const state = new Uint32Array(START.length);

/**
 * SipHash-2-4 of `message`: a keyed hash for short messages that cannot be forged without the key (Aumasson, Bernstein:
 * "SipHash: a fast short-input PRF"). 32-bit halves instead of BigInt, which allocates at every step.
 *
 * @param key 16 octets.
 * @returns 8 octets, the lowest first, as the reference implementation writes them.
 */
export function sipHash24(key: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  const hash = new Uint8Array(8);
  putSipHash24(hash, 0, key, message, message.length);
  return hash;
}

/** The same of the first `length` octets of `message`, written to `target` at `at`, where there is room for 8 octets. */
export function putSipHash24(
  target: Uint8Array,
  at: number,
  key: Uint8Array,
  message: Uint8Array,
  length: number,
): void {
  // hot path
  const v = state;
  for (let i = 0; i < 8; i++) v[i] = START[i]! ^ uint32At(key, 4 * (i % 4), SIPHASH_KEY_OCTETS);
  const wholeEnd = length & ~7;
  for (let offset = 0; offset < wholeEnd; offset += 8) {
    compress(v, uint32At(message, offset, wholeEnd), uint32At(message, offset + 4, wholeEnd));
  }
  // The last block: what is left, and the length in its highest octet.
  const lastHigh = uint32At(message, wholeEnd + 4, length) | (length << 24);
  compress(v, uint32At(message, wholeEnd, length), lastHigh);
  v[V2]! ^= 0xff;
  for (let i = 0; i < 4; i++) round(v);
  const low = v[0]! ^ v[2]! ^ v[4]! ^ v[6]!;
  const high = v[1]! ^ v[3]! ^ v[5]! ^ v[7]!;
  for (let i = 0; i < 4; i++) {
    target[at + i] = low >>> (8 * i);
    target[at + 4 + i] = high >>> (8 * i);
  }
}

/** The four octets at `offset`, the lowest first; those from `end` on count as zero. */
function uint32At(octets: Uint8Array, offset: number, end: number): number {
  let value = 0;
  for (let i = Math.min(offset + 4, end) - 1; i >= offset; i--) value = (value << 8) | octets[i]!;
  return value;
}

function compress(v: Uint32Array, low: number, high: number): void {
  v[V3]! ^= low;
  v[V3 + 1]! ^= high;
  round(v);
  round(v);
  v[V0]! ^= low;
  v[V0 + 1]! ^= high;
}

/** SipRound. */
function round(v: Uint32Array): void {
  mix(v, V0, V1, 13);
  swap(v, V0);
  mix(v, V2, V3, 16);
  mix(v, V0, V3, 21);
  mix(v, V2, V1, 17);
  swap(v, V2);
}

/** a += b; b = (b <<< bits) ^ a */
function mix(v: Uint32Array, a: number, b: number, bits: number): void {
  const low = v[b]!;
  const high = v[b + 1]!;
  const sum = v[a]! + low;
  v[a] = sum;
  v[a + 1] = v[a + 1]! + high + (sum > 0xffff_ffff ? 1 : 0);
  v[b] = ((low << bits) | (high >>> (32 - bits))) ^ v[a]!;
  v[b + 1] = ((high << bits) | (low >>> (32 - bits))) ^ v[a + 1]!;
}

/** a = a <<< 32 */
function swap(v: Uint32Array, a: number): void {
  const low = v[a]!;
  v[a] = v[a + 1]!;
  v[a + 1] = low;
}
