import type { SocketAddress } from "../../base/net/address.ts";
import type { Timers } from "../../base/runtime.ts";
import { findDescriptor } from "../kernel/find_descriptor.ts";
import { KernelBuffer } from "../kernel/kernel_buffer.ts";
import { C, SMALL_OCTETS } from "../kernel/layout.ts";
import type { Libc } from "../kernel/libc.ts";
import { sockaddrOctets, sockaddrOf } from "../kernel/sockaddr.ts";
import { Zones } from "../kernel/zones.ts";

/** A datagram on the loopback is there at once; what has not come by then has been lost. */
const LOST_AFTER_MS = 50;

/** A socket on the loopback that Deno has opened, and looks after. */
export interface Bell {
  /** What it is bound to. */
  readonly address: SocketAddress;
  /** Waits for the next datagram. */
  receive(buffer: Uint8Array<ArrayBuffer>): Promise<unknown>;
  /** Closes it. */
  close(): void;
}

/** What a doorbell is made from. */
export interface DoorbellOptions {
  /** The C library. */
  readonly libc: Libc;
  /** Belongs to this object from now on. */
  readonly socket: Bell;
  /** Deno's timers. */
  readonly timers: Timers;
  /** A clock that is read anew each time. */
  readonly nowMs: () => number;
}

/**
 * A datagram of ours to a socket of Deno's. Deno looks at what has come only when its thread has nothing else to do, and not for
 * a timer of no time, an immediate or a message (2,500 rounds of `setImmediate`: 41 looks; of a `MessageChannel`: one). So it
 * is given something that it can learn of only by looking, and then it has seen everything.
 */
export class Doorbell {
  /** The descriptor of Deno's socket. */
  readonly descriptor: number;
  readonly #options: DoorbellOptions;
  readonly #ringer: number;
  readonly #octet = new KernelBuffer(SMALL_OCTETS);
  #waiting: ((isHeard: boolean) => void) | null = null;
  #rungAtMs = 0;
  #stopWatching: (() => void) | null = null;
  #isClosed = false;

  /**
   * Needs a socket that nobody else reads.
   *
   * @throws {Error} when there can be none here.
   */
  constructor(options: DoorbellOptions) {
    this.#options = options;
    const { libc, socket } = options;
    this.descriptor = findDescriptor(libc, socket.address);
    if (this.descriptor === -1) throw new Error("Cannot find the doorbell among the open files");
    this.#ringer = openRinger(libc, socket, this.descriptor);
    this.#hear();
  }

  /** Rings. Resolves when Deno has heard it, or to `false` when it is lost. One at a time. */
  ring(): Promise<boolean> {
    const { libc, nowMs } = this.#options;
    libc.send(this.#ringer, this.#octet.octets, 1n, C.MSG_DONTWAIT);
    this.#rungAtMs = nowMs();
    if (this.#stopWatching === null) this.#watch(LOST_AFTER_MS);
    return new Promise((resolve) => this.#waiting = resolve);
  }

  /** Hears nothing any more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopWatching?.();
    this.#options.socket.close();
    this.#options.libc.closeDescriptor(this.#ringer);
  }

  /** Always waiting: a ring that nobody waits for would be lost. */
  async #hear(): Promise<void> {
    const octets = new Uint8Array(SMALL_OCTETS);
    while (!this.#isClosed) {
      try {
        await this.#options.socket.receive(octets);
      } catch {
        // Closed, or broken: then the rings are lost.
        return;
      }
      this.#answer(true);
    }
  }

  /** One timer for many rings: it looks whether the last one has been heard. */
  #watch(delayMs: number): void {
    this.#stopWatching = this.#options.timers.start(delayMs, () => {
      this.#stopWatching = null;
      if (this.#waiting === null) return;
      const leftMs = this.#rungAtMs + LOST_AFTER_MS - this.#options.nowMs();
      if (leftMs > 0) this.#watch(leftMs);
      else this.#answer(false);
    });
  }

  #answer(isHeard: boolean): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.(isHeard);
  }
}

/** The socket that rings. Each of the two hears the other alone: nobody else on this machine can ring, or fill the buffer. */
function openRinger(libc: Libc, { address }: Bell, bell: number): number {
  const ringer = libc.socket(C.AF_INET, C.SOCK_DGRAM | C.SOCK_NONBLOCK | C.SOCK_CLOEXEC, 0);
  if (ringer < 0) throw new Error(`Cannot open the doorbell: errno ${libc.errno()}`);
  const size = sockaddrOctets(C.AF_INET);
  const name = sockaddrOf(address, C.AF_INET, new Zones(libc))!;
  const own = new Uint32Array(SMALL_OCTETS / 4);
  const length = new Uint32Array(SMALL_OCTETS / 4).fill(size, 0, 1);
  const isJoined = libc.connect(ringer, name, size) === 0 && libc.getsockname(ringer, own, length) === 0 &&
    libc.connect(bell, own, size) === 0;
  if (isJoined) return ringer;
  const errno = libc.errno();
  libc.closeDescriptor(ringer);
  throw new Error(`Cannot join the doorbell: errno ${errno}`);
}
