import { equals } from "@std/bytes/equals";
import { formatSocketAddress, isIpv6, type SocketAddress } from "../../lib/base/address.ts";
import { AddressInUseError, type DatagramSocket, type Network } from "../../lib/base/runtime.ts";
import type { EventTime } from "./event_time.ts";
import type { SeededRandom } from "./seeded_random.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Datagrams that wait in a socket; more are lost, as in a kernel (256 small ones by default on Linux). */
const QUEUE_MAX = 256;
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
}

/** Nothing is lost, and everything takes a millisecond. */
export const PERFECT_LINK: Link = { loss: 0, duplication: 0, delayMinMs: 1, delayMaxMs: 1 };

/** One thing that happened to a datagram. */
export interface Passage {
  /** `sent`: given to a socket. `refused`: the socket would not. `lost`, `unheard` (no such socket), `delivered`. */
  readonly kind: "sent" | "refused" | "lost" | "unheard" | "delivered";
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
    links.set(to, { ...this.#linkOf(from, to), ...link });
    this.#links.set(from, links);
  }

  /** Lets a datagram travel from `sender`, whatever source address it claims. */
  carry(sender: Host, from: SocketAddress, to: SocketAddress, octets: Octets): void {
    const receiver = this.#hostOf(sender, to);
    const link = receiver === null ? PERFECT_LINK : this.#linkOf(sender, receiver);
    if (this.random.chance(link.loss)) return this.watch({ kind: "lost", from, to, octets });
    for (let copies = this.random.chance(link.duplication) ? 2 : 1; copies > 0; copies--) {
      const delayMs = link.delayMinMs + this.random.fraction() * (link.delayMaxMs - link.delayMinMs);
      this.time.after(delayMs, () => {
        const isHeard = receiver?.deliver(from, to, octets) ?? false;
        this.watch({ kind: isHeard ? "delivered" : "unheard", from, to, octets });
      });
    }
  }

  #hostOf(sender: Host, { hostname }: SocketAddress): Host | null {
    if (LOOPBACKS.includes(hostname)) return sender;
    return this.#hosts.find((host) => host.addresses.includes(hostname)) ?? null;
  }

  #linkOf(from: Host, to: Host): Link {
    return this.#links.get(from)?.get(to) ?? PERFECT_LINK;
  }
}

const LOOPBACKS: readonly string[] = ["127.0.0.1", "::1"];

/** A machine: some addresses, and the sockets that are bound to them. */
export class Host implements Network {
  readonly addresses: readonly string[];
  /** Every socket that was ever opened, first to last. */
  readonly sockets: HostSocket[] = [];
  /** Decides whether an `openDatagram` fails, and how. */
  openFault: (local: SocketAddress) => Error | null = () => null;
  /** Decides whether a send fails, and how. */
  sendFault: (from: SocketAddress, to: SocketAddress) => Error | null = () => null;
  readonly #network: WorldNetwork;

  constructor(network: WorldNetwork, addresses: readonly string[]) {
    this.#network = network;
    this.addresses = addresses;
  }

  /** The sockets that are open now. */
  get openSockets(): HostSocket[] {
    return this.sockets.filter((socket) => !socket.isClosed);
  }

