import { isIpv6, type SocketAddress } from "../../lib/base/net/address.ts";
import { octetsOf } from "../../lib/base/net/zone.ts";
import { KernelBuffer } from "../../lib/native/kernel/kernel_buffer.ts";
import { C, CMSGHDR, IOVEC, MMSGHDR, SOCKADDR } from "../../lib/native/kernel/layout.ts";
import { putPort } from "../../lib/native/kernel/sockaddr.ts";
import { ANCOUNT_OFFSET, HEADER_OCTETS, RCODE_MASK } from "../../lib/wire/header.ts";
import { putUint16, uint16At } from "../../lib/wire/octets.ts";
import { nanosecondsAt, nowNs } from "../common/clocks.ts";
import type { Queries } from "./queries.ts";
import { socketCalls } from "../common/socket_calls.ts";

/** Numbers that C programs know by name. */
const SO_RCVTIMEO = 20;
const SO_TIMESTAMPNS = 35;
/** A query without a response after that long is lost. */
const PATIENCE_MICROS = 500_000;
/** Replies are small. */
const REPLY_OCTETS = 4096;
/** Room for the control message that says when a datagram came. */
const CONTROL_OCTETS = 128;

/**
 * A client of one server that asks from several sockets at once, and does nothing while it waits: its thread is blocked
 * by the kernel, not busy.
 *
 * It is not in the numbers. A latency begins right before `send`, and ends when the reply is put into the client's
 * socket, by the kernel's own timestamp (SO_TIMESTAMPNS, socket(7)): on the loopback, while the server's send goes on.
 * When the client is woken, and which of the replies it takes first, is in no latency.
 */
export class Asker implements Disposable {
  /** Replies with RCODE NOERROR and an answer. */
  answered = 0;
  /** Other replies. */
  refused = 0;
  /** Queries without a reply. */
  lost = 0;
  /** From the first query to the last reply of each time that it asked, all together. */
  busyNs = 0;
  /** Of every answer. */
  latenciesNs: number[] = [];
  readonly #queries: Queries;
  readonly #sockets: readonly number[];
  readonly #sentNs: Float64Array;
  readonly #calls = socketCalls();
  readonly #header = new KernelBuffer(128);
  readonly #control = new KernelBuffer(CONTROL_OCTETS);
  readonly #reply = new KernelBuffer(REPLY_OCTETS);
  readonly #iovec = new KernelBuffer(128);
  #nextId = 0;

  /** @param inFlight How many queries it has in flight, each from a socket of its own. */
  constructor(server: SocketAddress, { queries, inFlight }: { queries: Queries; inFlight: number }) {
    this.#queries = queries;
    this.#sockets = Array.from({ length: inFlight }, () => this.#connect(server));
    this.#sentNs = new Float64Array(inFlight);
    this.#iovec.putPointer(IOVEC.base, this.#reply);
    this.#iovec.words[IOVEC.length >> 2] = REPLY_OCTETS;
    this.#header.putPointer(MMSGHDR.iov, this.#iovec);
    this.#header.words[MMSGHDR.iovCount >> 2] = 1;
    this.#header.putPointer(MMSGHDR.control, this.#control);
  }

  /** Sends a query from each socket, and waits until all have been answered or are lost. */
  ask(): void {
    const firstId = this.#nextId;
    this.#nextId = (firstId + this.#sockets.length) & 0xffff;
    for (let i = 0; i < this.#sockets.length; i++) {
      const query = this.#queries.next();
      putUint16(query, 0, (firstId + i) & 0xffff);
      this.#sentNs[i] = nowNs();
      this.#calls.send(this.#sockets[i]!, query, BigInt(query.length), 0);
    }
    // Who has waited in vain once waits no more: else a server that is gone would take as many times as long.
    let flags = 0;
    for (let i = 0; i < this.#sockets.length; i++) {
      if (!this.#receive(i, (firstId + i) & 0xffff, flags)) flags = C.MSG_DONTWAIT;
    }
    this.busyNs += nowNs() - this.#sentNs[0]!;
  }

  /** Forgets what has come so far. */
  startAnew(): void {
    this.answered =
      this.refused =
      this.lost =
      this.busyNs =
        0;
    this.latenciesNs = [];
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) this.#calls.close(socket);
  }

  /** Returns whether a reply with that ID came to the socket `i`. */
  #receive(i: number, id: number, flags: number): boolean {
    const { octets } = this.#reply;
    for (;;) {
      this.#header.words[MMSGHDR.controlLength >> 2] = CONTROL_OCTETS;
      const length = this.#calls.recvmsg(this.#sockets[i]!, this.#header.octets, flags);
      if (length < 0n) {
        this.lost++;
        return false;
      }
      // One that comes after it was given up.
      if (length < BigInt(HEADER_OCTETS) || uint16At(octets, 0) !== id) continue;
      const isAnswer = (uint16At(octets, 2) & RCODE_MASK) === 0 && uint16At(octets, ANCOUNT_OFFSET) > 0;
      if (!isAnswer) {
        this.refused++;
        return true;
      }
      this.answered++;
      this.latenciesNs.push(this.#cameNs() - this.#sentNs[i]!);
      return true;
    }
  }

  #cameNs(): number {
    const { words } = this.#control;
    if (words[CMSGHDR.level >> 2] !== C.SOL_SOCKET || words[CMSGHDR.type >> 2] !== SO_TIMESTAMPNS) {
      throw new Error("Cannot measure: the kernel does not say when a datagram came");
    }
    return nanosecondsAt(words, CMSGHDR.data >> 2);
  }

  #connect(server: SocketAddress): number {
    const [family, length] = isIpv6(server) ? [C.AF_INET6, SOCKADDR.ipv6Size] : [C.AF_INET, SOCKADDR.ipv4Size];
    const address = new KernelBuffer(128);
    putPort(address.words, family, server.port);
    address.octets.set(octetsOf(server.hostname)!, isIpv6(server) ? SOCKADDR.ipv6 : SOCKADDR.ipv4);
    const value = new KernelBuffer(128);
    const socket = this.#calls.socket(family, C.SOCK_DGRAM, 0);
    value.words[0] = 1;
    const isStamped = this.#calls.setsockopt(socket, C.SOL_SOCKET, SO_TIMESTAMPNS, value.octets, 4) === 0;
    // A `struct timeval`: seconds and microseconds, of 64 bits each.
    value.words.set([0, 0, PATIENCE_MICROS, 0]);
    const isPatient = this.#calls.setsockopt(socket, C.SOL_SOCKET, SO_RCVTIMEO, value.octets, 16) === 0;
    if (isStamped && isPatient && this.#calls.connect(socket, address.octets, length) === 0) return socket;
    throw new Error(`Cannot measure: no socket to ${server.hostname}, port ${server.port}`);
  }
}
