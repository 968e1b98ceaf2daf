import type { SocketAddress } from "../base/net/address.ts";
import { assert } from "../base/assert.ts";
import type { TooLong } from "../base/runtime.ts";
import { AddressBook } from "./address_book.ts";
import { SLOT_OCTETS } from "./datagram_slot.ts";
import { KernelBuffer } from "./kernel/kernel_buffer.ts";
import { C, CMSGHDR, ERRNO, IN6_PKTINFO, IN_PKTINFO, MMSGHDR, SMALL_OCTETS } from "./kernel/layout.ts";
import type { Libc } from "./kernel/libc.ts";
import {
  controlLengthWord,
  controlWord,
  iovLengthWord,
  MessageHeaders,
  nameLengthWord,
  nameWord,
} from "./kernel/message_headers.ts";
import { INTERFACE_WORD, LOCAL_WORD, NAME_WORDS, NativePeer } from "./kernel/native_peer.ts";
import { poll } from "./kernel/poll.ts";
import { familyOf, sockaddrOctets } from "./kernel/sockaddr.ts";
import { type SegmentOffload, SegmentRuns } from "./segment_runs.ts";
import { Zones } from "./kernel/zones.ts";

/** A full send buffer empties at the speed of the network card. Nobody is served meanwhile, so not for long. */
const FULL_WAIT_MS = 5;
/** After so many failures that may pass, what is left is given up. */
const RETRIES_MAX = 3;

const NONE: readonly TooLong[] = [];
const NOBODY: SocketAddress = { transport: "udp", hostname: "", port: 0 };
/** Datagrams as they were queued. */
const IN_ORDER: Uint8Array = Uint8Array.from({ length: 256 }, (_, i) => i);

/** Datagrams that wait for `sendmmsg`, each in a slot of its own. */
export class SendRing {
  readonly #libc: Libc;
  readonly #messages: MessageHeaders;
  readonly #slots: readonly KernelBuffer[];
  readonly #poll = new KernelBuffer(SMALL_OCTETS);
  readonly #addresses: AddressBook;
  /** Whom each slot is for, or was for last: `NOBODY` where its header has to be written anew. */
  readonly #peers: SocketAddress[];
  readonly #runs: SegmentRuns;
  #count = 0;
  #lost: number[] = [];
  #tooLong: TooLong[] = [];

