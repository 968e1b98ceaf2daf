import type { QuicListenSocket } from "../base/sockets/quic.ts";
import type { TlsListenSocket } from "../base/sockets/tls.ts";
import { type Config, DEFAULT_LISTEN } from "../config/config.ts";
import { NO_TLS, type TlsMaterial } from "../server/certificates/tls_material.ts";
import type { Status } from "../operator/status.ts";
import { canFollow, type Listen, listenKey, listenName } from "../server/listen/listen.ts";
import { TrustedProxies } from "../server/listen/doh/trusted_proxies.ts";
import { type ListenerPart, listenerParts, type ListenerPartsOptions } from "./listener_parts.ts";
import {
  type ChangingProxies,
  clientCaOf,
  closeSockets,
  ListenError,
  listenOn,
  type ListenSockets,
} from "../server/listen/listen_on.ts";

/** So soon it is tried again to listen where somebody else is leaving, and so often: for five seconds. */
const FOLLOW_RETRY_MS = 20;
const FOLLOW_TRIES_MAX = 250;

/** Who serves at one address: those who take connections, those who take datagrams, or both. */
interface Listener {
  readonly listen: Listen;
  readonly parts: readonly ListenerPart[];
  readonly proxied: ChangingProxies | null;
  readonly tls: TlsListenSocket | null;
  readonly quic: QuicListenSocket | null;
}

/** Sockets for the addresses of a configuration that are not served yet. */
export interface OpenedSockets {
  /** All listeners of the configuration, each known by what was asked for. */
  readonly wanted: ReadonlyMap<string, Listen>;
  /** Those that take the place of others, which end then. */
  readonly following: ReadonlySet<string>;
  /** Those that are new. */
  readonly sockets: ReadonlyMap<string, ListenSockets>;
  /** What encrypted ones show. */
  readonly material: TlsMaterial;
  /** Whose word counts about those for whom they ask. */
  readonly trustedProxies: readonly string[];
}

/** Where clients are served. The addresses may change while the program runs: one that stays keeps its sockets and connections. */
export class Listeners {
  readonly #options: ListenerPartsOptions;
  readonly #proxies = new TrustedProxies();
  /** By what was asked for: the port of the socket may be another one. */
  #listeners = new Map<string, Listener>();
  #material: TlsMaterial = NO_TLS;
  /** What is followed; `null` for nothing. */
  #wanted: OpenedSockets["wanted"] | null = null;
  /** Those that take nothing any more, and finish what they have taken. */
  readonly #leaving = new Map<Listener, Promise<void>>();

  /** Serves nowhere yet. See {@linkcode ListenerPartsOptions}. */
  constructor(options: Omit<ListenerPartsOptions, "proxies">) {
    this.#options = { ...options, proxies: this.#proxies };
  }

