/**
 * How many bits each octet takes, and behind them all the end of a string (RFC 7541 Appendix B), in base 36. The code is canonical:
 * codes of one length are counted up in the order of the octets, so that the lengths are all there is to know.
 */
const LENGTHS = "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad67777777777777777777777878djde6" +
  "f56565666577666567655677777fbedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn" +
  "qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu";
const BITS_MIN = 5;
const BITS_MAX = 30;
/** EOS, which stands nowhere in a string (RFC 7541 §5.2). */
const END = 256;
/** Codes of so many bits are looked up at once: those of nearly all that headers have. */
const SHORT_BITS = 8;

/** For each length, its first code; how many codes there are; and where in `symbols` theirs begin. */
interface Code {
  readonly first: readonly number[];
  readonly counts: readonly number[];
  readonly starts: readonly number[];
  readonly symbols: readonly number[];
  /** For each 8 bits the symbol that they begin with, times 16, and its length; 0 for one that is longer. */
  readonly short: Uint16Array;
}

let code: Code | null = null;

/**
 * Decodes the string in `octets` from `start` to `end` into `output` (RFC 7541 §5.2). Returns how long it is; -1 when that is no
 * string in this code, or there is no room for it.
 */
export function decodeHuffman(octets: Uint8Array, start: number, end: number, output: Uint8Array): number {
  const { first, counts, starts, symbols, short } = code ??= makeCode();
  let length = 0;
  let bits = 0;
  let bitCount = 0;
  for (let at = start; at < end || bitCount > 0;) {
    // At most 30 bits are looked at, and seven more are behind them: what is above stays within 2^53.
    while (bitCount < BITS_MAX && at < end) {
      bits = bits * 256 + octets[at++]!;
      bitCount += 8;
    }
    let symbol = -1;
    let used = 0;
    if (bitCount >= SHORT_BITS) {
      const found = short[Math.floor(bits / 2 ** (bitCount - SHORT_BITS))]!;
      symbol = found === 0 ? -1 : found >> 4;
      used = found & 15;
    }
    for (let count = BITS_MIN; symbol === -1 && count <= Math.min(bitCount, BITS_MAX); count++) {
      const offset = Math.floor(bits / 2 ** (bitCount - count)) - first[count]!;
      if (offset < 0 || offset >= counts[count]!) continue;
      symbol = symbols[starts[count]! + offset]!;
      used = count;
    }
    if (symbol === -1) return at === end && bitCount < 8 && bits === 2 ** bitCount - 1 ? length : -1;
    if (symbol === END || length === output.length) return -1;
    output[length++] = symbol;
    bitCount -= used;
    bits %= 2 ** bitCount;
  }
  return length;
}

function makeCode(): Code {
  const lengths = Array.from(LENGTHS, (digit) => parseInt(digit, 36));
  const first: number[] = [];
  const counts: number[] = [];
  const starts: number[] = [];
  const symbols: number[] = [];
  const short = new Uint16Array(2 ** SHORT_BITS);
  for (let length = 0, next = 0; length <= BITS_MAX; length++, next *= 2) {
    const begin = next;
    first[length] = begin;
    starts[length] = symbols.length;
    for (let symbol = 0; symbol <= END; symbol++) {
      if (lengths[symbol] !== length) continue;
      if (length <= SHORT_BITS) {
        const from = next << (SHORT_BITS - length);
        short.fill(symbol * 16 + length, from, from + (1 << (SHORT_BITS - length)));
      }
      symbols.push(symbol);
      next++;
    }
    counts[length] = next - begin;
  }
  return { first, counts, starts, symbols, short };
}
