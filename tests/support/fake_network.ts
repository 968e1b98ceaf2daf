import type { SocketAddress } from "../../lib/base/net/address.ts";
import { AddressInUseError, type Network } from "../../lib/base/runtime.ts";
import { FakeSocket } from "./fake_socket.ts";
import { type Quic, withoutQuic } from "../../lib/base/sockets/quic.ts";
import type { TlsClientOptions, TlsServerOptions } from "../../lib/base/sockets/tls.ts";
import { FakeStream, FakeStreamListener } from "./fake_stream.ts";
import { FakeTlsListener, type FakeTlsPeer, FakeTlsStream, trustedPeer } from "./fake_tls.ts";

/** What a listener for port 0 gets first; then one more for each. */
const CHOSEN_PORT_MIN = 50_000;

/** Opens fake sockets on the ports that are asked for, unless another open one has them. */
export class FakeNetwork implements Network {
  /** What QUIC there is: none, unless a test has some. */
  quic: Quic = withoutQuic("not in this test");
  /** Every UDP socket opened, first to last. */
  readonly sockets: FakeSocket[] = [];
  /** Every TCP listener opened, first to last. */
  readonly listeners: FakeStreamListener[] = [];
  /** Every TLS listener opened, first to last. */
  readonly tlsListeners: FakeTlsListener[] = [];
  /** Every TLS connection made, first to last; they are among `streams`, too. */
  readonly tlsStreams: FakeTlsStream[] = [];
  /** With which options each TLS connection was tried, first to last. */
  readonly dialledTls: TlsClientOptions[] = [];
  /** Every TCP connection made, first to last. */
  readonly streams: FakeStream[] = [];
  /** Whom a TCP connection was tried to, first to last. */
  readonly dialled: SocketAddress[] = [];
  /** From which address each of these, `null` for any. */
  readonly dialledFrom: (string | null)[] = [];
  /** The error with which a bind of either transport fails, if it does. */
  refuse: (local: SocketAddress) => Error | null = () => null;
  /** What a dial waits for; it fails with what this rejects with. */
  dial: (remote: SocketAddress) => Promise<void> = () => Promise.resolve();
  /** What a handshake of TLS waits for; it fails with what this rejects with. */
  shake: (remote: SocketAddress, tls: TlsClientOptions) => Promise<void> = () => Promise.resolve();
  /** What a server shows in its handshake. */
  shown: (remote: SocketAddress, tls: TlsClientOptions) => Partial<FakeTlsPeer> = () => ({});
  /** Is given each UDP socket as it is opened. */
  onOpen: (socket: FakeSocket) => void = () => {};
  /** Is given each TCP connection as it is made. */
  onConnected: (stream: FakeStream) => void = () => {};
  /** Ports that the kernel will choose, first to last, before those of its own. */
  chosenPorts: number[] = [];
  #chosenCount = 0;

  openDatagram(local: SocketAddress): FakeSocket {
    const socket = new FakeSocket(this.#bind(local, this.sockets));
    this.sockets.push(socket);
    this.onOpen(socket);
    return socket;
  }

  listenStream(local: SocketAddress): FakeStreamListener {
    const listener = new FakeStreamListener(
      this.#bind({ ...local, transport: "tcp" }, [...this.listeners, ...this.tlsListeners]),
    );
    this.listeners.push(listener);
    return listener;
  }

  listenTls(local: SocketAddress, tls: TlsServerOptions): FakeTlsListener {
    const others = [...this.listeners, ...this.tlsListeners];
    const listener = new FakeTlsListener(tls, this.#bind({ ...local, transport: "tcp" }, others));
    this.tlsListeners.push(listener);
    return listener;
  }

  async connectStream(
    remote: SocketAddress,
    signal: AbortSignal,
    source: string | null = null,
  ): Promise<FakeStream> {
    await this.#dial(remote, signal, source);
    return this.#connected(new FakeStream(remote));
  }

  async connectTls(
    remote: SocketAddress,
    tls: TlsClientOptions,
    signal: AbortSignal,
    source: string | null = null,
  ): Promise<FakeTlsStream> {
    this.dialledTls.push(tls);
    await this.#dial(remote, signal, source);
    await unlessAborted(this.shake(remote, tls), signal);
    const stream = new FakeTlsStream(remote, { ...trustedPeer(tls), ...this.shown(remote, tls) });
    this.tlsStreams.push(stream);
    return this.#connected(stream);
  }

  async #dial(remote: SocketAddress, signal: AbortSignal, source: string | null): Promise<void> {
    this.dialled.push(remote);
    this.dialledFrom.push(source);
    if (signal.aborted) throw signal.reason;
    await unlessAborted(this.dial(remote), signal);
  }

  #connected<S extends FakeStream>(stream: S): S {
    this.streams.push(stream);
    this.onConnected(stream);
    return stream;
  }

  #bind(local: SocketAddress, others: readonly { address: SocketAddress; isClosed: boolean }[]): SocketAddress {
    const error = this.refuse(local);
    if (error !== null) throw error;
    const port = local.port === 0 ? this.chosenPorts.shift() ?? CHOSEN_PORT_MIN + this.#chosenCount++ : local.port;
    const isTaken = others.some(({ address, isClosed }) => {
      return !isClosed && address.port === port && address.hostname === local.hostname;
    });
    if (isTaken) throw new AddressInUseError(`port ${port} is in use`);
    return { ...local, port };
  }
}

function unlessAborted(waiting: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => aborted.reject(signal.reason));
  return Promise.race([waiting, aborted.promise]);
}
