import { LABEL_OCTETS_MAX, NAME_OCTETS_MAX, POINTER_HOPS_MAX, POINTER_TARGET_MIN } from "./name.ts";
import type { PointerWork } from "./pointer_work.ts";

/** What {@linkcode skipName} returns for a name that is not readable. */
export const UNREADABLE: number = -1;

/**
 * Offset behind the name at `offset`, or `UNREADABLE` when it is not readable. The rules are those of `readName`.
 *
 * @param end Where the section that holds the name ends.
 * @param work Of the message, to which the name adds; left out for a name that has been found readable.
 */
export function skipName(octets: Uint8Array, offset: number, end: number, work?: PointerWork): number {
  // hot path
  let nameOctets = 0;
  let nameEnd = 0;
  let runStart = offset;
  let hops = 0;
  let steps = 0;
  for (;;) {
    if (offset >= end) return UNREADABLE;
    steps++;
    const octet = octets[offset]!;
    if (octet >= 0xc0) {
      if (offset + 1 >= end) return UNREADABLE;
      const target = ((octet & 0x3f) << 8) | octets[offset + 1]!;
      if (hops === 0) {
        nameEnd = offset + 2;
        steps = 1;
      }
      if (target >= runStart || target < POINTER_TARGET_MIN || ++hops > POINTER_HOPS_MAX) return UNREADABLE;
      end = runStart;
      offset = runStart = target;
      continue;
    }
    if (octet > LABEL_OCTETS_MAX) return UNREADABLE;
    offset += 1 + octet;
    nameOctets += 1 + octet;
    if (offset > end || nameOctets + (octet === 0 ? 0 : 1) > NAME_OCTETS_MAX) return UNREADABLE;
    if (octet === 0) break;
  }
  if (hops === 0) return offset;
  return work === undefined || work.take(steps, nameEnd) ? nameEnd : UNREADABLE;
}
