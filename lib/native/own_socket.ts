import type { SocketAddress } from "../base/net/address.ts";
import type { DatagramSocket, DatagramWatcher } from "../base/runtime.ts";
import type { Libc } from "./kernel/libc.ts";
import type { NativeBatch } from "./native_batch.ts";
import type { Received } from "./native_socket.ts";
import { INTEREST } from "./reactor/epoll_set.ts";
import type { Reactor } from "./reactor/reactor.ts";

/** What a socket of the C library's own is made from. */
export interface OwnSocketOptions {
  /** What the socket is bound to. */
  readonly address: SocketAddress;
  /** The C library. */
  readonly libc: Libc;
  /** The socket; belongs to this object from now on. */
  readonly fd: number;
  /** Its batches. */
  readonly batch: NativeBatch;
  /** Who waits for it. */
  readonly reactor: Reactor;
  /** See `DatagramSocket`. */
  readonly leave: (() => void) | undefined;
}

/**
 * A socket of which Deno knows nothing, for the reactor to wait for. In Deno's own event queue it would be reported there as well, and
 * each datagram would send the reactor back to Deno.
 */
export class OwnSocket implements DatagramSocket {
  /** See `DatagramSocket`. */
  readonly address: SocketAddress;
  /** See `DatagramSocket`. */
  readonly batch: NativeBatch;
  /** See `DatagramSocket`. */
  readonly leave: (() => void) | undefined;
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #reactor: Reactor;
  #onClosed: (() => void) | null = null;
  #isClosed = false;

  /** See {@linkcode OwnSocketOptions}. */
  constructor({ address, libc, fd, batch, reactor, leave }: OwnSocketOptions) {
    this.address = address;
    this.batch = batch;
    this.leave = leave;
    this.#libc = libc;
    this.#fd = fd;
    this.#reactor = reactor;
  }

  /** See `DatagramSocket`. */
  readonly watch = (watcher: DatagramWatcher): () => void => {
    if (this.#isClosed) return () => {};
    const onReady = () => {
      try {
        watcher.onReadable();
        const { failure } = this.batch;
        if (failure !== null) watcher.onFailed(failure);
      } catch (error) {
        watcher.onFailed(error);
      }
    };
    this.#reactor.add(this.#fd, INTEREST.read, { onReady });
    return () => this.#forget();
  };

  /** See `DatagramSocket`. Nobody may watch meanwhile. */
  receive(buffer: Uint8Array<ArrayBuffer>): Promise<Received> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new Error("The socket is closed"));
      this.#onClosed = () => reject(new Error("The socket is closed"));
      const stop = this.watch({
        onReadable: () => {
          const received = this.batch.receiveOne(buffer);
          if (received === null) return;
          stop();
          resolve(received);
        },
        onFailed: (error) => {
          stop();
          reject(error);
        },
      });
    });
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
    this.#forget();
    this.batch.close();
    this.#libc.closeDescriptor(this.#fd);
    this.#onClosed?.();
  }

  #forget(): void {
    this.#reactor.remove(this.#fd);
  }
}
