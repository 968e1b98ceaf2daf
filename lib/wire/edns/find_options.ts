import { BARE_OPT_OCTETS, OPTION_HEADER_OCTETS } from "./edns.ts";
import type { MessageScan } from "../scan.ts";
import { uint16At } from "../octets.ts";

/** What {@linkcode findOption} returns when there is none. */
export const NO_OPTION: number = -1;

/**
 * Where the data of the first option with this code is in the message's OPT record; `NO_OPTION` when there is none.
 *
 * @param scan Of `octets`; has found no fault with the OPT record.
 */
export function findOption(octets: Uint8Array, scan: MessageScan, code: number): number {
  // hot path
  if (!scan.hasOpt) return NO_OPTION;
  for (let offset = scan.optOffset + BARE_OPT_OCTETS; offset < scan.optEnd;) {
    if (uint16At(octets, offset) === code) return offset + OPTION_HEADER_OCTETS;
    offset += OPTION_HEADER_OCTETS + uint16At(octets, offset + 2);
  }
  return NO_OPTION;
}

/**
 * The data of each option with this code in the message's OPT record, as views of `octets`, in the order of the wire.
 *
 * @param scan Of `octets`; has found no fault with the OPT record.
 */
export function findOptions(
  octets: Uint8Array<ArrayBuffer>,
  scan: MessageScan,
  code: number,
): Uint8Array<ArrayBuffer>[] {
  const found: Uint8Array<ArrayBuffer>[] = [];
  if (!scan.hasOpt) return found;
  for (let offset = scan.optOffset + BARE_OPT_OCTETS; offset < scan.optEnd;) {
    const end = offset + 4 + uint16At(octets, offset + 2);
    if (uint16At(octets, offset) === code) found.push(octets.subarray(offset + 4, end));
    offset = end;
  }
  return found;
}