  openDatagram({ hostname, port }: SocketAddress): HostSocket {
    const local: SocketAddress = { transport: "udp", hostname, port: port === 0 ? this.#freePort(hostname) : port };
    const fault = this.openFault(local);
    if (fault !== null) throw fault;
    if (![...this.addresses, ...LOOPBACKS, ...WILDCARDS].includes(hostname)) throw new Error("Address not available");
    if (this.#isTaken(local)) throw new AddressInUseError(`${formatSocketAddress(local)} is in use`);
    const socket = new HostSocket(this, this.#network, local);
    this.sockets.push(socket);
    return socket;
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

  #freePort(hostname: string): number {
    for (;;) {
      const port = this.#network.random.between(EPHEMERAL_PORT_MIN, 65_535);
      if (!this.#isTaken({ transport: "udp", hostname, port })) return port;
    }
  }

  #isTaken(local: SocketAddress): boolean {
    return this.openSockets.some(({ address }) => hears(address, local) || hears(local, address));
  }
}

const WILDCARDS: readonly string[] = ["0.0.0.0", "::"];

/** Whether a socket bound to `local` gets what is sent to `to`. `::` is dual-stack, as it is on Linux. */
function hears(local: SocketAddress, to: SocketAddress): boolean {
  if (local.port !== to.port) return false;
  return local.hostname === to.hostname || local.hostname === "::" || (local.hostname === "0.0.0.0" && !isIpv6(to));
}

type Received = [Octets, SocketAddress];

/** A UDP socket of a host. */
export class HostSocket implements DatagramSocket {
  readonly address: SocketAddress;
  isClosed = false;
  /** Takes the datagrams as they come, instead of `receive`: for those parts of the world that are played by the test. */
  onDatagram: ((octets: Octets, from: SocketAddress) => void) | null = null;
  readonly #host: Host;
  readonly #network: WorldNetwork;
  readonly #queue: Received[] = [];
  #waiting: { readonly buffer: Octets; readonly settle: PromiseWithResolvers<Received> } | null = null;

  constructor(host: Host, network: WorldNetwork, address: SocketAddress) {
    this.#host = host;
    this.#network = network;
    this.address = address;
  }

  receive(buffer: Octets): Promise<Received> {
    if (this.isClosed) return Promise.reject(new Error("BadResource: socket is closed"));
    if (this.#waiting !== null) return Promise.reject(new Error("Busy: somebody receives already"));
    this.#waiting = { buffer, settle: Promise.withResolvers<Received>() };
    const { promise } = this.#waiting.settle;
    this.#pump();
    return promise;
  }

  send(octets: Octets, to: SocketAddress): Promise<number> {
    if (this.isClosed) return Promise.reject(new Error("BadResource: socket is closed"));
    const from = this.#host.sourceOf(this.address, to);
    if (from === null) return Promise.reject(new Error(`No route to ${formatSocketAddress(to)}`));
    const copy = octets.slice();
    const fault = this.#host.sendFault(from, to);
    this.#network.watch({ kind: fault === null ? "sent" : "refused", from, to, octets: copy });
    if (fault !== null) return Promise.reject(fault);
    this.#network.carry(this.#host, from, to, copy);
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#network.time.after(0, () => {
      // The kernel may read as late as this. Whoever has changed the octets meanwhile would have sent something else.
      if (!equals(octets, copy)) throw new Error(`Octets to ${formatSocketAddress(to)} were changed while being sent`);
      resolve(octets.length);
    });
    return promise;
  }

  close(): void {
    if (this.isClosed) throw new Error("BadResource: socket is closed");
    this.isClosed = true;
    this.#waiting?.settle.reject(new Error("Interrupted: socket is closed"));
    this.#waiting = null;
  }

  /** Lets the receive that waits fail, as a broken socket does. */
  failReceive(error: Error): void {
    this.#waiting?.settle.reject(error);
    this.#waiting = null;
  }

  /** Takes a datagram in. Returns whether there was room. */
  enqueue(octets: Octets, from: SocketAddress): boolean {
    if (this.#queue.length === QUEUE_MAX) return false;
    if (this.onDatagram !== null) {
      this.onDatagram(octets, from);
      return true;
    }
    this.#queue.push([octets, from]);
    this.#pump();
    return true;
  }

  #pump(): void {
    if (this.#waiting === null || this.#queue.length === 0) return;
    const { buffer, settle } = this.#waiting;
    this.#waiting = null;
    const [octets, from] = this.#queue.shift()!;
    const length = Math.min(octets.length, buffer.length);
    buffer.set(octets.subarray(0, length));
    settle.resolve([buffer.subarray(0, length), from]);
  }
}
