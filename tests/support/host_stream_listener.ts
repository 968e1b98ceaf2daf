import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { StreamListenSocket, StreamSocket } from "../../lib/base/runtime.ts";
import { AcceptQueue } from "./accept_queue.ts";
import type { HostStream } from "./host_stream.ts";

/** A listening TCP socket of a host. */
export class HostStreamListener implements StreamListenSocket {
  readonly address: SocketAddress;
  isClosed = false;
  /** Takes the connections as they come, instead of `accept`: for those parts of the world that are played by the test. */
  onConnection: ((stream: HostStream) => void) | null = null;
  readonly #queue = new AcceptQueue<HostStream>();

  /** `fault` decides whether an `accept` fails, and how. */
  constructor(address: SocketAddress, fault: () => Error | null) {
    this.address = address;
    this.#queue.fault = fault;
  }

  accept(): Promise<StreamSocket> {
    return this.#queue.accept();
  }

  close(): void {
    for (const stream of this.#queue.close()) stream.reset();
    this.isClosed = true;
  }

  /** Takes a new connection in. Returns whether it did. */
  offer(stream: HostStream): boolean {
    if (this.onConnection !== null) this.onConnection(stream);
    else this.#queue.offer(stream);
    return true;
  }
}
