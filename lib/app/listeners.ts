import { type Config, DEFAULT_LISTEN } from "../config/config.ts";
import { type Listen, listenText } from "../server/listen/listen.ts";
import { closeSockets, listenOn, type ListenSockets } from "../server/listen/listen_on.ts";
import { StreamListener } from "../server/listen/stream/stream_listener.ts";
import type { StreamLimit } from "../server/listen/stream/stream_limit.ts";
import { UdpListener } from "../server/listen/udp/udp_listener.ts";
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

/** Who serves at one address: those who take connections, those who take datagrams, or both. */
interface Listener {
  readonly listen: Listen;
  readonly parts: readonly (UdpListener | StreamListener)[];
}

/** Sockets for the addresses of a configuration that are not served yet. */
export interface OpenedSockets {
  /** All listeners of the configuration, each known by what was asked for. */
  readonly wanted: ReadonlySet<string>;
  /** Those that are new. */
  readonly sockets: ReadonlyMap<string, ListenSockets>;
}

/** Where clients are served. The addresses may change while the program runs: one that stays keeps its sockets and connections. */
export class Listeners {
  readonly #options: ListenersOptions;
  /** By what was asked for: the port of the socket may be another one. */
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
      for (const [key, one] of wanted) {
        if (this.#listeners.has(key)) continue;
        for (const opened of listenOn(network, [one], listen === null)) sockets.set(key, opened);
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
    for (const one of sockets.values()) closeSockets(one);
  }

  /** Where clients are served, with the ports that the sockets really got. */
  get served(): readonly Listen[] {
    return [...this.#listeners.values()].map(({ listen }) => listen);
  }

  /** TCP connections of clients. */
  get sessionCount(): number {
    return this.#allParts.reduce((sum, part) => sum + (part instanceof StreamListener ? part.sessionCount : 0), 0);
  }

  /** Takes nothing any more, finishes what was taken, and closes everything. */
  async stop(): Promise<void> {
    for (const listener of this.#listeners.values()) this.#leave(listener);
    await Promise.all(this.#leaving.values());
  }

  /** Closes everything at once. */
  close(): void {
    for (const part of this.#allParts) part.close();
  }

  get #allParts(): (UdpListener | StreamListener)[] {
    return [...this.#listeners.values(), ...this.#leaving.keys()].flatMap(({ parts }) => parts);
  }

  #serve({ listen, datagram, stream }: ListenSockets): Listener {
    const { server, limit, resources: { runtime: { timers, turns }, clock, share, deadlines, counters, log } } =
      this.#options;
    const datagrams = datagram &&
      new UdpListener({ socket: datagram, server, clock, timers, turns, counters, log });
    const services = { share, clock, timers, deadlines, counters, log };
    const streams = stream && new StreamListener({ socket: stream, server, limit, ...services });
    const parts = [datagrams, streams].filter((part) => part !== null);
    for (const part of parts) part.run();
    return { listen, parts };
  }

  #leave(listener: Listener): void {
    const left = Promise.all(listener.parts.map((part) => part.stop())).then(() => void this.#leaving.delete(listener));
    this.#leaving.set(listener, left);
  }
}

/** Each listener by what it is called; where any free port will do, the second one of the same name is another one. */
function keyed(listeners: readonly Listen[]): Map<string, Listen> {
  const found = new Map<string, Listen>();
  for (const listen of listeners) {
    const text = listenText(listen);
    let key = text;
    for (let i = 2; found.has(key); i++) key = `${text} ${i}`;
    found.set(key, listen);
  }
  return found;
}
