import { concat } from "@std/bytes/concat";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { StreamListenSocket, StreamSocket } from "../../lib/base/runtime.ts";
import { toFrame } from "../../lib/wire/stream_frames.ts";
import { AcceptQueue } from "./accept_queue.ts";
import { tcp } from "./fake_socket.ts";
import { messagesIn } from "./stream_messages.ts";
import { StreamInbox } from "./stream_inbox.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** One end of a TCP connection without a network: the test plays the other end. */
export class FakeStream implements StreamSocket {
  readonly peer: SocketAddress;
  /** What each `write` took, first to last; copies of the octets. */
  readonly writes: Octets[] = [];
  /** The most octets that one `write` takes; 0 lets it wait until `drain`. */
  writeOctetsMax = Infinity;
  /** What `write` rejects with, if anything. */
  writeError: Error | null = null;
  /** Hears of everything that was written, as it is. */
  onWrite: (octets: Octets) => void = () => {};
  isClosed = false;
  readonly #inbox = new StreamInbox();
  #writing: { readonly octets: Octets; readonly settle: PromiseWithResolvers<number> } | null = null;

  constructor(peer: SocketAddress = tcp("198.51.100.7", 40_000)) {
    this.peer = peer;
  }

  /** Whether a `read` waits for something to come in. */
  get isReading(): boolean {
    return this.#inbox.isReading;
  }

  /** The whole messages that were written, without their lengths. */
  get messages(): Octets[] {
    return messagesIn(concat(this.writes));
  }

  /** Lets octets come in. */
  deliver(octets: Octets): void {
    this.#inbox.take(octets.slice());
  }

  /** Lets whole messages come in, with their lengths, in one piece. */
  deliverMessages(...messages: readonly Octets[]): void {
    this.deliver(concat(messages.map(toFrame)));
  }

  /** The other end closes its side: it sends no more, and still reads. */
  end(): void {
    this.#inbox.end();
  }

  /** The connection breaks; what was not read is lost. */
  fail(error: Error = new Error("Connection reset")): void {
    this.writeError = error;
    this.#writing?.settle.reject(error);
    this.#inbox.fail(error);
  }

  /** Lets the `write` that waits take up to `count` octets, and later ones everything. */
  drain(count = Infinity): void {
    this.writeOctetsMax = count;
    const writing = this.#writing;
    this.#writing = null;
    if (writing !== null) writing.settle.resolve(this.#take(writing.octets));
  }

  read(buffer: Octets): Promise<number | null> {
    if (this.isClosed) return Promise.reject(new Error("BadResource: connection is closed"));
    return this.#inbox.read(buffer);
  }

  write(octets: Octets): Promise<number> {
    if (this.isClosed) return Promise.reject(new Error("BadResource: connection is closed"));
    if (this.writeError !== null) return Promise.reject(this.writeError);
    if (this.#writing !== null) return Promise.reject(new Error("Busy: somebody writes already"));
    if (this.writeOctetsMax > 0) return Promise.resolve(this.#take(octets));
    this.#writing = { octets, settle: Promise.withResolvers<number>() };
    return this.#writing.settle.promise;
  }

  close(): void {
    if (this.isClosed) throw new Error("BadResource: connection is closed");
    this.isClosed = true;
    this.#inbox.shut();
    this.#writing?.settle.reject(new Error("Interrupted"));
    this.#writing = null;
  }

  #take(octets: Octets): number {
    const taken = octets.slice(0, Math.min(octets.length, this.writeOctetsMax));
    this.writes.push(taken);
    this.onWrite(taken);
    return taken.length;
  }
}

/** A listening TCP socket without a network: the test plays those who connect. */
export class FakeStreamListener implements StreamListenSocket {
  readonly address: SocketAddress;
  isClosed = false;
  readonly #queue = new AcceptQueue<FakeStream>();

  constructor(address: SocketAddress = tcp("127.0.0.1", 2053)) {
    this.address = address;
  }

  /** Whether an `accept` waits. */
  get isAccepting(): boolean {
    return this.#queue.isAccepting;
  }

  /** Lets a connection come in. */
  connect(stream: FakeStream = new FakeStream()): FakeStream {
    this.#queue.offer(stream);
    return stream;
  }

  /** Lets one `accept` fail. */
  failAccept(error: Error): void {
    this.#queue.offer(error);
  }

  accept(): Promise<StreamSocket> {
    return this.#queue.accept();
  }

  close(): void {
    this.#queue.close();
    this.isClosed = true;
  }
}
