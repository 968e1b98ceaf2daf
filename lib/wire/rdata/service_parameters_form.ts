/** RFC 9460 §14.3.2: reserved as an "invalid key". */
export const INVALID_KEY = 65535;

/**
 * Whether the octets from `offset` to `end` are SvcParams (RFC 9460 §2.2): keys "in strictly increasing numeric order",
 * each with its length and so many octets. What a value says is for those to judge who use it.
 */
export function areServiceParameters(octets: Uint8Array, offset: number, end: number): boolean {
  // hot path
  let previousKey = -1;
  while (offset < end) {
    if (offset + 4 > end) return false;
    const key = (octets[offset]! << 8) | octets[offset + 1]!;
    if (key <= previousKey || key === INVALID_KEY) return false;
    previousKey = key;
    offset += 4 + ((octets[offset + 2]! << 8) | octets[offset + 3]!);
  }
  return offset === end;
}
