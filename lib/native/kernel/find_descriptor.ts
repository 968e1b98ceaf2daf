import type { SocketAddress } from "../../base/net/address.ts";
import { C, SMALL_OCTETS, SOCKADDR } from "./layout.ts";
import type { Libc } from "./libc.ts";
import { NAME_WORDS } from "./native_peer.ts";
import { getOption } from "./socket_options.ts";
import { familyFor, sockaddrOf } from "./sockaddr.ts";
import { Zones } from "./zones.ts";

/** Linux gives the lowest number that is free, so this is more open files than the program has. */
const DESCRIPTORS_MAX = 65_536;

/**
 * The descriptor of the UDP socket that is bound to `address`; -1 when there is none. Deno does not tell the descriptors
 * of its sockets, so each is asked. No two UDP sockets have the same address, unless they share it on purpose: look
 * before `sharePort`.
 */
export function findDescriptor(libc: Libc, address: SocketAddress): number {
  const wanted = sockaddrOf(address, familyFor(address), new Zones(libc));
  if (wanted === null) return -1;
  const name = new Uint32Array(SMALL_OCTETS / 4);
  const length = new Uint32Array(SMALL_OCTETS / 4);
  for (let fd = 0; fd < DESCRIPTORS_MAX; fd++) {
    length[0] = SOCKADDR.ipv6Size;
    name.fill(0);
    if (libc.getsockname(fd, name, length) !== 0 || !isSameName(name, wanted)) continue;
    if (getOption(libc, fd, C.SOL_SOCKET, C.SO_TYPE) === C.SOCK_DGRAM) return fd;
  }
  return -1;
}

/** Family, port, address and zone: two links may have the same address. */
function isSameName(a: Uint32Array, b: Uint32Array): boolean {
  for (let word = 0; word < NAME_WORDS; word++) if (a[word] !== b[word]) return false;
  return true;
}
