import { formatSocketAddress, isIpv6, type SocketAddress } from "../../lib/base/net/address.ts";
import { AddressInUseError, type Network } from "../../lib/base/runtime.ts";
import type { PushedListener } from "../../lib/base/sockets/pushed_stream.ts";
import type { TlsClientOptions, TlsServerOptions } from "../../lib/base/sockets/tls.ts";
import type { EventTime } from "./event_time.ts";
import { HostPushedListener } from "./host_pushed_stream.ts";
import { HostQuic } from "./host_quic.ts";
import { HostSocket } from "./host_socket.ts";
import { connectPair, type HostStream } from "./host_stream.ts";
import { HostStreamListener } from "./host_stream_listener.ts";
import { type HostTlsStream, shakeAsClient } from "./host_tls.ts";
import { HostTlsListener } from "./host_tls_listener.ts";
import type { SeededRandom } from "./seeded_random.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Where the kernel's own choice of ports begins (RFC 6335 §6). */
const EPHEMERAL_PORT_MIN = 49_152;

/** How datagrams fare on the way from one host to another. */
export interface Link {
  /** Share of datagrams that never arrive, 0–1. */
  readonly loss: number;
  /** Share of datagrams that arrive twice, 0–1. */
  readonly duplication: number;
  /** The way takes from `delayMinMs` to `delayMaxMs`, drawn for each: a wide range puts datagrams out of order. */
  readonly delayMinMs: number;
  /** See `delayMinMs`. */
  readonly delayMaxMs: number;
  /** Share of writes to TCP connections that take a part of the octets only, 0–1. Streams lose and repeat nothing. */
  readonly choppiness: number;
}

/** Nothing is lost, and everything takes a millisecond. */
export const PERFECT_LINK: Link = { loss: 0, duplication: 0, delayMinMs: 1, delayMaxMs: 1, choppiness: 0 };

/** One thing that happened to a datagram, or to a TCP connection. */
export interface Passage {
  /**
   * `sent`: given to a socket. `refused`: the socket would not. `lost`, `unheard` (no such socket), `delivered`.
   * TCP: `connected`, `octets` that arrived, `ended` (no more will come), `reset`.
   */
  readonly kind: "sent" | "refused" | "lost" | "unheard" | "delivered" | "connected" | "octets" | "ended" | "reset";
  readonly from: SocketAddress;
  readonly to: SocketAddress;
  readonly octets: Octets;
}

/** What a network is made from. */
export interface WorldNetworkOptions {
  readonly time: EventTime;
  readonly random: SeededRandom;
  /** Hears of everything that happens to datagrams. Must not throw. */
  readonly watch?: (passage: Passage) => void;
}

/** Hosts and the links between them. All chance is drawn from one seeded source. */
export class WorldNetwork {
  readonly time: EventTime;
  readonly random: SeededRandom;
  readonly watch: (passage: Passage) => void;
  /** Decides whether something on the way, a NAT say, swallows a datagram. */
  swallows: (from: SocketAddress, to: SocketAddress) => boolean = () => false;
  /** What clocks on the wall show, in seconds since 1970: certificates have dates. */
  epochSeconds: () => number = () => 1_735_689_600;
  readonly #hosts: Host[] = [];
  readonly #links = new Map<Host, Map<Host, Link>>();

  constructor({ time, random, watch = () => {} }: WorldNetworkOptions) {
    this.time = time;
    this.random = random;
    this.watch = watch;
  }

  /** Adds a host. Its first address of a family is the one that a wildcard socket sends from. */
  addHost(...addresses: readonly string[]): Host {
    const host = new Host(this, addresses);
    this.#hosts.push(host);
    return host;
  }

  /** Sets how datagrams fare from `from` to `to`; the way back is another link. */
  setLink(from: Host, to: Host, link: Partial<Link>): void {
    const links = this.#links.get(from) ?? new Map<Host, Link>();
    links.set(to, { ...this.linkOf(from, to), ...link });
    this.#links.set(from, links);
  }

