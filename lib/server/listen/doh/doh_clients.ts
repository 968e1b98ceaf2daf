import type { HttpExchange } from "../../../base/http/http_exchange.ts";
import type { SocketAddress } from "../../../base/net/address.ts";
import type { Log } from "../../../observe/log.ts";
import { Client } from "../../../resolver/client.ts";
import { idOfPath } from "../client_id.ts";
import { pathOf } from "./read_request.ts";
import type { TrustedProxies } from "./trusted_proxies.ts";

/** Clients behind proxies and with names of their own that are kept; see `KnownClients`. */
const CLIENTS_MAX = 4096;

/** What clients over HTTP are known by. */
export interface DohClientsOptions {
  /** Tells once of proxies that are not trusted. */
  readonly log: Pick<Log, "warn">;
  /** Where clients come in, as `listenName` writes it. */
  readonly listener: string;
  /** Where questions are answered; a label behind it names a client. */
  readonly path: string;
  /** Who may say for whom it asks. */
  readonly proxies: TrustedProxies;
}

/** Who asks over HTTP at one address: by the connection, by what a trusted proxy says, and by the path. */
export class DohClients {
  readonly #options: DohClientsOptions;
  readonly #clients = new Map<string, Client>();
  #hasWarned = false;

  /** See {@linkcode DohClientsOptions}. */
  constructor(options: DohClientsOptions) {
    this.#options = options;
  }

  /** Whose connection it is, as far as nothing else is said. */
  connected({ hostname, port }: Pick<SocketAddress, "hostname" | "port">, id: string | null): Client {
    const client = new Client(hostname, "https", true, this.#options.listener, id);
    client.port = port;
    return client;
  }

  /** Who asks with a request on the connection of `connected`; `null` where nothing is answered. */
  find(exchange: HttpExchange, connected: Client): Client | null {
    const id = idOfPath(pathOf(exchange), this.#options.path);
    if (id === undefined) return null;
    const field = exchange.field("x-forwarded-for");
    const hostname = field === null ? connected.hostname : this.#behindProxy(field, connected.hostname);
    if (hostname === connected.hostname && (id === null || id === connected.id)) return connected;
    return this.#known(hostname, id ?? connected.id);
  }

  #behindProxy(field: string, proxy: string): string {
    const { proxies, listener, log } = this.#options;
    if (proxies.has(proxy)) return proxies.clientOf(field) ?? proxy;
    if (!this.#hasWarned) {
      this.#hasWarned = true;
      log.warn(
        `X-Forwarded-For from ${proxy} on ${listener} is ignored; if that is a proxy of yours, --trusted-proxy ${proxy} has it believed`,
      );
    }
    return proxy;
  }

  #known(hostname: string, id: string | null): Client {
    const key = `${hostname} ${id ?? ""}`;
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    if (this.#clients.size >= CLIENTS_MAX) this.#clients.clear();
    // Whoever asks through another, or by another path, does so from many ports.
    const client = this.connected({ hostname, port: 0 }, id);
    this.#clients.set(key, client);
    return client;
  }
}
