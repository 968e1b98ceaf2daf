import { concat } from "@std/bytes/concat";
import { assert } from "@std/assert";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { PushedStream, PushedStreamWatcher } from "../../lib/base/sockets/pushed_stream.ts";
import { toFrame } from "../../lib/wire/stream_frames.ts";
import { tcp } from "./fake_socket.ts";
import { messagesIn } from "./stream_messages.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What `FakeStream` is, as a connection that tells: the test plays the other end, and who waits. */
export class FakePushedStream implements PushedStream {
  readonly peer: SocketAddress;
  /** What each `send` took, first to last; copies of the octets. */
  readonly writes: Octets[] = [];
  /** The most octets that one `send` takes; 0 lets it wait until `drain`. */
  writeOctetsMax = Infinity;
  /** What `send` throws, if anything. */
  writeError: Error | null = null;
  /** Times that something was taken. */
  receivedCount = 0;
  isClosed = false;
  #watcher: PushedStreamWatcher | null = null;
  #areWanted = true;
  #unread: Octets = new Uint8Array(0);
  #hasEnded = false;
  #broken: Error | null = null;
  #isWriteWaiting = false;
  #isTold = false;

  constructor(peer: SocketAddress = tcp("198.51.100.7", 40_000)) {
    this.peer = peer;
  }

  /** Whether it is to be told that something has come. */
  get isReading(): boolean {
    return this.#areWanted && !this.isClosed;
  }

  /** The whole messages that were sent, without their lengths. */
  get messages(): Octets[] {
    return messagesIn(concat(this.writes));
  }

  deliver(octets: Octets): void {
    this.#unread = concat([this.#unread, octets]);
    this.#tell();
  }

  /** Lets whole messages come in, with their lengths, in one piece. */
  deliverMessages(...messages: readonly Octets[]): void {
    this.deliver(concat(messages.map(toFrame)));
  }

  /** The other end closes its side: it sends no more, and still reads. */
  end(): void {
    this.#hasEnded = true;
    this.#tell();
  }

  /** The connection breaks; what was not read is lost. */
  fail(error: Error = new Error("Connection reset")): void {
    this.#broken = this.writeError = error;
    this.#tell();
  }

  /** Lets up to `count` octets leave that wait, and later ones everything. */
  drain(count = Infinity): void {
    this.writeOctetsMax = count;
    if (this.#isWriteWaiting) this.#tell();
  }

  watch(watcher: PushedStreamWatcher): void {
    this.#watcher = watcher;
    this.#tell();
  }

  wantOctets(areWanted: boolean): void {
    this.#areWanted = areWanted;
    this.#tell();
  }

  receive(buffer: Octets): number {
    assert(!this.isClosed, "nothing is taken from a connection that is closed");
    if (this.#broken !== null) throw this.#broken;
    const octets = this.#unread.subarray(0, buffer.length);
    if (octets.length === 0) return this.#hasEnded ? 0 : -1;
    this.receivedCount++;
    buffer.set(octets);
    this.#unread = this.#unread.slice(octets.length);
    return octets.length;
  }

  send(octets: Octets): number {
    assert(!this.isClosed, "nothing is sent on a connection that is closed");
    if (this.writeError !== null) throw this.writeError;
    const taken = octets.slice(0, Math.min(octets.length, this.writeOctetsMax));
    if (taken.length > 0) this.writes.push(taken);
    this.#isWriteWaiting = taken.length < octets.length;
    if (this.#isWriteWaiting && this.writeOctetsMax > 0) this.#tell();
    return taken.length;
  }

  close(): void {
    assert(!this.isClosed, "a connection is closed once");
    this.isClosed = true;
  }

  /** In a turn of its own, again and again: as one who waits for it does. */
  #tell(): void {
    if (this.#isTold || this.#watcher === null) return;
    this.#isTold = true;
    queueMicrotask(() => {
      this.#isTold = false;
      const watcher = this.#watcher!;
      if (this.isClosed) return;
      const isReadable = this.#areWanted && (this.#unread.length > 0 || this.#hasEnded || this.#broken !== null);
      if (isReadable) watcher.onReadable();
      if (this.isClosed) return;
      const isWritable = this.#isWriteWaiting && this.writeOctetsMax > 0;
      if (isWritable) {
        this.#isWriteWaiting = false;
        watcher.onWritable();
      }
      if (this.isClosed) return;
      if (this.#broken !== null) watcher.onBroken();
      else if (isReadable || isWritable) this.#tell();
    });
  }
}
