import { type LocalListenSocket, LocalSocketError, type LocalSockets } from "../../lib/base/local_sockets.ts";
import type { ByteStream } from "../../lib/base/net/byte_stream.ts";

/** Sockets in the file system of a machine that is all in memory. */
export class FakeLocalSockets implements LocalSockets {
  /** Who listens, by path. */
  readonly listeners: Map<string, FakeListener> = new Map();
  /** Why a path cannot be had. */
  readonly forbidden: Map<string, string> = new Map();

  async listen(path: string): Promise<LocalListenSocket> {
    await Promise.resolve();
    this.#check(path);
    if (this.listeners.has(path)) throw new LocalSocketError("another program listens there");
    const listener = new FakeListener(() => this.listeners.delete(path));
    this.listeners.set(path, listener);
    return listener;
  }

  async connect(path: string): Promise<ByteStream> {
    await Promise.resolve();
    this.#check(path);
    const listener = this.listeners.get(path);
    if (listener === undefined) throw new LocalSocketError("there is no such socket or folder");
    return listener.connect();
  }

  #check(path: string): void {
    const reason = this.forbidden.get(path);
    if (reason !== undefined) throw new LocalSocketError(reason);
  }
}

/** A socket that takes connections. */
export class FakeListener implements LocalListenSocket {
  readonly #onClose: () => void;
  readonly #waiting: ByteStream[] = [];
  #accepting: PromiseWithResolvers<ByteStream> | null = null;
  #isClosed = false;

  constructor(onClose: () => void) {
    this.#onClose = onClose;
  }

  /** The side of the one who connects. */
  connect(): FakeStream {
    const [here, there] = FakeStream.pair();
    if (this.#accepting === null) this.#waiting.push(there);
    else this.#accepting.resolve(there);
    this.#accepting = null;
    return here;
  }

  /** The next call of `accept` fails. */
  failAccept(): void {
    this.#accepting?.reject(new Error("out of file descriptors"));
    this.#accepting = null;
  }

  accept(): Promise<ByteStream> {
    if (this.#isClosed) return Promise.reject(new Error("closed"));
    const next = this.#waiting.shift();
    if (next !== undefined) return Promise.resolve(next);
    this.#accepting = Promise.withResolvers();
    return this.#accepting.promise;
  }

  close(): void {
    this.#isClosed = true;
    this.#onClose();
    this.#accepting?.reject(new Error("closed"));
  }
}

/** One side of a connection. */
export class FakeStream implements ByteStream {
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #reading: (() => void) | null = null;
  #peer: FakeStream | null = null;
  /** Whether this side was closed. */
  isClosed = false;
  /** Whether what is written here is never taken. */
  isStuck = false;
  #isOver = false;
  #stuck: PromiseWithResolvers<number>[] = [];

  /** Both sides of a connection. */
  static pair(): [FakeStream, FakeStream] {
    const [a, b] = [new FakeStream(), new FakeStream()];
    a.#peer = b;
    b.#peer = a;
    return [a, b];
  }

  /** The other side. */
  get peer(): FakeStream {
    return this.#peer!;
  }

  async read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    for (;;) {
      if (this.isClosed) throw new Error("closed");
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        const taken = chunk.subarray(0, buffer.length);
        buffer.set(taken);
        if (taken.length < chunk.length) this.#chunks.unshift(chunk.subarray(taken.length));
        return taken.length;
      }
      if (this.#isOver) return null;
      await new Promise<void>((resolve) => this.#reading = resolve);
    }
  }

  write(octets: Uint8Array<ArrayBuffer>): Promise<number> {
    if (this.isClosed || this.peer.isClosed) return Promise.reject(new Error("closed"));
    if (this.isStuck) {
      const stuck = Promise.withResolvers<number>();
      this.#stuck.push(stuck);
      return stuck.promise;
    }
    this.peer.#chunks.push(octets.slice());
    this.peer.#wake();
    return Promise.resolve(octets.length);
  }

  /** Says nothing more, and goes on reading. */
  closeWrite(): void {
    this.peer.#isOver = true;
    this.peer.#wake();
  }

  close(): void {
    if (this.isClosed) throw new Error("closed twice");
    this.isClosed = true;
    this.#wake();
    for (const { reject } of this.#stuck) reject(new Error("closed"));
    this.peer.#isOver = true;
    this.peer.#wake();
  }

  #wake(): void {
    this.#reading?.();
    this.#reading = null;
  }
}
