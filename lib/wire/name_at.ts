import { foldOctet } from "./name.ts";

/**
 * Whether the names at two offsets of one message are the same, letter case ignored. Follows pointers and allocates
 * nothing. Both must have been found readable, by `MessageScan` say: then each has 255 octets and 126 pointers at most.
 * `PointerWork` does not count here, so who compares many names has to bound their number.
 */
export function isSameNameAt(octets: Uint8Array, a: number, b: number): boolean {
  // hot path
  for (;;) {
    a = labelAt(octets, a);
    b = labelAt(octets, b);
    if (a === b) return true;
    const length = octets[a]!;
    if (length !== octets[b]) return false;
    if (length === 0) return true;
    for (let i = 1; i <= length; i++) {
      if (octets[a + i] !== octets[b + i] && foldOctet(octets[a + i]!) !== foldOctet(octets[b + i]!)) return false;
    }
    a += 1 + length;
    b += 1 + length;
  }
}

/** Whether the name at `name` is the one at `zone` or lies below it; see `isSameNameAt`. */
export function isWithinAt(octets: Uint8Array, name: number, zone: number): boolean {
  // hot path
  let extra = labelCountAt(octets, name) - labelCountAt(octets, zone);
  if (extra < 0) return false;
  for (; extra > 0; extra--) {
    const label = labelAt(octets, name);
    name = label + 1 + octets[label]!;
  }
  return isSameNameAt(octets, name, zone);
}

/** Whether the name at `name` is one of those at `others`. */
export function isAnyOf(message: Uint8Array, name: number, others: readonly number[]): boolean {
  for (let i = others.length - 1; i >= 0; i--) if (isSameNameAt(message, name, others[i]!)) return true;
  return false;
}

/** Whether one of the names at `names` is the one at `zone`, or lies below it. */
export function isAboveAny(message: Uint8Array, zone: number, names: readonly number[]): boolean {
  for (let i = names.length - 1; i >= 0; i--) if (isWithinAt(message, names[i]!, zone)) return true;
  return false;
}

/** Where the label at `offset` really stands: behind whatever pointers lead to it. */
export function labelAt(octets: Uint8Array, offset: number): number {
  while (octets[offset]! >= 0xc0) offset = ((octets[offset]! & 0x3f) << 8) | octets[offset + 1]!;
  return offset;
}

/** Labels of the name at `offset`, the root left out. */
export function labelCountAt(octets: Uint8Array, offset: number): number {
  let count = 0;
  for (let label = labelAt(octets, offset); octets[label] !== 0; count++) {
    label = labelAt(octets, label + 1 + octets[label]!);
  }
  return count;
}
