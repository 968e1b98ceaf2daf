import type { SocketAddress } from "../base/net/address.ts";
import { KernelBuffer } from "./kernel/kernel_buffer.ts";
import { C, CMSGHDR, ERRNO, IOVEC, MMSGHDR } from "./kernel/layout.ts";
import {
  controlLengthWord,
  controlWord,
  iovCountWord,
  iovLengthWord,
  iovWord,
  type MessageHeaders,
} from "./kernel/message_headers.ts";

/** Longer datagrams go by themselves: a run of what does not pass in one piece is refused. Queries are shorter. */
const SEGMENT_OCTETS_MAX = 512;
/** `struct cmsghdr` with 16 bits behind it, and with what is left of their word. */
const SEGMENT_CONTROL = { length: CMSGHDR.data + 2, space: CMSGHDR.data + 8 } as const;
/** Places by which the message is found that a datagram may go with; a power of two. */
const PLACES = 256;
const IOVEC_WORDS = IOVEC.size / 4;
const HEADER_WORDS = MMSGHDR.size / 4;

/** Whether the kernel takes runs; the same for all sockets of a kind. */
export interface SegmentOffload {
  /** As long as it has never said no: then the device on the way, say, cannot finish what is left to it. */
  isUsable: boolean;
}

/**
 * Lets the kernel take datagrams of a send ring together (udp(7), UDP_SEGMENT, Linux 4.18): those for one peer that are of one
 * length. They pass its layers as one message, which is parted at the end; on the wire they are what they would have been by
 * themselves. Most of what the kernel does for a cold answer is sending.
 */
export class SegmentRuns {
  /** The `struct mmsghdr`s of the messages, or of the datagrams that are left of them. */
  readonly headers: KernelBuffer;
  /** Which datagrams are left. */
  readonly order: Uint8Array;
  readonly #messages: MessageHeaders;
  readonly #offload: SegmentOffload;
  /** The datagrams of runs, side by side. */
  readonly #iovecs: KernelBuffer;
  /** The first datagram of each message. */
  readonly #firsts: Uint8Array;
  /** How many are in the message that a datagram is the first of; 0 if it is not. */
  readonly #counts: Uint8Array;
  /** The last one of these. */
  readonly #lasts: Uint8Array;
  /** The next datagram in the same message. */
  readonly #nexts: Uint8Array;
  /** The first datagram of the newest message for a port and a length. */
  readonly #places = new Uint8Array(PLACES);
  /** Whether a run was refused for a reason that may be that it is one. */
  #isSuspect = false;

  /** Of up to `size` datagrams in `messages`, 64 at most: so many does the kernel make of one message. */
  constructor(messages: MessageHeaders, size: number, offload: SegmentOffload) {
    this.#messages = messages;
    this.#offload = offload;
    this.headers = new KernelBuffer(size * MMSGHDR.size);
    this.#iovecs = new KernelBuffer(Math.max(size * IOVEC.size, 128));
    this.order = new Uint8Array(size);
    this.#firsts = new Uint8Array(size);
    this.#counts = new Uint8Array(size);
    this.#lasts = new Uint8Array(size);
    this.#nexts = new Uint8Array(size);
  }

