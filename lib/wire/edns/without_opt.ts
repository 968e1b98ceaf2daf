import { firstOf } from "../../base/octets/reused_octets.ts";
import { TYPE } from "../iana.ts";
import { ARCOUNT_OFFSET } from "../header.ts";
import { decode, encodeWithin } from "../message.ts";
import { putUint16 } from "../octets.ts";
import type { MessageScan } from "../scan.ts";

/**
 * A message without its OPT record, which was meant for the one who asked (RFC 6891 §6.1.1), and without octets behind its
 * last record. `null` when it has to be written anew and takes more than 65535 octets then.
 *
 * @param message Readable; edited in place, unless it has to be written anew.
 * @param scan What has been found in `message`.
 * @returns A view of `message` where that serves.
 */
export function withoutOpt(message: Uint8Array<ArrayBuffer>, scan: MessageScan): Uint8Array<ArrayBuffer> | null {
  if (!scan.hasOpt) return message.length === scan.end ? message : firstOf(message, scan.end);
  if (scan.optEnd !== scan.end) {
    // Records follow, and their pointers count on every octet before them.
    const decoded = decode(message);
    return encodeWithin({ ...decoded, additionals: decoded.additionals.filter(({ type }) => type !== TYPE.OPT) });
  }
  putUint16(message, ARCOUNT_OFFSET, scan.additionalCount - 1);
  return firstOf(message, scan.optOffset);
}