  /** Room for `size` datagrams. Those for one peer leave in runs where `offload` says so; see `SegmentRuns`. */
  constructor(libc: Libc, size: number, offload: SegmentOffload) {
    this.#libc = libc;
    this.#addresses = new AddressBook(new Zones(libc));
    this.#messages = new MessageHeaders(size);
    this.#runs = new SegmentRuns(this.#messages, size, offload);
    this.#peers = new Array<SocketAddress>(size).fill(NOBODY);
    this.#slots = Array.from({ length: size }, () => new KernelBuffer(SLOT_OCTETS));
    for (const [i, slot] of this.#slots.entries()) this.#messages.point(i, slot, 0);
  }

  /** Whether `flush` must come before the next `queueSlot`. */
  get isFull(): boolean {
    return this.#count === this.#slots.length;
  }

  /** Where the next datagram is to be written before `queueSlot`. Needs `!isFull`. */
  get slot(): Uint8Array<ArrayBuffer> {
    // hot path
    return this.#slots[this.#count]!.octets;
  }

  /**
   * Queues the first `lengthOctets` of `slot` for `peer`, on a socket of `family`. A peer that was received from here is
   * answered from the address that it has asked. Returns whether such a socket can reach it.
   */
  queueSlot(lengthOctets: number, peer: SocketAddress, family: number): boolean {
    // hot path
    assert(lengthOctets <= SLOT_OCTETS, "what is queued is in the slot");
    const i = this.#count;
    if (this.#peers[i] !== peer) {
      const words = peer instanceof NativePeer ? peer.words : this.#addresses.find(peer, family);
      if (words === null) return false;
      this.#putHeader(i, words);
      this.#peers[i] = peer;
    }
    this.#messages.iovecs.words[iovLengthWord(i)] = lengthOctets;
    this.#count++;
    return true;
  }

  /**
   * Sends what is queued. Returns how many the kernel would not take: it cannot reach them, or its buffers are still
   * full after a short wait. They are not tried again; `lost` tells which they are.
   */
  flush(fd: number): number {
    // hot path
    const count = this.#count;
    this.#count = 0;
    if (count === 0) return 0;
    const messageCount = this.#runs.form(count, this.#peers);
    const isEachAlone = messageCount === count;
    const { octets } = isEachAlone ? this.#messages.headers : this.#runs.headers;
    const sent = this.#libc.sendmmsg(fd, octets, messageCount, C.MSG_DONTWAIT);
    if (sent === messageCount) return 0;
    if (isEachAlone) return this.#flushRest(fd, octets, IN_ORDER, Math.max(0, sent), count);
    // In a run there is no telling which of them is at fault.
    return this.#flushRest(fd, octets, this.#runs.order, 0, this.#runs.part(messageCount, sent, this.#libc.errno()));
  }

  /** Which were lost at the last `flush` that lost any, counted from 0. */
  get lost(): readonly number[] {
    return this.#lost;
  }

  /** What was lost since the last call because it was too long for its way. */
  takeTooLong(): readonly TooLong[] {
    if (this.#tooLong.length === 0) return NONE;
    const tooLong = this.#tooLong;
    this.#tooLong = [];
    return tooLong;
  }

  /** Forgets what is queued: it is lost. Returns how many that were. */
  drop(): number {
    const count = this.#count;
    this.#count = 0;
    // Its next socket may be of another family.
    this.#forgetPeers();
    this.#lost = Array.from({ length: count }, (_, i) => i);
    this.#tooLong = [];
    return count;
  }

  /** Whether the kernel's pointers still lead here. */
  get hasStayed(): boolean {
    return this.#messages.hasStayed && this.#runs.hasStayed &&
      [this.#poll, ...this.#slots].every((memory) => memory.hasStayed);
  }

  /** sendmmsg(2) stops at the first datagram that fails, and says why only to the call that begins with it. */
  #flushRest(fd: number, headers: Uint8Array<ArrayBuffer>, order: Uint8Array, start: number, count: number): number {
    const lost: number[] = this.#lost = [];
    let next = start;
    let retries = 0;
    while (next < count) {
      const sent = this.#libc.sendmmsg(fd, headers.subarray(next * MMSGHDR.size), count - next, C.MSG_DONTWAIT);
      if (sent > 0) {
        if (next === start) this.#runs.leftAlone();
        next += sent;
        continue;
      }
      const errno = this.#libc.errno();
      if (errno === ERRNO.EMSGSIZE) this.#noteTooLong(order[next]!);
      if (errno !== ERRNO.EINTR && errno !== ERRNO.EAGAIN && errno !== ERRNO.ENOBUFS) {
        lost.push(order[next++]!);
      } else if (retries++ === RETRIES_MAX) {
        while (next < count) lost.push(order[next++]!);
      } else if (errno === ERRNO.EAGAIN) {
        poll(this.#libc, this.#poll, fd, C.POLLOUT, FULL_WAIT_MS);
      }
    }
    if (lost.length > 0) this.#forgetPeers();
    return lost.length;
  }

  #noteTooLong(i: number): void {
    const octets = this.#slots[i]!.octets.slice(0, this.#messages.iovecs.words[iovLengthWord(i)]);
    this.#tooLong.push({ octets, to: this.#peers[i]! });
  }

  #forgetPeers(): void {
    this.#addresses.forget();
    this.#peers.fill(NOBODY);
  }

  /** Writes whom message `h` is for. */
  #putHeader(h: number, peerWords: Uint32Array): void {
    // hot path
    const names = this.#messages.names.words;
    const at = nameWord(h);
    for (let word = 0; word < NAME_WORDS; word++) names[at + word] = peerWords[word]!;
    const headers = this.#messages.headers.words;
    headers[nameLengthWord(h)] = sockaddrOctets(familyOf(peerWords[0]!));
    headers[controlLengthWord(h)] = this.#putLocal(h, peerWords);
  }

  /** Writes from which local address the datagram is to be sent (ip(7), RFC 3542 §6.2). Returns the octets it takes. */
  #putLocal(i: number, peerWords: Uint32Array): number {
    // hot path
    const isIpv4 = familyOf(peerWords[0]!) === C.AF_INET;
    let isKnown = 0;
    for (let word = 0; word < 4; word++) isKnown |= peerWords[LOCAL_WORD + word]!;
    if (isKnown === 0) return 0;
    const { words } = this.#messages.controls;
    const at = controlWord(i);
    const data = at + CMSGHDR.data / 4;
    const size = isIpv4 ? IN_PKTINFO.size : IN6_PKTINFO.size;
    words[at + CMSGHDR.length / 4] = CMSGHDR.data + size;
    words[at + CMSGHDR.level / 4] = isIpv4 ? C.SOL_IP : C.SOL_IPV6;
    words[at + CMSGHDR.type / 4] = isIpv4 ? C.IP_PKTINFO : C.IPV6_PKTINFO;
    if (isIpv4) {
      words[data + IN_PKTINFO.interfaceIndex / 4] = 0;
      words[data + IN_PKTINFO.local / 4] = peerWords[LOCAL_WORD]!;
      words[data + IN_PKTINFO.destination / 4] = 0;
    } else {
      for (let word = 0; word < 4; word++) words[data + word] = peerWords[LOCAL_WORD + word]!;
      words[data + IN6_PKTINFO.interfaceIndex / 4] = peerWords[INTERFACE_WORD]!;
    }
    // CMSG_SPACE: in whole words of 8 octets.
    return (CMSGHDR.data + size + 7) & ~7;
  }
}
