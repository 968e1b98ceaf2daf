import { KernelBuffer } from "../kernel/kernel_buffer.ts";
import type { Libc } from "../kernel/libc.ts";

/** What a descriptor may be ready for, as the kernel writes it (EPOLLIN, EPOLLOUT). */
export const INTEREST = { read: 1, write: 4 } as const;

/** Descriptors that one call reports; the others are reported by the next one. */
const EVENTS_MAX = 128;
/** EPOLL_CLOEXEC: processes that are started here do not get it. */
const CLOSE_ON_EXEC = 0x80000;
const EPOLL_CTL = { add: 1, remove: 2, change: 3 } as const;
/** `struct epoll_event`: packed on x86_64, and nowhere else. In words. */
const EVENT = Deno.build.arch === "x86_64" ? { descriptor: 1, size: 3 } : { descriptor: 2, size: 4 };

/** Descriptors of which the kernel tells which are ready, as long as they are: epoll(7), level-triggered. */
export class EpollSet {
  /** Its own: a set is ready when something in it is, and may be in another set. */
  readonly descriptor: number;
  readonly #libc: Libc;
  readonly #ready = new KernelBuffer(EVENTS_MAX * EVENT.size * 4);
  readonly #wanted = new KernelBuffer(128);

  /**
   * An empty one.
   *
   * @throws {Error} when the kernel gives none.
   */
  constructor(libc: Libc) {
    this.#libc = libc;
    this.descriptor = libc.epollCreate(CLOSE_ON_EXEC);
    if (this.descriptor < 0) throw new Error(`Cannot make an epoll set: errno ${libc.errno()}`);
  }

  /**
   * Reports `fd` from now on when it is ready for `interest`; broken ones are always reported.
   *
   * @throws {Error} when it cannot be.
   */
  add(fd: number, interest: number): void {
    this.#control(EPOLL_CTL.add, fd, interest);
  }

  /** Reports another readiness of `fd`. */
  change(fd: number, interest: number): void {
    this.#control(EPOLL_CTL.change, fd, interest);
  }

  /** Reports `fd` no more. To be called before it is closed. */
  remove(fd: number): void {
    this.#control(EPOLL_CTL.remove, fd, 0);
  }

  /** Waits until something is ready, at most `timeoutMs`, with nothing else happening on this thread. Returns how many are. */
  wait(timeoutMs: number): number {
    // hot path
    const count = this.#libc.epollWait(this.descriptor, this.#ready.octets, EVENTS_MAX, timeoutMs);
    // A signal has come in between: whoever hears of it is in the set, and is ready now.
    return count > 0 ? count : 0;
  }

  /** Which descriptor the `i`th of those is. */
  ready(i: number): number {
    // hot path
    return this.#ready.words[i * EVENT.size + EVENT.descriptor]!;
  }

  /** What it is ready for. */
  events(i: number): number {
    // hot path
    return this.#ready.words[i * EVENT.size]!;
  }

  /** Ends it; what is in it stays open. */
  close(): void {
    this.#libc.closeDescriptor(this.descriptor);
  }

  #control(what: number, fd: number, interest: number): void {
    const { words, octets } = this.#wanted;
    words[0] = interest;
    words[EVENT.descriptor] = fd;
    if (this.#libc.epollControl(this.descriptor, what, fd, octets) === 0) return;
    throw new Error(`Cannot have descriptor ${fd} in an epoll set: errno ${this.#libc.errno()}`);
  }
}
