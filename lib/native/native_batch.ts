import type { SocketAddress } from "../base/net/address.ts";
import type { DatagramBatch, TooLong } from "../base/runtime.ts";
import { SLOT_OCTETS } from "./datagram_slot.ts";
import { KernelBuffer } from "./kernel/kernel_buffer.ts";
import { C, ERRNO, SMALL_OCTETS } from "./kernel/layout.ts";
import type { Libc } from "./kernel/libc.ts";
import { poll } from "./kernel/poll.ts";
import type { ReceiveRing } from "./receive_ring.ts";
import type { SendRing } from "./send_ring.ts";
import { droppedCount } from "./kernel/socket_options.ts";

const NONE: readonly number[] = [];
const NONE_TOO_LONG: readonly TooLong[] = [];

/** What a batch is made from. */
export interface NativeBatchOptions {
  /** The C library. */
  readonly libc: Libc;
  /** The socket's descriptor. */
  readonly fd: number;
  /** The socket's family, `AF_INET` or `AF_INET6`. */
  readonly family: number;
  /** Where datagrams come in; may serve several sockets in turn. */
  readonly receiveRing: ReceiveRing;
  /** Where datagrams wait to go out; belongs to this batch until it is closed. */
  readonly sendRing: SendRing;
  /** See `DatagramBatch`. */
  readonly receiveBufferOctets: number;
  /** Called when the batch is closed, and its rings are free again. */
  readonly onClosed?: () => void;
}

/** Batches over `recvmmsg` and `sendmmsg`, on the descriptor of a socket that somebody else opens and closes. */
export class NativeBatch implements DatagramBatch {
  /** See `DatagramBatch`. */
  readonly size: number;
  /** See `DatagramBatch`. */
  readonly slotOctets: number = SLOT_OCTETS;
  /** See `DatagramBatch`. */
  readonly receiveBufferOctets: number;
  readonly #libc: Libc;
  readonly #family: number;
  readonly #receiveRing: ReceiveRing;
  readonly #sendRing: SendRing;
  readonly #onClosed: () => void;
  /** -1 once closed: the number may stand for another file by then. */
  #fd: number;
  /** Datagrams since the last flush, those that are lost already included. */
  #queuedCount = 0;
  /** How many of them had been queued when the ring was empty last. */
  #ringStart = 0;
  #lost: number[] = [];
  /** Of the last flush. */
  #lostBefore: readonly number[] = NONE;
  /** Of the last flush. */
  #tooLong: readonly TooLong[] = NONE_TOO_LONG;
  /** As of the closing. */
  #droppedCount = 0;
  #failure: Error | null = null;

  /** See {@linkcode NativeBatchOptions}. */
  constructor(
    { libc, fd, family, receiveRing, sendRing, receiveBufferOctets, onClosed = () => {} }: NativeBatchOptions,
  ) {
    this.size = receiveRing.size;
    this.receiveBufferOctets = receiveBufferOctets;
    this.#onClosed = onClosed;
    this.#libc = libc;
    this.#family = family;
    this.#receiveRing = receiveRing;
    this.#sendRing = sendRing;
    this.#fd = fd;
  }

  /** See `DatagramBatch`. */
  get droppedCount(): number {
    return this.#fd === -1 ? this.#droppedCount : droppedCount(this.#libc, this.#fd);
  }

