import { unmappedIp } from "./cidr.ts";
import { isLinkLocal, octetsOf, splitZone } from "./zone.ts";

/** How many leading octets of an address stand for one client, or one network of clients. */
export interface NetworkSize {
  /** 1–4 */
  readonly ipv4Octets: number;
  /** 1–16 */
  readonly ipv6Octets: number;
}

/** What counts as one client: an IPv4 address, or an IPv6 /64, of which any machine in it has all addresses. */
export const ONE_CLIENT: NetworkSize = { ipv4Octets: 4, ipv6Octets: 8 };

/**
 * What counts as one site, a /24 or a /56: who has one of its addresses can often send from the others too (RFC 6177 §2: a
 * home site gets a /56). BIND's response rate limiting counts by the same.
 */
export const ONE_SITE: NetworkSize = { ipv4Octets: 3, ipv6Octets: 7 };

/** A text that is the same for all addresses of one network, and different for different networks. */
export function clientNetwork(hostname: string, { ipv4Octets, ipv6Octets }: NetworkSize): string {
  if (ipv4Octets === 4 && !hostname.includes(":")) return hostname;
  const octets = octetsOf(hostname);
  if (octets === null) return hostname;
  // All machines of a link share its fe80::/64 and have one address each, as with IPv4; other links have the same addresses.
  if (isLinkLocal(hostname)) return ipv4Octets === 4 ? hostname : `fe80::%${splitZone(hostname).zone}`;
  const address = unmappedIp(octets);
  return address.subarray(0, address.length === 4 ? ipv4Octets : ipv6Octets).join(".");
}
