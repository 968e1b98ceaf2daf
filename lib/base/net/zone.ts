import { parseIp } from "./ip.ts";

/**
 * Zones of link-local addresses, as RFC 4007 §11 writes them: `fe80::1%eth0`. Each link has a `fe80::/10` of its own, so
 * without its zone such an address names nobody. A zone is the name of an interface, or its number.
 */

/** Names of interfaces have 15 octets at most (Linux IFNAMSIZ); zone 0 is no zone (RFC 4007 §6). */
const ZONE = /^(?!0+$)[\x21-\x24\x26-\x2e\x30-\x5a\x5c\x5e-\x7e]{1,15}$/;

/** fe80::/10 in canonical text. */
const LINK_LOCAL = /^fe[89ab][0-9a-f]:/;

/** Splits `fe80::1%eth0` into the address and its zone, `null` where there is none. */
export function splitZone(hostname: string): { address: string; zone: string | null } {
  const percent = hostname.indexOf("%");
  if (percent === -1) return { address: hostname, zone: null };
  return { address: hostname.slice(0, percent), zone: hostname.slice(percent + 1) };
}

/** Whether the text can be a zone: no blanks, no brackets, no slash, no other `%`. */
export function isZone(text: string): boolean {
  return ZONE.test(text);
}

/** Whether the canonical text, with or without a zone, is an address that means nothing without its link. */
export function isLinkLocal(hostname: string): boolean {
  return LINK_LOCAL.test(hostname);
}

/** Adds the zone to a link-local address that has come without; other addresses are the same on all links. */
export function inZone(hostname: string, zone: string): string {
  return isLinkLocal(hostname) && !hostname.includes("%") ? `${hostname}%${zone}` : hostname;
}

/** The octets of an address, whatever its zone; see `parseIp`. */
export function octetsOf(hostname: string): Uint8Array<ArrayBuffer> | null {
  return parseIp(splitZone(hostname).address);
}
