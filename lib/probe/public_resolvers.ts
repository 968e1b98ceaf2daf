import { type Endpoint, endpointAt } from "../upstream/endpoint.ts";

/** A resolver that anybody may ask. */
export interface PublicResolver {
  /** Who runs it, and which of several it is. */
  readonly operator: string;
  /** Its addresses, IPv4 before IPv6; the first of each family that the operator names. */
  readonly addresses: readonly string[];
}

/**
 * Resolvers for `probe --public`: those of operators that say publicly who they are, what they keep, and that anybody may ask. The
 * addresses are those on the operators' own pages in 2026. That one stands here recommends it to nobody, and its place in the list
 * says nothing: whoever is asked learns every name that is asked for.
 */
export const PUBLIC_RESOLVERS: readonly PublicResolver[] = [
  { operator: "AdGuard", addresses: ["94.140.14.140", "2a10:50c0::1:ff"] },
  { operator: "AdGuard (blocks ads)", addresses: ["94.140.14.14", "2a10:50c0::ad1:ff"] },
  { operator: "Cloudflare", addresses: ["1.1.1.1", "2606:4700:4700::1111"] },
  { operator: "Cloudflare (blocks malware)", addresses: ["1.1.1.2", "2606:4700:4700::1112"] },
  { operator: "DNS.SB", addresses: ["185.222.222.222", "2a09::"] },
  { operator: "Google", addresses: ["8.8.8.8", "2001:4860:4860::8888"] },
  { operator: "OpenDNS", addresses: ["208.67.222.222", "2620:119:35::35"] },
  { operator: "Quad9 (blocks malware)", addresses: ["9.9.9.9", "2620:fe::fe"] },
  { operator: "Quad9", addresses: ["9.9.9.10", "2620:fe::10"] },
];

/** All of them, each at each of its addresses. */
export function publicServers(): { readonly endpoint: Endpoint; readonly operator: string }[] {
  return PUBLIC_RESOLVERS.flatMap(({ operator, addresses }) => {
    return addresses.map((hostname) => ({ endpoint: endpointAt({ transport: "udp", hostname, port: 53 }), operator }));
  });
}
