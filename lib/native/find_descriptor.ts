import { isSameAddress, type SocketAddress } from "../base/address.ts";
import { C, SMALL_OCTETS, SOCKADDR } from "./layout.ts";
import type { Libc } from "./libc.ts";
import { PEER_WORDS } from "./native_peer.ts";
import { getOption } from "./socket_options.ts";
import { hostnameOf, portOf } from "./sockaddr.ts";

/** Linux gives the lowest number that is free, so this is more open files than the program has. */
const DESCRIPTORS_MAX = 65_536;

/**
 * The descriptor of the UDP socket that is bound to `address`; -1 when there is none. Deno does not tell the descriptors
 * of its sockets, so each is asked. No two UDP sockets have the same address, unless they share it on purpose: look
 * before `sharePort`.
 */
export function findDescriptor(libc: Libc, address: SocketAddress): number {
  const name = new Uint32Array(SMALL_OCTETS / 4);
  const length = new Uint32Array(SMALL_OCTETS / 4);
  for (let fd = 0; fd < DESCRIPTORS_MAX; fd++) {
    length[0] = SOCKADDR.ipv6Size;
    name.fill(0);
    if (libc.getsockname(fd, name, length) !== 0 || portOf(name[0]!) !== address.port) continue;
    const hostname = hostnameOf(name.subarray(0, PEER_WORDS));
    const isDatagram = getOption(libc, fd, C.SOL_SOCKET, C.SO_TYPE) === C.SOCK_DGRAM;
    if (isDatagram && hostname !== null && isSameAddress({ ...address, hostname }, address)) return fd;
  }
  return -1;
}