  /** Lets a datagram travel from `sender`, whatever source address it claims. */
  carry(sender: Host, from: SocketAddress, to: SocketAddress, octets: Octets): void {
    const receiver = this.hostOf(sender, to);
    const link = receiver === null ? PERFECT_LINK : this.linkOf(sender, receiver);
    if (this.swallows(from, to) || this.random.chance(link.loss)) return this.watch({ kind: "lost", from, to, octets });
    for (let copies = this.random.chance(link.duplication) ? 2 : 1; copies > 0; copies--) {
      this.time.after(this.delayOf(link), () => {
        const isHeard = receiver?.deliver(from, to, octets) ?? false;
        this.watch({ kind: isHeard ? "delivered" : "unheard", from, to, octets });
      });
    }
  }

  /** How long something takes from `from` to `to` this time. */
  delayOf({ delayMinMs, delayMaxMs }: Link): number {
    return delayMinMs + this.random.fraction() * (delayMaxMs - delayMinMs);
  }

  /** The host that `sender` reaches at an address. */
  hostOf(sender: Host, { hostname }: SocketAddress): Host | null {
    if (LOOPBACKS.includes(hostname)) return sender;
    return this.#hosts.find((host) => host.addresses.includes(hostname)) ?? null;
  }

  /** How things fare from `from` to `to`. */
  linkOf(from: Host, to: Host): Link {
    return this.#links.get(from)?.get(to) ?? PERFECT_LINK;
  }
}

const LOOPBACKS: readonly string[] = ["127.0.0.1", "::1"];

/** A machine: some addresses, and the sockets that are bound to them. */
export class Host implements Network {
  readonly addresses: readonly string[];
  /** See `HostQuic`. */
  readonly quic: HostQuic;
  /** Every socket that was ever opened, first to last. */
  readonly sockets: HostSocket[] = [];
  /** Decides whether an `openDatagram` fails, and how. */
  openFault: (local: SocketAddress) => Error | null = () => null;
  /** Decides whether a send fails, and how. */
  sendFault: (from: SocketAddress, to: SocketAddress) => Error | null = () => null;
  /** Decides whether an `accept` fails, and how. */
  acceptFault: () => Error | null = () => null;
  /** Whether its sockets have batches. */
  hasBatches = false;
  /** Whether its sockets tell who watches them what they have: those with batches, and connections of plain listeners. */
  hasWatches = false;
  /** How long a datagram lies there before the program is told: long enough that others come behind it. `null`: told at once. */
  wakesLate: (() => number) | null = null;
  /** Every TCP connection's end here that was ever made, first to last. */
  readonly streams: HostStream[] = [];
  /** Every TCP listener that was ever opened, first to last. */
  readonly streamListeners: HostStreamListener[] = [];
  /** Whether nobody hears of connections that others want to make: they wait until they give up. */
  dropsDials = false;
  readonly #network: WorldNetwork;

  constructor(network: WorldNetwork, addresses: readonly string[]) {
    this.#network = network;
    this.addresses = addresses;
    this.quic = new HostQuic(network, this);
  }

  /** The sockets that are open now. */
  get openSockets(): HostSocket[] {
    return this.sockets.filter((socket) => !socket.isClosed);
  }

  /** The ends of TCP connections that are open now. */
  get openStreams(): HostStream[] {
    return this.streams.filter((stream) => !stream.isClosed);
  }

