import { isIpv6, isUnspecified, type SocketAddress } from "../../base/net/address.ts";
import { C, SMALL_OCTETS } from "./layout.ts";
import type { Libc } from "./libc.ts";
import { familyFor, portOf, sockaddrOctets, sockaddrOf } from "./sockaddr.ts";
import { Zones } from "./zones.ts";

/** Words of the answer to SO_MEMINFO that are read; the last is SK_MEMINFO_DROPS (linux/sock_diag.h). */
const MEMINFO_WORDS = 9;

/** Lets the kernel keep up to `sizeOctets` for a socket. Returns what it says that it keeps: it doubles, and it caps. */
export function growReceiveBuffer(libc: Libc, fd: number, sizeOctets: number): number {
  // The first is for the privileged (CAP_NET_ADMIN), and knows no limit; the second stops at net.core.rmem_max.
  const isForced = setOption(libc, fd, C.SOL_SOCKET, C.SO_RCVBUFFORCE, sizeOctets);
  if (!isForced) setOption(libc, fd, C.SOL_SOCKET, C.SO_RCVBUF, sizeOctets);
  return getOption(libc, fd, C.SOL_SOCKET, C.SO_RCVBUF);
}

/** Has the kernel say with each datagram to which of this machine's addresses it was sent. Returns whether it will. */
export function wantLocalAddress(libc: Libc, fd: number, family: number): boolean {
  return family === C.AF_INET
    ? setOption(libc, fd, C.SOL_IP, C.IP_PKTINFO, 1)
    : setOption(libc, fd, C.SOL_IPV6, C.IPV6_RECVPKTINFO, 1);
}

/**
 * Keeps the kernel from letting IPv4 datagrams be fragmented on the way (RFC 9715), and from believing whoever says
 * that the way is narrow (ICMP can be forged). Ours have 1232 octets at most, which pass nearly everywhere (DNS Flag Day
 * 2020). Where it is refused, it is as before.
 */
export function forbidFragments(libc: Libc, fd: number, family: number): void {
  if (family === C.AF_INET) setOption(libc, fd, C.SOL_IP, C.IP_MTU_DISCOVER, C.IP_PMTUDISC_PROBE);
}

/** Lets a socket hear and use one link alone. Where it is refused (before Linux 5.7, by the unprivileged), it is as before. */
export function keepToLink(libc: Libc, fd: number, index: number): void {
  setOption(libc, fd, C.SOL_SOCKET, C.SO_BINDTOIFINDEX, index);
}

/** Datagrams that the kernel has dropped on this socket. */
export function droppedCount(libc: Libc, fd: number): number {
  const value = new Uint32Array(SMALL_OCTETS / 4);
  const length = new Uint32Array([value.byteLength]);
  const isKnown = libc.getsockopt(fd, C.SOL_SOCKET, C.SO_MEMINFO, value, length) === 0;
  return isKnown && length[0]! >= MEMINFO_WORDS * 4 ? value[MEMINFO_WORDS - 1]! : 0;
}

/**
 * Binds a socket, to which the kernel has given a port of its own choice, to `address` instead, together with all the
 * others that are bound there in this way: the kernel spreads the clients over them (SO_REUSEPORT).
 *
 * @throws {Error} when the kernel refuses; the socket is of no use then.
 */
export function sharePort(libc: Libc, fd: number, address: SocketAddress): void {
  const family = familyFor(address);
  const name = sockaddrOf(address, family, new Zones(libc));
  if (name === null) throw new Error("Cannot bind again: there is no such link");
  if (!setOption(libc, fd, C.SOL_SOCKET, C.SO_REUSEPORT, 1)) throw failure(libc, "set SO_REUSEPORT");
  // connect(2): AF_UNSPEC dissolves an association. With it goes a port that was not asked for.
  if (libc.connect(fd, new Uint32Array(SMALL_OCTETS / 4), 16) !== 0) throw failure(libc, "give the port back");
  if (libc.bind(fd, name, sockaddrOctets(family)) !== 0) throw failure(libc, "bind again");
}

/**
 * Binds a socket that has no address yet; together with others if it is `isShared`, see `sharePort`. Returns whether the kernel
 * does.
 */
export function bindTo(libc: Libc, fd: number, address: SocketAddress, isShared: boolean): boolean {
  const family = familyFor(address);
  const name = sockaddrOf(address, family, new Zones(libc));
  if (name === null || (isShared && !setOption(libc, fd, C.SOL_SOCKET, C.SO_REUSEPORT, 1))) return false;
  return libc.bind(fd, name, sockaddrOctets(family)) === 0;
}

/** The port that a socket is bound to. */
export function portOfSocket(libc: Libc, fd: number): number {
  const name = new Uint32Array(SMALL_OCTETS / 4);
  const length = new Uint32Array([SMALL_OCTETS]);
  return libc.getsockname(fd, name, length) === 0 ? portOf(name[0]!) : 0;
}

/**
 * Leaves a port to those who share it. A socket with a peer is passed over when the kernel spreads datagrams, and may
 * still send to anybody; the peer is the socket itself, which always has a route. Where that fails, what still comes is
 * lost when the socket is closed.
 */
export function leavePort(libc: Libc, fd: number, address: SocketAddress): void {
  const loopback = isIpv6(address) ? "::1" : "127.0.0.1";
  const peer = isUnspecified(address) ? { ...address, hostname: loopback } : address;
  const family = familyFor(address);
  const name = sockaddrOf(peer, family, new Zones(libc));
  if (name !== null) libc.connect(fd, name, sockaddrOctets(family));
}

/** An integer option; -1 when there is none. */
export function getOption(libc: Libc, fd: number, level: number, option: number): number {
  const value = new Int32Array(SMALL_OCTETS / 4);
  const length = new Uint32Array([4]);
  const octets = new Uint8Array(value.buffer);
  return libc.getsockopt(fd, level, option, octets, length) === 0 ? value[0]! : -1;
}

/** Sets an integer option. Returns whether the kernel does. */
export function setOption(libc: Libc, fd: number, level: number, option: number, value: number): boolean {
  return libc.setsockopt(fd, level, option, new Uint32Array([value]), 4) === 0;
}

function failure(libc: Libc, what: string): Error {
  return new Error(`Cannot ${what}: errno ${libc.errno()}`);
}