  /** See `DatagramBatch`. A socket that fails has nothing here; its own `receive` says what is wrong, or `failure`. */
  receive(): number {
    // hot path
    if (this.#fd === -1) return 0;
    const received = this.#receiveRing.receive(this.#fd, this.size);
    if (received >= 0) return received;
    this.#noteFailure();
    return 0;
  }

  /** Why nothing could be received since it was asked last; `null` when that did not happen. */
  get failure(): Error | null {
    // hot path
    const failure = this.#failure;
    if (failure !== null) this.#failure = null;
    return failure;
  }

  /** Takes one datagram into `buffer`; `null` when none has come. */
  receiveOne(buffer: Uint8Array<ArrayBuffer>): [Uint8Array<ArrayBuffer>, SocketAddress] | null {
    if (this.#fd === -1 || this.#receiveRing.receive(this.#fd, 1) !== 1) return null;
    const datagram = this.#receiveRing.datagram(0).subarray(0, buffer.length);
    buffer.set(datagram);
    return [buffer.subarray(0, datagram.length), this.#receiveRing.peer(0)];
  }

  #noteFailure(): void {
    const errno = this.#libc.errno();
    const isNothing = errno === ERRNO.EAGAIN || errno === ERRNO.EINTR;
    if (!isNothing) this.#failure = new Error(`recvmmsg failed with errno ${errno}`);
  }

  /** See `DatagramBatch`. */
  datagram(i: number): Uint8Array<ArrayBuffer> {
    // hot path
    return this.#receiveRing.datagram(i);
  }

  /** See `DatagramBatch`. */
  peer(i: number): SocketAddress {
    // hot path
    return this.#receiveRing.peer(i);
  }

  /** See `DatagramBatch`. */
  keep(i: number): () => void {
    return this.#receiveRing.keep(i);
  }

  /** See `DatagramBatch`. */
  get slot(): Uint8Array<ArrayBuffer> {
    // hot path
    return this.#sendRing.slot;
  }

  /** See `DatagramBatch`. */
  queueSlot(lengthOctets: number, to: SocketAddress): void {
    // hot path
    if (this.#fd === -1 || !this.#sendRing.queueSlot(lengthOctets, to, this.#family)) return this.#lose();
    this.#queuedCount++;
    if (this.#sendRing.isFull) this.#send();
  }

  /** See `DatagramBatch`. */
  queue(octets: Uint8Array<ArrayBuffer>, to: SocketAddress): void {
    // hot path
    // Once closed the ring is another's.
    if (octets.length > SLOT_OCTETS || this.#fd === -1) return this.#lose();
    this.slot.set(octets);
    this.queueSlot(octets.length, to);
  }

  /** See `DatagramBatch`. */
  flush(): number {
    // hot path
    this.#send();
    this.#queuedCount = this.#ringStart = 0;
    const lostCount = this.#lost.length;
    if (lostCount === 0) {
      this.#lostBefore = NONE;
      this.#tooLong = NONE_TOO_LONG;
    } else {
      this.#lostBefore = this.#lost;
      this.#lost = [];
      this.#tooLong = this.#sendRing.takeTooLong();
    }
    return lostCount;
  }

  /** See `DatagramBatch`. */
  get lost(): readonly number[] {
    return this.#lostBefore;
  }

  /** See `DatagramBatch`. */
  get tooLong(): readonly TooLong[] {
    return this.#tooLong;
  }

  /** Waits for datagrams, at most `waitMs`, with nothing else happening on this thread. For a self-test. */
  awaitDatagrams(waitMs: number): void {
    poll(this.#libc, new KernelBuffer(SMALL_OCTETS), this.#fd, C.POLLIN, waitMs);
  }

  /** Whether the kernel's pointers still lead to our memory. */
  get hasStayed(): boolean {
    return this.#receiveRing.hasStayed && this.#sendRing.hasStayed;
  }

  /** To be called before the socket is closed. What is queued is lost. */
  close(): void {
    if (this.#fd === -1) return;
    this.#droppedCount = this.droppedCount;
    this.#fd = -1;
    this.#noteLost(this.#sendRing.drop());
    this.#onClosed();
  }

  #send(): void {
    // Once closed the ring is another's, and what was in it is lost already.
    if (this.#fd !== -1) this.#noteLost(this.#sendRing.flush(this.#fd));
  }

  /** The ring is empty; `count` of what was in it are lost. */
  #noteLost(count: number): void {
    // hot path
    if (count > 0) this.#lost.push(...this.#sendRing.lost.map((i) => this.#ringStart + i));
    this.#ringStart = this.#queuedCount;
  }

  /** What could not even be queued takes its number all the same, so what is in the ring has to leave before. */
  #lose(): void {
    this.#send();
    this.#lost.push(this.#queuedCount++);
    this.#ringStart = this.#queuedCount;
  }
}
