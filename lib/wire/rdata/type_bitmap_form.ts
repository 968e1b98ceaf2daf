/** RFC 4034 §4.1.2: a window holds the types that share their upper octet, in at most 32 octets. */
export const WINDOW_OCTETS_MAX = 32;
/** RFC 2535 §5.2: the bitmap of NXT knows the types 1–127; bit zero announces a format that never came. */
export const NXT_OCTETS_MAX = 16;

/**
 * Whether the octets from `offset` to `end` are windows of a type bitmap (RFC 4034 §4.1.2): in order, none of them empty,
 * too long, or ending with a zero octet. There may be none (RFC 5155 §7.1: an empty non-terminal has no types).
 */
export function isTypeBitmap(octets: Uint8Array, offset: number, end: number): boolean {
  // hot path
  let previousWindow = -1;
  while (offset < end) {
    if (offset + 2 > end || octets[offset]! <= previousWindow) return false;
    previousWindow = octets[offset]!;
    const length = octets[offset + 1]!;
    offset += 2 + length;
    // "Trailing zero octets in the bitmap MUST be omitted."
    if (length === 0 || length > WINDOW_OCTETS_MAX || offset > end || octets[offset - 1] === 0) return false;
  }
  return offset === end;
}

/** Whether the octets from `offset` to `end` are the bitmap of NXT (RFC 2535 §5.2). */
export function isNxtBitmap(octets: Uint8Array, offset: number, end: number): boolean {
  // hot path
  if (offset >= end || end - offset > NXT_OCTETS_MAX) return false;
  return octets[end - 1] !== 0 && (octets[offset]! & 0x80) === 0;
}
