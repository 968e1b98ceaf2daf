import { foldOctet } from "./name.ts";

/** Whether two runs of `length` octets are the same, the case of A–Z ignored (RFC 4343). */
export function isSameRun(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number, length: number): boolean {
  // hot path
  for (let i = 0; i < length; i++) {
    const octetA = a[aStart + i]!;
    const octetB = b[bStart + i]!;
    if (octetA !== octetB && foldOctet(octetA) !== foldOctet(octetB)) return false;
  }
  return true;
}
