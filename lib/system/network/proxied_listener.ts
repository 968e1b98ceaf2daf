import type { SocketAddress } from "../../base/net/address.ts";
import type { StreamListenSocket, StreamSocket } from "../../base/runtime.ts";
import type { ProxyOptions } from "../../base/sockets/stream_socket.ts";
import { hearProxy, type ProxiedClient, Proxies } from "./proxies.ts";
import { ReadyConnections } from "./ready_connections.ts";
import { PROCESS_LOOP } from "../loop/process_loop.ts";

/** Connections that have not said yet for whom they are. */
const SPEAKING_MAX = 1024;

/**
 * Takes connections of proxies, which say at the start of each for whom it is, and those of anybody as they are while there are
 * no proxies.
 */
export class ProxiedListener implements StreamListenSocket {
  readonly #listener: StreamListenSocket;
  readonly #options: ProxyOptions;
  /** Those of `#networks`, which are the networks that were looked at last. */
  #proxies: Proxies;
  #networks: readonly string[];
  readonly #ready = new ReadyConnections<StreamSocket>();
  /** Those that have not said yet for whom they are; the oldest first. */
  readonly #speaking = new Set<StreamSocket>();
  #isAccepting = false;

  /** `listener` belongs to this object from now on. */
  constructor(listener: StreamListenSocket, options: ProxyOptions) {
    this.#listener = listener;
    this.#options = options;
    this.#networks = options.proxyNetworks;
    this.#proxies = new Proxies(this.#networks);
  }

  /** See `StreamListenSocket`. */
  get address(): SocketAddress {
    return this.#listener.address;
  }

  /** See `StreamListenSocket`. */
  async accept(): Promise<StreamSocket> {
    // Who accepts for `#ready` goes on doing so; nobody can beside it.
    if (!this.#isAccepting && this.#hasNoProxies) {
      const socket = await this.#listener.accept();
      // There may be some by now.
      if (this.#hasNoProxies) return socket;
      void this.#hear(socket);
    }
    void this.#acceptAll();
    return await this.#ready.accept();
  }

  /** See `StreamListenSocket`. */
  close(): void {
    this.#listener.close();
    this.#ready.close();
    for (const socket of this.#speaking) socket.close();
    this.#speaking.clear();
  }

  get #hasNoProxies(): boolean {
    return this.#options.proxyNetworks.length === 0;
  }

  /** Whether a connection from there can be one of a proxy. */
  #isProxy(hostname: string): boolean {
    const { proxyNetworks } = this.#options;
    if (proxyNetworks !== this.#networks) {
      this.#networks = proxyNetworks;
      this.#proxies = new Proxies(proxyNetworks);
    }
    return this.#proxies.has(hostname);
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
    if (this.#hasNoProxies) return this.#ready.offer(socket);
    if (this.#ready.isClosed || !this.#isProxy(socket.peer.hostname)) return socket.close();
    for (const oldest of this.#speaking) {
      if (this.#speaking.size < SPEAKING_MAX) break;
      this.#drop(oldest);
    }
    this.#speaking.add(socket);
    const cancelAlarm = PROCESS_LOOP.start(this.#options.handshakeMs, () => this.#drop(socket));
    try {
      const client = await hearProxy(socket);
      if (this.#speaking.delete(socket)) this.#ready.offer(client === null ? socket : spokenFor(socket, client));
    } catch {
      this.#drop(socket);
    } finally {
      cancelAlarm();
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
