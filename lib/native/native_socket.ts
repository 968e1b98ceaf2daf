import type { SocketAddress } from "../base/net/address.ts";
import type { DatagramSocket } from "../base/runtime.ts";
import { KernelBuffer } from "./kernel/kernel_buffer.ts";
import { C, ERRNO, SMALL_OCTETS } from "./kernel/layout.ts";
import type { Libc } from "./kernel/libc.ts";
import type { NativeBatch } from "./native_batch.ts";
import { pollLater } from "./kernel/poll.ts";
import type { ReceiveRing } from "./receive_ring.ts";

/** A datagram, as a view of the buffer that was given, and its sender. */
export type Received = [Uint8Array<ArrayBuffer>, SocketAddress];

/** What a native socket is made from. */
export interface NativeSocketOptions {
  /** What the socket is bound to. */
  readonly address: SocketAddress;
  /** The socket as it was opened; belongs to this object from now on. */
  readonly plain: DatagramSocket;
  /** Its batches. */
  readonly batch: NativeBatch;
  /** Where the plain socket's own `receive` does not do; `null` where it does. */
  readonly waiter: DescriptorWaiter | null;
  /** See `DatagramSocket`. */
  readonly leave: (() => void) | undefined;
}

/** A socket of Deno's with batches. */
export class NativeSocket implements DatagramSocket {
  /** See `DatagramSocket`. */
  readonly address: SocketAddress;
  /** See `DatagramSocket`. */
  readonly batch: NativeBatch;
  /** See `DatagramSocket`. */
  readonly leave: (() => void) | undefined;
  readonly #plain: DatagramSocket;
  readonly #waiter: DescriptorWaiter | null;
  #isClosed = false;

  /** See {@linkcode NativeSocketOptions}. */
  constructor({ address, plain, batch, waiter, leave }: NativeSocketOptions) {
    this.address = address;
    this.batch = batch;
    this.#plain = plain;
    this.#waiter = waiter;
    this.leave = leave;
  }

  /** See `DatagramSocket`. */
  receive(buffer: Uint8Array<ArrayBuffer>): Promise<Received> {
    return this.#waiter === null ? this.#plain.receive(buffer) : this.#waiter.receive(buffer);
  }

  /** See `DatagramSocket`. Sends what is queued, too. */
  // deno-lint-ignore require-await -- what goes wrong is a rejection, as with the plain socket
  async send(octets: Uint8Array<ArrayBuffer>, to: SocketAddress): Promise<number> {
    this.batch.queue(octets, to);
    if (this.batch.flush() > 0) throw new Error("The operating system would not send the datagram");
    return octets.length;
  }

  /** See `DatagramSocket`. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.batch.close();
    if (this.#waiter === null) this.#plain.close();
    else this.#waiter.end(() => this.#plain.close());
  }
}

/**
 * Receives with the local address that was asked, which Deno's `receive` would throw away. It waits on a thread of its own:
 * dearer for a lone datagram, hardly for a burst.
 */
export class DescriptorWaiter {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #ring: ReceiveRing;
  readonly #poll = new KernelBuffer(SMALL_OCTETS);
  #isWaiting = false;
  #isEnded = false;
  #onEnd: () => void = () => {};

  /** Waits for datagrams on `fd`, and takes them through `ring`. */
  constructor(libc: Libc, fd: number, ring: ReceiveRing) {
    this.#libc = libc;
    this.#fd = fd;
    this.#ring = ring;
  }

  /** See `DatagramSocket`. Not to be called again before it settles. */
  async receive(buffer: Uint8Array<ArrayBuffer>): Promise<Received> {
    while (!this.#isEnded) {
      if (this.#ring.receive(this.#fd, 1) === 1) {
        const datagram = this.#ring.datagram(0).subarray(0, buffer.length);
        buffer.set(datagram);
        return [buffer.subarray(0, datagram.length), this.#ring.peer(0)];
      }
      const errno = this.#libc.errno();
      if (errno !== ERRNO.EAGAIN && errno !== ERRNO.EINTR) throw new Error(`recvmmsg failed with errno ${errno}`);
      this.#isWaiting = true;
      await pollLater(this.#libc, this.#poll, this.#fd, C.POLLIN);
      this.#isWaiting = false;
    }
    this.#onEnd();
    throw new Error("The socket is closed");
  }

  /**
   * Lets a waiting `receive` reject, then calls `onEnd`. The descriptor must stay open until then: its number would soon
   * be another file's, and the other thread may be about to begin its wait.
   */
  end(onEnd: () => void): void {
    this.#isEnded = true;
    if (!this.#isWaiting) return onEnd();
    this.#onEnd = onEnd;
    // It says ENOTCONN, and wakes those who wait all the same.
    this.#libc.shutdown(this.#fd, C.SHUT_RD);
  }
}
