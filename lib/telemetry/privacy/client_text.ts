import { formatIp } from "../../base/net/ip.ts";

/** Octets of a network that is told in a client's place: of IPv4 and of IPv6. */
export const NETWORK_OCTETS = { ipv4: 3, ipv6: 6 } as const;

/**
 * What is told of a client as a text: an address (4 or 16 octets), `192.0.2.0/24` (3) or `2001:db8::/48` (6), a pseudonym of 16
 * hexadecimal digits (8), or nothing.
 */
export function clientText(octets: Uint8Array): string {
  if (octets.length === 0) return "";
  if (octets.length === 4 || octets.length === 16) return formatIp(octets);
  if (octets.length === 8) return octets.toHex();
  const address = new Uint8Array(octets.length === NETWORK_OCTETS.ipv4 ? 4 : 16);
  address.set(octets);
  return `${formatIp(address)}/${8 * octets.length}`;
}
