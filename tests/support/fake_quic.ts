import type { SocketAddress } from "../../lib/base/net/address.ts";
import type {
  Quic,
  QuicClient,
  QuicClientOptions,
  QuicListenSocket,
  QuicServerOptions,
  QuicSocket,
} from "../../lib/base/sockets/quic.ts";
import type { TlsIdentity } from "../../lib/base/sockets/tls.ts";
import { udp } from "./fake_socket.ts";
import { type PairedQuic, quicPair, type QuicPairOptions } from "./quic_pair.ts";

/** QUIC without a network: the test plays the servers that are connected to, and the clients that connect. */
export class FakeQuic implements Quic {
  readonly whyNot = null;
  /** Whom a connection was tried to, and how, first to last. */
  readonly dialled: { readonly remote: SocketAddress; readonly options: QuicClientOptions }[] = [];
  /** The servers' ends of the connections that were made, first to last. */
  readonly servers: PairedQuic[] = [];
  readonly clients: FakeQuicClient[] = [];
  readonly listeners: FakeQuicListener[] = [];
  /** What an attempt waits for; it fails with what this rejects with. */
  dial: (remote: SocketAddress, options: QuicClientOptions) => Promise<void> = () => Promise.resolve();
  /** What else is said of a connection. */
  pair: Partial<QuicPairOptions> = {};
  /** Is given the server's end of each connection as it is made. */
  onConnected: (server: PairedQuic) => void = () => {};

  client(source: string | null): FakeQuicClient {
    const client = new FakeQuicClient(this, source);
    this.clients.push(client);
    return client;
  }

  listen(local: SocketAddress, options: QuicServerOptions): FakeQuicListener {
    const listener = new FakeQuicListener(local, options);
    this.listeners.push(listener);
    return listener;
  }
}

/** See `QuicClient`. */
export class FakeQuicClient implements QuicClient {
  readonly source: string | null;
  renewCount = 0;
  isClosed = false;
  readonly #quic: FakeQuic;
  readonly #open = new Set<PairedQuic>();

  constructor(quic: FakeQuic, source: string | null) {
    this.#quic = quic;
    this.source = source;
  }

  async connect(remote: SocketAddress, options: QuicClientOptions, signal: AbortSignal): Promise<QuicSocket> {
    this.#quic.dialled.push({ remote, options });
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => aborted.reject(signal.reason));
    await Promise.race([this.#quic.dial(remote, options), aborted.promise]);
    const { client, server } = quicPair({
      client: udp("192.0.2.1", 50_000),
      server: remote,
      serverName: options.serverName,
      ...this.#quic.pair,
    });
    this.#open.add(client);
    this.#quic.servers.push(server);
    this.#quic.onConnected(server);
    return client;
  }

  renew(): void {
    this.renewCount++;
  }

  close(): void {
    this.isClosed = true;
    for (const socket of this.#open) socket.close(0);
  }
}

/** See `QuicListenSocket`. */
export class FakeQuicListener implements QuicListenSocket {
  readonly address: SocketAddress;
  readonly options: QuicServerOptions;
  /** Those that it was told to be, first to last. */
  readonly identities: TlsIdentity[];
  isLeft = false;
  isClosed = false;
  readonly #ready: QuicSocket[] = [];
  #accepting: PromiseWithResolvers<QuicSocket> | null = null;

  constructor(address: SocketAddress, options: QuicServerOptions) {
    this.address = address;
    this.options = options;
    this.identities = [options.identity];
  }

  accept(): Promise<QuicSocket> {
    if (this.isLeft) return Promise.reject(new Error("The listener is closed"));
    const socket = this.#ready.shift();
    if (socket !== undefined) return Promise.resolve(socket);
    this.#accepting = Promise.withResolvers();
    return this.#accepting.promise;
  }

  /** A client connects: its end. */
  connect(from: SocketAddress = udp("198.51.100.7", 40_000), options: Partial<QuicPairOptions> = {}): PairedQuic {
    const { client, server } = quicPair({
      client: from,
      server: this.address,
      streamsMax: this.options.streamsMax,
      ...options,
    });
    this.offer(server);
    return client;
  }

  /** A connection comes in: our end of it. */
  offer(server: PairedQuic): void {
    const accepting = this.#accepting;
    this.#accepting = null;
    if (accepting === null) this.#ready.push(server);
    else accepting.resolve(server);
  }

  /** The `accept` that waits fails. */
  fail(error: Error): void {
    this.#accepting?.reject(error);
    this.#accepting = null;
  }

  replace(identity: TlsIdentity): void {
    this.identities.push(identity);
  }

  leave(): void {
    this.isLeft = true;
    this.#accepting?.reject(new Error("The listener is closed"));
    this.#accepting = null;
  }

  close(): void {
    this.leave();
    this.isClosed = true;
  }
}
