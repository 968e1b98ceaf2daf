import type { Socket } from "node:net";
import type { SocketAddress } from "../../base/net/address.ts";
import type { StreamSocket } from "../../base/runtime.ts";
import { leaveToPromises } from "../../base/left_to_promises.ts";

/**
 * Opens a TCP connection from an address of this machine. `Deno.connect` lets the kernel choose it, so this is Node's way, which
 * is loaded when it is first asked for.
 */
export async function connectStreamFrom(
  source: string,
  remote: SocketAddress,
  signal: AbortSignal,
): Promise<StreamSocket> {
  const { connect } = await import("node:net");
  signal.throwIfAborted();
  const { hostname: host, port } = remote;
  const socket = connect({ host, port, localAddress: source, noDelay: true });
  return await new Promise((resolve, reject) => {
    const stream = new NodeStream(socket, remote);
    const giveUp = () => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener("abort", giveUp, { once: true });
    socket.once("connect", () => {
      signal.removeEventListener("abort", giveUp);
      resolve(stream);
    });
    socket.once("error", (error) => {
      signal.removeEventListener("abort", giveUp);
      reject(error);
    });
  });
}

/** A connection of Node's. */
class NodeStream implements StreamSocket {
  readonly peer: SocketAddress;
  readonly #socket: Socket;
  #hasEnded = false;
  #isClosed = false;
  #error: unknown = null;
  /** Lets a `read` that waits look again. */
  #wake: () => void = () => {};

  constructor(socket: Socket, peer: SocketAddress) {
    this.#socket = socket;
    this.peer = peer;
    socket.on("readable", () => this.#wake());
    socket.on("end", () => this.#end(null));
    socket.on("error", (error) => this.#end(error));
    socket.on("close", () => this.#end(null));
  }

  #end(error: unknown): void {
    this.#error ??= error;
    this.#hasEnded = true;
    this.#wake();
  }

  async read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    for (;;) {
      const waiting = Math.min(buffer.length, this.#socket.readableLength);
      if (this.#isClosed) throw new Error("Connection is closed");
      // Without a number it would give all that has come, whether there is room or not; at the end it takes a call to be told.
      const octets = waiting === 0 ? this.#socket.read() : this.#socket.read(waiting);
      if (octets !== null) {
        buffer.set(octets);
        return octets.length;
      }
      if (this.#error !== null) throw this.#error;
      if (this.#hasEnded) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(octets: Uint8Array<ArrayBuffer>): Promise<number> {
    leaveToPromises();
    return new Promise((resolve, reject) => {
      // All of it, whenever that is.
      this.#socket.write(octets, (error) => error ? reject(error) : resolve(octets.length));
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }
}
