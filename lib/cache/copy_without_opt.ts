import { TYPE } from "../wire/iana.ts";
import { decode, encodeWithin } from "../wire/message.ts";
import { putUint16 } from "../wire/patch.ts";
import type { MessageScan } from "../wire/scan.ts";

/** What the length before a message on a stream can say (RFC 1035 §4.2.2). */
const MESSAGE_OCTETS_MAX = 65_535;

/**
 * A copy of a message without its OPT record, which was meant for the one who asked (RFC 6891 §6.1.1: "MUST NOT be
 * cached"), and without octets behind its last record. `null` when it takes more than 65535 octets.
 *
 * @param scan What has been found in `message`.
 */
export function copyWithoutOpt(message: Uint8Array, scan: MessageScan): Uint8Array<ArrayBuffer> | null {
  if (scan.end > MESSAGE_OCTETS_MAX) return null;
  if (!scan.hasOpt) return message.slice(0, scan.end);
  if (scan.optEnd !== scan.end) {
    // Records follow, and their pointers count on every octet before them: the message has to be written anew.
    const decoded = decode(message);
    return encodeWithin({ ...decoded, additionals: decoded.additionals.filter(({ type }) => type !== TYPE.OPT) });
  }
  const copy = message.slice(0, scan.optOffset);
  putUint16(copy, 10, scan.additionalCount - 1);
  return copy;
}
