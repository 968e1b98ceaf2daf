import type { SocketAddress } from "../../base/net/address.ts";
import type { StreamListenSocket, StreamSocket } from "../../base/runtime.ts";
import type { ProxyOptions } from "../../base/sockets/stream_socket.ts";
import { hearProxy, type ProxiedClient, Proxies } from "./proxies.ts";
import { ReadyConnections } from "./ready_connections.ts";

/** Connections that have not said yet for whom they are. */
const SPEAKING_MAX = 1024;

/** Takes connections of proxies, which say at the start of each for whom it is. */
export class ProxiedListener implements StreamListenSocket {
  readonly #listener: StreamListenSocket;
  readonly #proxies: Proxies;
  readonly #handshakeMs: number;
  readonly #ready = new ReadyConnections<StreamSocket>();
  /** Those that have not said yet for whom they are; the oldest first. */
  readonly #speaking = new Set<StreamSocket>();
  #isAccepting = false;

  /** `listener` belongs to this object from now on. */
  constructor(listener: StreamListenSocket, { proxyNetworks, handshakeMs }: ProxyOptions) {
    this.#listener = listener;
    this.#proxies = new Proxies(proxyNetworks);
    this.#handshakeMs = handshakeMs;
  }

  /** See `StreamListenSocket`. */
  get address(): SocketAddress {
    return this.#listener.address;
  }

  /** See `StreamListenSocket`. */
  accept(): Promise<StreamSocket> {
    void this.#acceptAll();
    return this.#ready.accept();
  }

  /** See `StreamListenSocket`. */
  close(): void {
    this.#listener.close();
    this.#ready.close();
    for (const socket of this.#speaking) socket.close();
    this.#speaking.clear();
  }

  /** Until it fails: whoever is told of that comes again. */
  async #acceptAll(): Promise<void> {
    if (this.#isAccepting) return;
    this.#isAccepting = true;
    try {
      for (;;) void this.#hear(await this.#listener.accept());
    } catch (error) {
      if (!this.#ready.isClosed) this.#ready.fail(error as Error);
    } finally {
      this.#isAccepting = false;
    }
  }

  async #hear(socket: StreamSocket): Promise<void> {
    if (this.#ready.isClosed || !this.#proxies.has(socket.peer.hostname)) return socket.close();
    for (const oldest of this.#speaking) {
      if (this.#speaking.size < SPEAKING_MAX) break;
      this.#drop(oldest);
    }
    this.#speaking.add(socket);
    const alarm = setTimeout(() => this.#drop(socket), this.#handshakeMs);
    try {
      const client = await hearProxy(socket);
      if (this.#speaking.delete(socket)) this.#ready.offer(client === null ? socket : spokenFor(socket, client));
    } catch {
      this.#drop(socket);
    } finally {
      clearTimeout(alarm);
    }
  }

  #drop(socket: StreamSocket): void {
    if (this.#speaking.delete(socket)) socket.close();
  }
}

function spokenFor(socket: StreamSocket, client: ProxiedClient): StreamSocket {
  return {
    peer: { transport: "tcp", ...client },
    read: (buffer) => socket.read(buffer),
    write: (octets) => socket.write(octets),
    close: () => socket.close(),
  };
}
