import type { SocketAddress } from "../../base/net/address.ts";
import type { PushedStream, PushedStreamWatcher } from "../../base/sockets/pushed_stream.ts";
import { C, ERRNO } from "../kernel/layout.ts";
import type { Libc } from "../kernel/libc.ts";
import { INTEREST } from "../reactor/epoll_set.ts";
import type { Reactor, ReadyHandler } from "../reactor/reactor.ts";

/** What a connection is made from. */
export interface OwnStreamOptions {
  /** The other side. */
  readonly peer: SocketAddress;
  /** The C library. */
  readonly libc: Libc;
  /** The connection; belongs to this object from now on. */
  readonly fd: number;
  /** Who waits for it. */
  readonly reactor: Reactor;
}

/** A connection of the C library's own, for the reactor to wait for. */
export class OwnStream implements PushedStream, ReadyHandler {
  /** See `PushedStream`. */
  readonly peer: SocketAddress;
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #reactor: Reactor;
  #watcher: PushedStreamWatcher | null = null;
  /** What the reactor tells of. */
  #interest: number = INTEREST.read;
  #isClosed = false;

  /** See {@linkcode OwnStreamOptions}. */
  constructor({ peer, libc, fd, reactor }: OwnStreamOptions) {
    this.peer = peer;
    this.#libc = libc;
    this.#fd = fd;
    this.#reactor = reactor;
  }

  /** See `PushedStream`. */
  watch(watcher: PushedStreamWatcher): void {
    const isTold = this.#watcher !== null;
    this.#watcher = watcher;
    if (!isTold && !this.#isClosed) this.#reactor.add(this.#fd, this.#interest, this);
  }

  /** See `ReadyHandler`. */
  onReady(events: number): void {
    // hot path
    const watcher = this.#watcher!;
    if ((events & INTEREST.read & this.#interest) !== 0) watcher.onReadable();
    if (this.#isClosed) return;
    if ((events & INTEREST.write & this.#interest) !== 0) {
      // All that waits is sent now, or asks for this again.
      this.#setInterest(this.#interest & ~INTEREST.write);
      watcher.onWritable();
    }
    if (this.#isClosed) return;
    // Reset, or ended both ways. It would be told for ever where nothing is read, and so nobody learns of it otherwise.
    if ((events & ~(INTEREST.read | INTEREST.write)) !== 0) watcher.onBroken();
  }

  /** See `PushedStream`. */
  wantOctets(areWanted: boolean): void {
    // hot path
    this.#setInterest(areWanted ? this.#interest | INTEREST.read : this.#interest & ~INTEREST.read);
  }

  /** See `PushedStream`. */
  receive(buffer: Uint8Array<ArrayBuffer>): number {
    // hot path
    const count = this.#libc.receiveOctets(this.#fd, buffer, buffer.length, C.MSG_DONTWAIT);
    return count >= 0 ? count : this.#nothing("recv", -1);
  }

  /** See `PushedStream`. */
  send(octets: Uint8Array<ArrayBuffer>): number {
    // hot path
    const { length } = octets;
    let count = this.#libc.sendOctets(this.#fd, octets, length, C.MSG_DONTWAIT | C.MSG_NOSIGNAL);
    if (count < 0) count = this.#nothing("send", 0);
    if (count < length) this.#setInterest(this.#interest | INTEREST.write);
    return count;
  }

  /** See `PushedStream`. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reactor.remove(this.#fd);
    this.#libc.closeDescriptor(this.#fd);
  }

  #setInterest(interest: number): void {
    // hot path
    if (interest === this.#interest || this.#isClosed) return;
    this.#interest = interest;
    if (this.#watcher !== null) this.#reactor.change(this.#fd, interest);
  }

  /** What is said when the kernel has nothing, or no room. */
  #nothing(call: string, said: number): number {
    const errno = this.#libc.errno();
    if (errno === ERRNO.EAGAIN || errno === ERRNO.EINTR) return said;
    throw new Error(`${call} failed with errno ${errno}`);
  }
}
