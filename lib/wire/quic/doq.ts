import { findOptions } from "../edns/find_options.ts";
import { EDNS_OPTION } from "../iana.ts";
import { type MessageScan, OPT_FAULT, SCAN } from "../scan.ts";

/** How DNS over QUIC is asked for (RFC 9250 §4.1, RFC 7301). */
export const DOQ_ALPN = "doq";

/** The codes that connections are ended with (RFC 9250 §4.3). */
export const DOQ_CODE = {
  /** All is well. */
  NO_ERROR: 0x0,
  /** We are in trouble. */
  INTERNAL_ERROR: 0x1,
  /** The other side has done what the protocol does not allow (§4.3.3). */
  PROTOCOL_ERROR: 0x2,
  /** Nobody waits for it any more. */
  REQUEST_CANCELLED: 0x3,
  /** There is too much to do. */
  EXCESSIVE_LOAD: 0x4,
  /** Without a reason. */
  UNSPECIFIED_ERROR: 0x5,
} as const;

/**
 * What of a message must not come over QUIC (RFC 9250 §4.3.3), in words; `null` for nothing. Then the connection it came on is to
 * be ended with `PROTOCOL_ERROR`.
 *
 * @param scan Scans it.
 */
export function doqFaultOf(message: Uint8Array<ArrayBuffer>, scan: MessageScan): string | null {
  if (scan.scan(message) === SCAN.tooShort) return "no message";
  // RFC 9250 §4.2.1: the stream tells which query a response is for.
  if (scan.id !== 0) return "a message ID other than 0";
  if (scan.status !== SCAN.ok || scan.optFault !== OPT_FAULT.none) return null;
  // RFC 9250 §5.5.2: QUIC has an idle timeout of its own.
  return findOptions(message, scan, EDNS_OPTION.TCP_KEEPALIVE).length > 0 ? "an edns-tcp-keepalive option" : null;
}
