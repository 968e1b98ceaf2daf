import { isIpv6, type SocketAddress } from "../../lib/base/net/address.ts";

const PREFIX = "::ffff:";

/** How a socket bound to `local` calls `peer`: one that serves both families writes IPv4 as IPv6 (RFC 4291 §2.5.5.2). */
export function asSeenBy(local: SocketAddress, peer: SocketAddress): SocketAddress {
  return local.hostname === "::" && !isIpv6(peer) ? { ...peer, hostname: `${PREFIX}${peer.hostname}` } : peer;
}

/** The address that is meant. */
export function unmapped(peer: SocketAddress): SocketAddress {
  return peer.hostname.startsWith(PREFIX) ? { ...peer, hostname: peer.hostname.slice(PREFIX.length) } : peer;
}
