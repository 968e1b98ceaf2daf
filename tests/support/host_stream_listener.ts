import type { SocketAddress } from "../../lib/base/address.ts";
import type { StreamListenSocket, StreamSocket } from "../../lib/base/runtime.ts";
import type { HostStream } from "./host_stream.ts";

/** A listening TCP socket of a host. */
export class HostStreamListener implements StreamListenSocket {
  readonly address: SocketAddress;
  isClosed = false;
  /** Takes the connections as they come, instead of `accept`: for those parts of the world that are played by the test. */
  onConnection: ((stream: HostStream) => void) | null = null;
  readonly #waiting: HostStream[] = [];
  #accepting: PromiseWithResolvers<StreamSocket> | null = null;

  constructor(address: SocketAddress) {
    this.address = address;
  }

  accept(): Promise<StreamSocket> {
    if (this.isClosed) return Promise.reject(new Error("BadResource: listener is closed"));
    const next = this.#waiting.shift();
    if (next !== undefined) return Promise.resolve(next);
    this.#accepting = Promise.withResolvers<StreamSocket>();
    return this.#accepting.promise;
  }

  /** Lets the `accept` that waits fail, as it does without file descriptors. */
  failAccept(error: Error): void {
    this.#accepting?.reject(error);
    this.#accepting = null;
  }

  close(): void {
    if (this.isClosed) throw new Error("BadResource: listener is closed");
    this.isClosed = true;
    for (const stream of this.#waiting) stream.reset();
    this.failAccept(new Error("Interrupted: listener is closed"));
  }

  /** Takes a new connection in. Returns whether it did. */
  offer(stream: HostStream): boolean {
    if (this.onConnection !== null) this.onConnection(stream);
    else if (this.#accepting === null) this.#waiting.push(stream);
    else {
      this.#accepting.resolve(stream);
      this.#accepting = null;
    }
    return true;
  }
}
