import type { SocketAddress } from "../base/net/address.ts";
import { C, CMSGHDR, ERRNO } from "./kernel/layout.ts";
import { controlLengthWord, controlWord, iovCountWord, type MessageHeaders } from "./kernel/message_headers.ts";

/** Longer datagrams go by themselves: a run of what does not pass in one piece is refused. Queries are shorter. */
const SEGMENT_OCTETS_MAX = 512;
/** `struct cmsghdr` with 16 bits behind it, and with what is left of their word. */
const SEGMENT_CONTROL = { length: CMSGHDR.data + 2, space: CMSGHDR.data + 8 } as const;

/** Whether the kernel takes runs; the same for all sockets. */
export interface SegmentOffload {
  /** As long as it has never said no: then the device on the way, say, cannot finish what is left to it. */
  isUsable: boolean;
}

/**
 * Lets the kernel take datagrams of a send ring together (udp(7), UDP_SEGMENT, Linux 4.18): those for one peer that follow each
 * other and are of one length, and behind them one that is shorter. They pass its layers as one message, which is parted at
 * the end; on the wire they are what they would have been by themselves. To send a query took the kernel a quarter of what a
 * cold answer takes altogether. Processor time of one, where nine names of ten are equally long: 14.1 → 11.7 µs
 * (`bench:peers` with `cold`).
 */
export class SegmentRuns {
  readonly #messages: MessageHeaders;
  readonly #offload: SegmentOffload;
  /** The first datagram of each message. */
  readonly #firsts: Uint16Array;
  #count = 0;
  /** Whom the last message is for. */
  #peer: SocketAddress | null = null;
  /** Length of the last message's segments; 0 when nothing may follow there. */
  #segmentOctets = 0;

  /** Of up to `size` datagrams, in `messages`. */
  constructor(messages: MessageHeaders, size: number, offload: SegmentOffload) {
    this.#messages = messages;
    this.#firsts = new Uint16Array(size);
    this.#offload = offload;
  }

  /** Whether the next datagram can go with the last message: then it does. */
  join(lengthOctets: number, peer: SocketAddress): boolean {
    // hot path
    const segmentOctets = this.#segmentOctets;
    if (lengthOctets > segmentOctets || lengthOctets === 0 || peer !== this.#peer) return false;
    const headers = this.#messages.headers.words;
    const last = this.#count - 1;
    if (++headers[iovCountWord(last)]! === 2) {
      const controls = this.#messages.controls.words;
      const at = controlWord(last);
      controls[at + CMSGHDR.length / 4] = SEGMENT_CONTROL.length;
      controls[at + CMSGHDR.level / 4] = C.SOL_UDP;
      controls[at + CMSGHDR.type / 4] = C.UDP_SEGMENT;
      controls[at + CMSGHDR.data / 4] = segmentOctets;
      headers[controlLengthWord(last)] = SEGMENT_CONTROL.space;
    }
    if (lengthOctets < segmentOctets) this.#segmentOctets = 0;
    return true;
  }

  /** Begins a message with datagram `i`. Returns the number of its header. */
  begin(i: number, lengthOctets: number, peer: SocketAddress): number {
    // hot path
    const message = this.#count++;
    this.#messages.lead(message, i);
    this.#firsts[message] = i;
    this.#peer = peer;
    this.#segmentOctets = lengthOctets <= SEGMENT_OCTETS_MAX && this.#offload.isUsable ? lengthOctets : 0;
    return message;
  }

  /** Messages so far. */
  get count(): number {
    return this.#count;
  }

  /** Forgets them: they have left. */
  clear(): void {
    // hot path
    this.#count = this.#segmentOctets = 0;
  }

  /**
   * Lets each of the datagrams stand alone again that the kernel has not taken. Where it will take no run at all, there will
   * be no more of them.
   *
   * @param sent Messages that it has taken; -1 when the first one failed, and `errno` says why.
   * @param datagramCount How many there are altogether.
   * @returns The first one that has not been taken.
   */
  part(sent: number, errno: number, datagramCount: number): number {
    const refused = Math.max(0, sent);
    const isRun = this.#messages.headers.words[iovCountWord(refused)]! > 1;
    // EINVAL: the kernel does not know runs. EIO: the device makes no checksums, or what is sent is encrypted on the way.
    if (isRun && sent === -1 && (errno === ERRNO.EINVAL || errno === ERRNO.EIO)) this.#offload.isUsable = false;
    const first = this.#firsts[refused]!;
    // Backwards, for the header of a datagram stands behind that of its run.
    let i = datagramCount - 1;
    for (let message = this.#count - 1; message >= refused; message--) {
      for (; i >= this.#firsts[message]!; i--) this.#messages.standAlone(i, message);
    }
    this.clear();
    return first;
  }
}