  /**
   * Makes messages of the first `count` datagrams, which are for `peers`. Returns how many there are in `headers`; if it is
   * `count`, there is nothing in it, for each stands alone.
   */
  form(count: number, peers: readonly SocketAddress[]): number {
    // hot path
    if (!this.#offload.isUsable) return count;
    const { words } = this.#messages.iovecs;
    let messageCount = count;
    for (let i = 0; i < count; i++) {
      const peer = peers[i]!;
      const length = words[iovLengthWord(i)]!;
      const place = (peer.port ^ (length << 3)) & (PLACES - 1);
      const first = this.#places[place]!;
      const isSame = first < i && peers[first] === peer && words[iovLengthWord(first)] === length;
      if (isSame && length <= SEGMENT_OCTETS_MAX && length > 0) {
        this.#nexts[this.#lasts[first]!] = i;
        this.#lasts[first] = i;
        this.#counts[first]!++;
        this.#counts[i] = 0;
        messageCount--;
      } else {
        this.#places[place] = this.#lasts[i] = i;
        this.#counts[i] = 1;
      }
    }
    if (messageCount < count) this.#putHeaders(count);
    return messageCount;
  }

  /**
   * Lets each of the datagrams stand alone that the kernel has not taken.
   *
   * @param messageCount How many messages there are.
   * @param sent How many it has taken; -1 when the first one failed, and `errno` says why.
   * @returns How many datagrams are left: `headers` are theirs, and `order` tells which they are.
   */
  part(messageCount: number, sent: number, errno: number): number {
    const refused = Math.max(0, sent);
    // EINVAL: the kernel does not know runs. EIO: the device makes no checksums, or what is sent is encrypted on the way.
    const mayBeRun = sent === -1 && (errno === ERRNO.EINVAL || errno === ERRNO.EIO);
    this.#isSuspect = mayBeRun && this.#counts[this.#firsts[refused]!]! > 1;
    let left = 0;
    for (let message = refused; message < messageCount; message++) {
      let i = this.#firsts[message]!;
      for (let k = this.#counts[i]!; k > 0; k--, i = this.#nexts[i]!) {
        this.#copyHeader(i, left);
        this.order[left++] = i;
      }
    }
    return left;
  }

  /** The first one of what is left has been taken: if it was refused as a part of a run, there will be no more runs. */
  leftAlone(): void {
    if (this.#isSuspect) this.#offload.isUsable = false;
    this.#isSuspect = false;
  }

  /** Whether the kernel's pointers still lead here. */
  get hasStayed(): boolean {
    return this.headers.hasStayed && this.#iovecs.hasStayed;
  }

  #putHeaders(count: number): void {
    // hot path
    let at = 0;
    for (let first = 0, message = 0; first < count; first++) {
      const datagrams = this.#counts[first]!;
      if (datagrams === 0) continue;
      this.#copyHeader(first, message);
      if (datagrams > 1) at = this.#putRun(first, message, datagrams, at);
      this.#firsts[message++] = first;
    }
  }

  #copyHeader(datagram: number, message: number): void {
    // hot path
    const from = this.#messages.headers.words;
    const to = this.headers.words;
    for (let k = 0; k < HEADER_WORDS; k++) to[message * HEADER_WORDS + k] = from[datagram * HEADER_WORDS + k]!;
  }

  /** Lets a message be about all of its datagrams. Those of the one before end at `at`; returns where these do. */
  #putRun(first: number, message: number, datagrams: number, at: number): number {
    // hot path
    const from = this.#messages.iovecs.words;
    const to = this.#iovecs.words;
    let word = at * IOVEC_WORDS;
    for (let k = 0, i = first; k < datagrams; k++, i = this.#nexts[i]!) {
      for (let end = word + IOVEC_WORDS, source = i * IOVEC_WORDS; word < end; word++) to[word] = from[source++]!;
    }
    const headers = this.headers.words;
    const [low, high] = this.#iovecs.pointer;
    headers[iovWord(message)] = low + at * IOVEC.size;
    headers[iovWord(message) + 1] = high + (low + at * IOVEC.size > 0xffff_ffff ? 1 : 0);
    headers[iovCountWord(message)] = datagrams;
    // Behind what is said of the datagram alone.
    const controlOctets = headers[controlLengthWord(message)]!;
    const control = controlWord(first) + (controlOctets >> 2);
    const controls = this.#messages.controls.words;
    controls[control + CMSGHDR.length / 4] = SEGMENT_CONTROL.length;
    controls[control + CMSGHDR.level / 4] = C.SOL_UDP;
    controls[control + CMSGHDR.type / 4] = C.UDP_SEGMENT;
    controls[control + CMSGHDR.data / 4] = from[iovLengthWord(first)]!;
    headers[controlLengthWord(message)] = controlOctets + SEGMENT_CONTROL.space;
    return at + datagrams;
  }
}
