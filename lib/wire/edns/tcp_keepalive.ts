import { EDNS_OPTION } from "../iana.ts";
import { uint16At } from "../octets.ts";
import type { MessageScan } from "../scan.ts";
import { BARE_OPT_OCTETS, OPTION_HEADER_OCTETS } from "./edns.ts";

/** RFC 7828 §3.1: the timeout is in units of 100 milliseconds. */
const UNIT_MS = 100;
const TIMEOUT_OCTETS = 2;

/**
 * How long the server of a response keeps the connection that it has come on, in milliseconds (RFC 7828); `null` if it does not
 * say so.
 *
 * @param scan Of `octets`; has found no fault with the OPT record.
 */
export function tcpKeepaliveMs(octets: Uint8Array, scan: MessageScan): number | null {
  // hot path
  if (!scan.hasOpt) return null;
  for (let offset = scan.optOffset + BARE_OPT_OCTETS; offset < scan.optEnd;) {
    const data = offset + OPTION_HEADER_OCTETS;
    const length = uint16At(octets, offset + 2);
    const isIt = length === TIMEOUT_OCTETS && uint16At(octets, offset) === EDNS_OPTION.TCP_KEEPALIVE;
    if (isIt) return UNIT_MS * uint16At(octets, data);
    offset = data + length;
  }
  return null;
}
