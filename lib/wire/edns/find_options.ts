import { BARE_OPT_OCTETS } from "./edns.ts";
import type { MessageScan } from "../scan.ts";
import { uint16At } from "../octets.ts";

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
