import type { SocketAddress } from "../../lib/base/net/address.ts";
import { AddressInUseError, type Network } from "../../lib/base/runtime.ts";
import { FakeSocket } from "./fake_socket.ts";
import { FakeStream, FakeStreamListener } from "./fake_stream.ts";

/** What a listener for port 0 gets first; then one more for each. */
const CHOSEN_PORT_MIN = 50_000;

/** Opens fake sockets on the ports that are asked for, unless another open one has them. */
export class FakeNetwork implements Network {
  /** Every UDP socket opened, first to last. */
  readonly sockets: FakeSocket[] = [];
  /** Every TCP listener opened, first to last. */
  readonly listeners: FakeStreamListener[] = [];
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
    const listener = new FakeStreamListener(this.#bind({ ...local, transport: "tcp" }, this.listeners));
    this.listeners.push(listener);
    return listener;
  }

  async connectStream(
    remote: SocketAddress,
    signal: AbortSignal,
    source: string | null = null,
  ): Promise<FakeStream> {
    this.dialled.push(remote);
    this.dialledFrom.push(source);
    const aborted = Promise.withResolvers<never>();
    if (signal.aborted) throw signal.reason;
    signal.addEventListener("abort", () => aborted.reject(signal.reason));
    await Promise.race([this.dial(remote), aborted.promise]);
    const stream = new FakeStream(remote);
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