  openDatagram(local: SocketAddress): HostSocket {
    const socket = new HostSocket(this, this.#network, this.#bind({ ...local, transport: "udp" }, this.openSockets));
    this.sockets.push(socket);
    return socket;
  }

  listenStream(local: SocketAddress): HostStreamListener {
    const open = this.streamListeners.filter((listener) => !listener.isClosed);
    const listener = new HostStreamListener(this.#bind({ ...local, transport: "tcp" }, open), () => this.acceptFault());
    this.streamListeners.push(listener);
    return listener;
  }

  listenPushed(local: SocketAddress): PushedListener | null {
    return this.hasWatches ? new HostPushedListener(this.listenStream(local), this.#network.time) : null;
  }

  async connectStream(
    remote: SocketAddress,
    signal: AbortSignal,
    source: string | null = null,
  ): Promise<HostStream> {
    signal.throwIfAborted();
    if (source !== null && !this.addresses.includes(source)) throw new Error("Address not available");
    const { promise, resolve, reject } = Promise.withResolvers<HostStream>();
    signal.addEventListener("abort", () => reject(signal.reason));
    connectPair(this.#network, this, remote, { source, resolve, reject, isGivenUp: () => signal.aborted });
    return await promise;
  }

  async connectTls(
    remote: SocketAddress,
    tls: TlsClientOptions,
    signal: AbortSignal,
    source: string | null = null,
  ): Promise<HostTlsStream> {
    const stream = await this.connectStream(remote, signal, source);
    const giveUp = () => stream.reset();
    signal.addEventListener("abort", giveUp);
    try {
      return await shakeAsClient(stream, tls, this.#network.epochSeconds());
    } catch (error) {
      if (!stream.isClosed) stream.close();
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  listenTls(local: SocketAddress, tls: TlsServerOptions): HostTlsListener {
    return new HostTlsListener(this.listenStream(local), tls, this.#network.time);
  }

  /** An address to connect to `remote` from, of `hostname` if that is said; `null` when there is no way. */
  dialFrom(remote: SocketAddress, hostname: string | null): SocketAddress | null {
    const port = this.#network.random.between(EPHEMERAL_PORT_MIN, 65_535);
    const any = isIpv6(remote) ? "::" : "0.0.0.0";
    const source = this.sourceOf({ transport: "tcp", hostname: hostname ?? any, port }, remote);
    if (source === null) return null;
    return this.openStreams.some(({ local }) => local.port === port) ? this.dialFrom(remote, hostname) : source;
  }

  /** The listener for connections to `to`. */
  streamListenerFor(to: SocketAddress): HostStreamListener | null {
    return this.streamListeners.find((listener) => !listener.isClosed && hears(listener.address, to)) ?? null;
  }

  #bind(wanted: SocketAddress, others: readonly { readonly address: SocketAddress }[]): SocketAddress {
    const { hostname } = wanted;
    const isTaken = (local: SocketAddress) => {
      return others.some(({ address }) => hears(address, local) || hears(local, address));
    };
    let local = wanted;
    while (local.port === 0 || (wanted.port === 0 && isTaken(local))) {
      local = { ...wanted, port: this.#network.random.between(EPHEMERAL_PORT_MIN, 65_535) };
    }
    const fault = this.openFault(local);
    if (fault !== null) throw fault;
    if (![...this.addresses, ...LOOPBACKS, ...WILDCARDS].includes(hostname)) throw new Error("Address not available");
    if (isTaken(local)) throw new AddressInUseError(`${formatSocketAddress(local)} is in use`);
    return local;
  }

  /** Puts a datagram into the socket that it is for. Returns whether there is one, with room. */
  deliver(from: SocketAddress, to: SocketAddress, octets: Octets): boolean {
    return this.sockets.find((socket) => !socket.isClosed && hears(socket.address, to))?.enqueue(octets, from) ?? false;
  }

  /** The source address of what goes to `to` from a socket bound to `local`; `null` when there is no way. */
  sourceOf(local: SocketAddress, to: SocketAddress): SocketAddress | null {
    if (!WILDCARDS.includes(local.hostname)) return local;
    const family = [...this.addresses, ...LOOPBACKS].filter((address) => address.includes(":") === isIpv6(to));
    const hostname = family.find((address) => LOOPBACKS.includes(address) === LOOPBACKS.includes(to.hostname));
    return hostname === undefined ? null : { ...local, hostname };
  }
}

const WILDCARDS: readonly string[] = ["0.0.0.0", "::"];

/** Whether a socket bound to `local` gets what is sent to `to`. `::` is dual-stack, as it is on Linux. */
function hears(local: SocketAddress, to: SocketAddress): boolean {
  if (local.port !== to.port) return false;
  return local.hostname === to.hostname || local.hostname === "::" || (local.hostname === "0.0.0.0" && !isIpv6(to));
}
