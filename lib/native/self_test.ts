import { formatSocketAddress, isSameAddress, type SocketAddress } from "../base/net/address.ts";
import type { DatagramUse } from "../base/runtime.ts";
import { equals } from "@std/bytes/equals";
import type { NativeSocket } from "./native_socket.ts";

/** Lengths of the datagrams that go round: none, one, a reply as it is usual, a full slot. */
const LENGTHS_OCTETS = [0, 1, 512, 4096] as const;
/** Loopback delivers at once, unless the machine is very busy. */
const TRIES_MAX = 20;
const TRY_MS = 50;

/** Opens a socket for one of the two uses; the one for clients knows to which address it was sent. */
export type OpenForSelfTest = (local: SocketAddress, use: DatagramUse) => NativeSocket;

/**
 * Sends datagrams to and fro over the loopback and looks at all that comes back: contents, lengths, addresses. If the
 * layout of a structure, or anything else, is not what we think, it shows here and not with clients.
 *
 * @throws {Error} when anything is not as it should be.
 */
export function selfTest(open: OpenForSelfTest): void {
  roundTrip(open, "127.0.0.1");
  // Without IPv6 nobody will ask over it.
  if (hasIpv6(open)) roundTrip(open, "::1");
}

/** Lengths of datagrams that the kernel takes as one run, see `SegmentRuns`. */
const RUN_LENGTHS_OCTETS = [60, 60, 60, 40] as const;

/**
 * Whether datagrams that are given to the kernel as a run arrive one by one. Where it does not know runs (before Linux 4.18), it
 * may send all of one as a single datagram instead of refusing it.
 */
export function carriesRuns(open: OpenForSelfTest): boolean {
  const asking = open(loopback("127.0.0.1"), "upstreams");
  try {
    const answering = open(loopback("127.0.0.1"), "clients");
    try {
      const { address } = answering;
      for (const length of RUN_LENGTHS_OCTETS) asking.batch.queue(pattern(length), address);
      if (asking.batch.flush() > 0) return false;
      take(answering, RUN_LENGTHS_OCTETS, asking.address, () => {});
      return true;
    } catch {
      return false;
    } finally {
      answering.close();
    }
  } finally {
    asking.close();
  }
}

function hasIpv6(open: OpenForSelfTest): boolean {
  try {
    open(loopback("::1"), "upstreams").close();
    return true;
  } catch {
    return false;
  }
}

function roundTrip(open: OpenForSelfTest, hostname: string): void {
  const asking = open(loopback(hostname), "upstreams");
  try {
    const answering = open(loopback(hostname), "clients");
    try {
      for (const length of LENGTHS_OCTETS) asking.batch.queue(pattern(length), answering.address);
      check(asking.batch.flush() === 0, "the kernel does not take what is sent");
      take(answering, LENGTHS_OCTETS, asking.address, (datagram, peer) => answering.batch.queue(datagram, peer));
      check(answering.batch.flush() === 0, "the kernel does not take what is answered");
      take(asking, LENGTHS_OCTETS, answering.address, () => {});
      check(answering.batch.hasStayed && asking.batch.hasStayed, "memory moves");
    } finally {
      answering.close();
    }
  } finally {
    asking.close();
  }
}

/** Takes datagrams of these lengths, in their order, from `from`. */
function take(
  socket: NativeSocket,
  lengths: readonly number[],
  from: SocketAddress,
  onDatagram: (datagram: Uint8Array<ArrayBuffer>, peer: SocketAddress) => void,
): void {
  let count = 0;
  for (let tries = 0; count < lengths.length; tries++) {
    check(tries < TRIES_MAX, `${lengths.length - count} datagrams of ${lengths.length} do not arrive`);
    socket.batch.awaitDatagrams(TRY_MS);
    const received = socket.batch.receive();
    for (let i = 0; i < received; i++, count++) {
      const datagram = socket.batch.datagram(i);
      const peer = socket.batch.peer(i);
      check(equals(datagram, pattern(lengths[count] ?? 0)), `datagram ${count} arrives changed`);
      check(isSameAddress(peer, from), `${formatSocketAddress(from)} looks like ${formatSocketAddress(peer)}`);
      onDatagram(datagram, peer);
    }
  }
}

function pattern(lengthOctets: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: lengthOctets }, (_, i) => (i * 7 + lengthOctets) & 0xff);
}

function loopback(hostname: string): SocketAddress {
  return { transport: "udp", hostname, port: 0 };
}

function check(isTrue: boolean, otherwise: string): asserts isTrue {
  if (!isTrue) throw new Error(`the self-test failed: ${otherwise}`);
}
