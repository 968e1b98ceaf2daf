import { isIpv6, type SocketAddress } from "../../base/net/address.ts";
import { formatIp } from "../../base/net/ip.ts";
import { inZone, isLinkLocal, octetsOf, splitZone } from "../../base/net/zone.ts";
import { C, SOCKADDR } from "./layout.ts";
import { NAME_WORDS, PEER_WORDS } from "./native_peer.ts";
import type { Zones } from "./zones.ts";

/** Where the number of a link-local address's interface is: `sin6_scope_id`, RFC 3493 §3.3. */
const ZONE_WORD = SOCKADDR.scopeId / 4;

/** The first six groups of ::ffff:0:0/96, under which an IPv6 socket knows IPv4 peers (RFC 4291 §2.5.5.2). */
const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] as const;

/** The family of the sockets that are bound to `address`. */
export function familyFor(address: SocketAddress): number {
  return isIpv6(address) ? C.AF_INET6 : C.AF_INET;
}

/** Length of the `sockaddr` of `family`, in octets. */
export function sockaddrOctets(family: number): number {
  return family === C.AF_INET ? SOCKADDR.ipv4Size : SOCKADDR.ipv6Size;
}

/**
 * The `sockaddr` of `address` for a socket of `family`, in a fresh array of `PEER_WORDS`. An IPv4 address on an IPv6
 * socket is mapped; an IPv6 one on an IPv4 socket is `null`, and so is one on a link that there is not.
 */
export function sockaddrOf(
  { hostname, port }: SocketAddress,
  family: number,
  zones: Zones,
): Uint32Array<ArrayBuffer> | null {
  const octets = octetsOf(hostname);
  if (octets === null || (family === C.AF_INET && octets.length !== 4)) return null;
  const words = new Uint32Array(PEER_WORDS);
  const name = new Uint8Array(words.buffer);
  putPort(words, family, port);
  if (family === C.AF_INET) name.set(octets, SOCKADDR.ipv4);
  else name.set(octets.length === 4 ? [...MAPPED_PREFIX, ...octets] : octets, SOCKADDR.ipv6);
  const { zone } = splitZone(hostname);
  if (zone === null || !isLinkLocal(hostname)) return words;
  words[ZONE_WORD] = zones.indexOf(zone);
  return words[ZONE_WORD] === 0 ? null : words;
}

/** Writes the first word of a `sockaddr`: family, then the port in network byte order. */
export function putPort(words: Uint32Array, family: number, port: number): void {
  words[0] = family | (port & 0xff) << 24 | (port >> 8) << 16;
}

/** The family in the first word of a `sockaddr`. */
export function familyOf(firstWord: number): number {
  return firstWord & 0xffff;
}

/** The port in the first word of a `sockaddr`. */
export function portOf(firstWord: number): number {
  return (firstWord >>> 24) | ((firstWord >>> 16) & 0xff) << 8;
}

/** The address in a `sockaddr` of `NAME_WORDS`, as text with its zone. `null` when it is neither of IPv4 nor of IPv6. */
export function hostnameOf(words: Uint32Array<ArrayBuffer>, zones: Zones): string | null {
  const family = familyOf(words[0]!);
  const name = new Uint8Array(words.buffer, words.byteOffset, NAME_WORDS * 4);
  if (family === C.AF_INET) return formatIp(name.subarray(SOCKADDR.ipv4, SOCKADDR.ipv4 + 4));
  if (family !== C.AF_INET6) return null;
  const hostname = formatIp(name.subarray(SOCKADDR.ipv6, SOCKADDR.ipv6 + 16));
  const index = words[ZONE_WORD]!;
  return index !== 0 && isLinkLocal(hostname) ? inZone(hostname, zones.nameOf(index)) : hostname;
}
