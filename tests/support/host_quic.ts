import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { AddressInUseError } from "../../lib/base/runtime.ts";
import type { Quic, QuicClient, QuicClientOptions, QuicError, QuicServerOptions } from "../../lib/base/sockets/quic.ts";
import { FakeQuicListener } from "./fake_quic.ts";
import { type PairedQuic, quicPair, type QuicPairOptions } from "./quic_pair.ts";
import type { Host, WorldNetwork } from "./world_network.ts";

/** Times that a packet is sent at most. What is lost again and again never arrives. */
const SENDS_MAX = 8;
/** After what is lost is sent again, twice as long each time; and the way there and back. */
const RESEND_MS = 25;

/** QUIC between the hosts of a world: packets are lost and sent again, nobody says that a port is closed, and the silent are given up. */
export class HostQuic implements Quic {
  readonly whyNot = null;
  /** Every listener that was ever opened, first to last. */
  readonly listeners: HostQuicListener[] = [];
  /** Every connection's end here that was ever made, first to last. */
  readonly sockets: PairedQuic[] = [];
  readonly #network: WorldNetwork;
  readonly #host: Host;

  constructor(network: WorldNetwork, host: Host) {
    this.#network = network;
    this.#host = host;
  }

  /** The ends of connections that are open now. */
  get openSockets(): PairedQuic[] {
    return this.sockets.filter(({ isClosed }) => !isClosed);
  }

  client(source: string | null): QuicClient {
    const made: PairedQuic[] = [];
    return {
      connect: async (remote, options, signal) => {
        const socket = await this.#connect(remote, options, signal, source);
        made.push(socket);
        return socket;
      },
      renew: () => {},
      close: () => made.forEach((socket) => socket.close(0)),
    };
  }

  listen(local: SocketAddress, options: QuicServerOptions): HostQuicListener {
    if (this.#listenerAt(local.port) !== null) throw new AddressInUseError(`${formatSocketAddress(local)} is in use`);
    const listener = new HostQuicListener(local, options);
    this.listeners.push(listener);
    return listener;
  }

  #listenerAt(port: number): HostQuicListener | null {
    return this.listeners.find(({ address, isClosed }) => !isClosed && address.port === port) ?? null;
  }

  #connect(
    remote: SocketAddress,
    options: QuicClientOptions,
    signal: AbortSignal,
    source: string | null,
  ): Promise<PairedQuic> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<PairedQuic>();
    signal.addEventListener("abort", () => reject(signal.reason));
    const network = this.#network;
    const local = this.#host.dialFrom({ ...remote, transport: "tcp" }, source);
    const target = network.hostOf(this.#host, remote);
    if (local === null) reject(new Error(`No route to ${formatSocketAddress(remote)}`));
    // Nobody there: nobody says so either.
    if (local === null || target === null) return promise;
    this.#carry(target, () => {
      const listener = target.quic.#listenerAt(remote.port);
      if (listener === null || listener.isLeft || target.dropsDials) return;
      target.quic.#carry(this.#host, () => {
        if (signal.aborted) return;
        // It is the client who finds out whom it has met.
        const refusal = listener.refusal(options);
        if (refusal !== null) return reject(refusal);
        const { client, server } = this.#join({ ...local, transport: "udp" }, remote, options, target, listener);
        resolve(client);
        this.#carry(target, () => listener.offer(server));
      });
    });
    return promise;
  }

  /** Lets something come to another host, if it ever does. */
  #carry(to: Host, arrive: () => void, notBeforeMs = 0): number {
    const { time, random } = this.#network;
    const link = this.#network.linkOf(this.#host, to);
    let delayMs = this.#network.delayOf(link);
    let sendCount = 1;
    for (; sendCount < SENDS_MAX && random.chance(link.loss); sendCount++) {
      delayMs += 2 * link.delayMaxMs + RESEND_MS * 2 ** sendCount;
    }
    const atMs = Math.max(time.nowMs() + delayMs, notBeforeMs);
    if (sendCount < SENDS_MAX) time.after(atMs - time.nowMs(), arrive);
    return atMs;
  }

  #join(
    from: SocketAddress,
    remote: SocketAddress,
    { serverName, idleMs }: QuicClientOptions,
    target: Host,
    { options, pair }: HostQuicListener,
  ): { client: PairedQuic; server: PairedQuic } {
    const lastAtMs = new Map<PairedQuic, number>();
    const heardAtMs = new Map<PairedQuic, number>();
    const ends = quicPair({
      client: from,
      server: remote,
      serverName,
      streamsMax: options.streamsMax,
      ...pair,
      carry: (speaker, deliver) => {
        const [here, there] = speaker === ends.client ? [this.#host, target] : [target, this.#host];
        const arrive = () => {
          heardAtMs.set(speaker.other, this.#network.time.nowMs());
          deliver();
        };
        // In the order in which it was said.
        lastAtMs.set(speaker, here.quic.#carry(there, arrive, lastAtMs.get(speaker)));
      },
    });
    this.sockets.push(ends.client);
    target.quic.sockets.push(ends.server);
    const silenceMs = Math.min(idleMs, options.idleMs);
    const { time } = this.#network;
    const startMs = time.nowMs();
    const watch = (end: PairedQuic) => {
      const leftMs = (heardAtMs.get(end) ?? startMs) + silenceMs - time.nowMs();
      if (end.isClosed) return;
      if (leftMs <= 0) end.end({ code: null, reason: "timed out" });
      else time.after(leftMs, () => watch(end));
    };
    watch(ends.client);
    watch(ends.server);
    return ends;
  }
}

/** A listener on a host. */
export class HostQuicListener extends FakeQuicListener {
  /** What else is said of its connections. */
  pair: Partial<QuicPairOptions> = {};
  /** What a client finds wrong with its certificate. */
  refusal: (options: QuicClientOptions) => QuicError | null = () => null;
}
