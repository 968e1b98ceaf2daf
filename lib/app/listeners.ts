import { formatSocketAddress, type SocketAddress } from "../base/net/address.ts";
import { type Config, DEFAULT_LISTEN } from "../config/config.ts";
import { listenOn, type ListenSockets } from "../server/listen/listen.ts";
import { StreamListener } from "../server/listen/stream_listener.ts";
import type { StreamLimit } from "../server/listen/stream_limit.ts";
import { UdpListener } from "../server/listen/udp_listener.ts";
import type { Server } from "../server/server.ts";
import type { Resources } from "./resources.ts";

/** What the listeners are made from. */
export interface ListenersOptions {
  /** What answers the queries. */
  readonly server: Server;
  /** Knows when there are too many connections. */
  readonly limit: StreamLimit;
  /** What lasts as long as the program. */
  readonly resources: Resources;
}

/** Who serves one address. */
interface Listener {
  readonly datagrams: UdpListener;
  readonly streams: StreamListener;
}

/** Sockets for the addresses of a configuration that are not served yet. */
export interface OpenedSockets {
  /** All addresses of the configuration, each known by what was asked for. */
  readonly wanted: ReadonlySet<string>;
  /** Those that are new. */
  readonly sockets: ReadonlyMap<string, ListenSockets>;
}

/** Where clients are served. The addresses may change while the program runs: one that stays keeps its sockets and connections. */
export class Listeners {
  readonly #options: ListenersOptions;
  /** By the address that was asked for: the port of the socket may be another one. */
  #listeners = new Map<string, Listener>();
  /** Those that take nothing any more, and finish what they have taken. */
  readonly #leaving = new Map<Listener, Promise<void>>();

  /** Serves nowhere yet. See {@linkcode ListenersOptions}. */
  constructor(options: ListenersOptions) {
    this.#options = options;
  }

  /**
   * Opens what a configuration wants and is not open yet.
   *
   * @throws {ListenError} when an address cannot be bound; nothing new is left open then.
   */
  open({ listen }: Pick<Config, "listen">): OpenedSockets {
    const { network } = this.#options.resources.runtime;
    const wanted = keyed(listen ?? DEFAULT_LISTEN);
    const sockets = new Map<string, ListenSockets>();
    try {
      for (const [key, address] of wanted) {
        if (this.#listeners.has(key)) continue;
        for (const opened of listenOn(network, [address], listen === null)) sockets.set(key, opened);
      }
    } catch (error) {
      this.discard({ wanted: new Set(), sockets });
      throw error;
    }
    return { wanted: new Set(wanted.keys()), sockets };
  }

  /** Serves what was opened, and what of the rest is still wanted. What is not finishes what it has taken, and closes. */
  use({ wanted, sockets }: OpenedSockets): void {
    const former = this.#listeners;
    const kept = [...wanted].filter((key) => former.has(key) || sockets.has(key));
    this.#listeners = new Map(kept.map((key) => [key, former.get(key) ?? this.#serve(sockets.get(key)!)]));
    for (const [key, listener] of former) if (!wanted.has(key)) this.#leave(listener);
  }

  /** Closes what was opened and is not used. */
  discard({ sockets }: OpenedSockets): void {
    for (const { datagram, stream } of sockets.values()) {
      datagram.close();
      stream.close();
    }
  }

  /** Where clients are served, with the ports that the sockets really got. */
  get addresses(): readonly SocketAddress[] {
    return [...this.#listeners.values()].map(({ datagrams }) => datagrams.address);
  }

  /** TCP connections of clients. */
  get sessionCount(): number {
    return this.#all.reduce((sum, { streams }) => sum + streams.sessionCount, 0);
  }

  /** Takes nothing any more, finishes what was taken, and closes everything. */
  async stop(): Promise<void> {
    for (const listener of this.#listeners.values()) this.#leave(listener);
    await Promise.all(this.#leaving.values());
  }

  /** Closes everything at once. */
  close(): void {
    for (const { datagrams, streams } of this.#all) {
      datagrams.close();
      streams.close();
    }
  }

  get #all(): Listener[] {
    return [...this.#listeners.values(), ...this.#leaving.keys()];
  }

  #serve({ datagram, stream }: ListenSockets): Listener {
    const { server, limit, resources: { runtime: { timers, turns }, clock, share, deadlines, counters, log } } =
      this.#options;
    const datagrams = new UdpListener({ socket: datagram, server, clock, timers, turns, counters, log });
    const streams = new StreamListener({
      socket: stream,
      server,
      limit,
      share,
      clock,
      timers,
      deadlines,
      counters,
      log,
    });
    datagrams.run();
    streams.run();
    return { datagrams, streams };
  }

  #leave(listener: Listener): void {
    const { datagrams, streams } = listener;
    const left = Promise.all([datagrams.stop(), streams.stop()]).then(() => void this.#leaving.delete(listener));
    this.#leaving.set(listener, left);
  }
}

/** Each address by what it is called; where any free port will do, the second one of the same name is another one. */
function keyed(addresses: readonly SocketAddress[]): Map<string, SocketAddress> {
  const found = new Map<string, SocketAddress>();
  for (const address of addresses) {
    const text = formatSocketAddress(address);
    let key = text;
    for (let i = 2; found.has(key); i++) key = `${text} ${i}`;
    found.set(key, address);
  }
  return found;
}