  /**
   * Opens what a configuration wants and is not open yet.
   *
   * @throws {ListenError} when an address cannot be bound; nothing new is left open then.
   */
  open(
    { listen, trustedProxies }: Pick<Config, "listen" | "trustedProxies">,
    material: TlsMaterial = this.#material,
  ): OpenedSockets {
    const { network } = this.#options.resources.runtime;
    const wanted = keyed(listen ?? DEFAULT_LISTEN);
    const sockets = new Map<string, ListenSockets>();
    const ending = [...this.#listeners].filter(([key]) => !wanted.has(key)).map(([, { listen }]) => listen);
    const following = new Set<string>();
    try {
      for (const [key, one] of wanted) {
        if (this.#listeners.has(key)) continue;
        if (ending.some((former) => canFollow(one, former))) {
          following.add(key);
          continue;
        }
        for (const opened of listenOn(network, [one], listen === null, material)) sockets.set(key, opened);
      }
    } catch (error) {
      this.discard({ sockets });
      throw error;
    }
    return { wanted, following, sockets, material, trustedProxies };
  }

  /** Serves what was opened, and what of the rest is still wanted. What is not finishes what it has taken, and closes. */
  use({ wanted, following, sockets, material, trustedProxies }: OpenedSockets): void {
    this.show(material);
    this.#proxies.use(trustedProxies);
    const former = this.#listeners;
    for (const [key, listener] of former) if (!wanted.has(key)) this.#leave(listener);
    this.#listeners = new Map();
    this.#wanted = wanted;
    for (const [key, listen] of wanted) {
      const kept = former.get(key);
      const opened = sockets.get(key);
      // What no socket goes by may be something else now.
      if (kept !== undefined) {
        if (kept.proxied !== null) kept.proxied.proxyNetworks = listen.proxyNetworks;
        this.#listeners.set(key, { ...kept, listen: { ...listen, address: kept.listen.address } });
      } else if (opened !== undefined) this.#listeners.set(key, this.#serve(opened));
      else if (following.has(key)) this.#follow(key, listen, wanted);
    }
    this.#designate();
  }

  /** Serves at an address that somebody is leaving: the system needs a moment for that, and nothing can be undone any more. */
  #follow(key: string, listen: Listen, wanted: OpenedSockets["wanted"], tries = 1): void {
    // Another configuration is followed meanwhile, or none.
    if (this.#wanted !== wanted) return;
    const { runtime: { network, timers }, log } = this.#options.resources;
    try {
      for (const opened of listenOn(network, [listen], false, this.#material)) {
        this.#listeners.set(key, this.#serve(opened));
      }
      this.#designate();
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      if (tries < FOLLOW_TRIES_MAX) {
        timers.start(FOLLOW_RETRY_MS, () => this.#follow(key, listen, wanted, tries + 1));
      } else log.error(`${error.message}: ${error.cause}; nobody is served there until the next reload`);
    }
  }

  /**
   * Shows these certificates to those who come from now on.
   *
   * @throws {TlsError} when one cannot be used.
   */
  show(material: TlsMaterial): void {
    if (material === this.#material) return;
    this.#material = material;
    const { identities } = material;
    for (const { listen, tls, quic } of this.#listeners.values()) {
      tls?.replace(identities, clientCaOf(listen, material));
      quic?.replace(identities[0]!);
    }
    this.#designate();
  }

  /** Clients may be told of what is served now. */
  #designate(): void {
    this.#options.resources.designated.use(this.served, this.#material.identities);
  }

  /** Closes what was opened and is not used. */
  discard({ sockets }: Pick<OpenedSockets, "sockets">): void {
    for (const one of sockets.values()) closeSockets(one);
  }

  /** Where clients are served, with the ports that the sockets really got. */
  get served(): readonly Listen[] {
    return [...this.#listeners.values()].map(({ listen }) => listen);
  }

  /** The same, with how much there is to do. */
  get status(): Pick<Status, "listeners" | "undiscoverable"> {
    const { undiscoverable } = this.#options.resources.designated;
    const listeners = [...this.#listeners.values()].map(({ listen, parts }) => ({
      name: listenName(listen),
      connections: parts.reduce((sum, { sessionCount = 0 }) => sum + sessionCount, 0),
    }));
    return { listeners, ...undiscoverable.length === 0 ? {} : { undiscoverable } };
  }

  /** Connections of clients. */
  get sessionCount(): number {
    return this.#allParts.reduce((sum, { sessionCount = 0 }) => sum + sessionCount, 0);
  }

  /** Takes nothing any more, finishes what was taken, and closes everything. */
  async stop(): Promise<void> {
    this.#wanted = null;
    for (const listener of this.#listeners.values()) this.#leave(listener);
    await Promise.all(this.#leaving.values());
  }

  /** Closes everything at once. */
  close(): void {
    this.#wanted = null;
    for (const part of this.#allParts) part.close();
  }

  get #allParts(): ListenerPart[] {
    return [...this.#listeners.values(), ...this.#leaving.keys()].flatMap(({ parts }) => parts);
  }

  #serve(sockets: ListenSockets): Listener {
    const parts = listenerParts(sockets, this.#options);
    for (const part of parts) part.run();
    const { listen, proxied, tls, quic } = sockets;
    return { listen, parts, proxied, tls, quic };
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
    const text = listenKey(listen);
    let key = text;
    for (let i = 2; found.has(key); i++) key = `${text} ${i}`;
    found.set(key, listen);
  }
  return found;
}
