import type { HttpServer, HttpServerOptions, HttpServers } from "../../lib/base/http/http_server.ts";
import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { AddressInUseError } from "../../lib/base/runtime.ts";
import type { TlsIdentity } from "../../lib/base/sockets/tls.ts";

/** Servers of HTTP without sockets: what they answer is asked for by `request`. */
export class FakeHttpServers implements HttpServers {
  /** Who listens, by address as it is written. */
  readonly servers: Map<string, FakeHttpServer> = new Map();
  /** What a listener gets in the place of an address. */
  readonly refused: Map<string, Error> = new Map();
  #nextPort = 40_000;

  listen(local: SocketAddress, options: HttpServerOptions): HttpServer {
    const address = local.port === 0 ? { ...local, port: this.#nextPort++ } : local;
    const text = formatSocketAddress(address);
    const refusal = this.refused.get(text);
    if (refusal !== undefined) throw refusal;
    if (this.servers.has(text)) throw new AddressInUseError(`${text} is in use`);
    const server = new FakeHttpServer(address, options, () => this.servers.delete(text));
    this.servers.set(text, server);
    return server;
  }

  /** Asks the only server there is, or the one that the URL is of. */
  async request(url: string, init: RequestInit = {}, from = "127.0.0.1"): Promise<Response> {
    const { host } = new URL(url);
    const server = this.servers.get(host) ?? (this.servers.size === 1 ? [...this.servers.values()][0] : undefined);
    if (server === undefined) throw new Error(`nobody listens at ${host}`);
    return await server.request(new Request(url, init), from);
  }
}

/** One of them. */
export class FakeHttpServer implements HttpServer {
  readonly address: SocketAddress;
  /** What it shows to those who come by TLS. */
  identities: readonly TlsIdentity[] | null;
  readonly #options: HttpServerOptions;
  readonly #closing = new AbortController();
  readonly #onClose: () => void;

  constructor(address: SocketAddress, options: HttpServerOptions, onClose: () => void) {
    this.address = address;
    this.identities = options.identities;
    this.#options = options;
    this.#onClose = onClose;
  }

  /** What it answers to whoever has the address `from`. */
  async request(request: Request, from: string): Promise<Response> {
    const address: SocketAddress = { transport: "tcp", hostname: from, port: 50_000 };
    const peer = { address, isSecure: this.identities !== null, closing: this.#closing.signal };
    try {
      return await this.#options.handle(request, peer);
    } catch (error) {
      this.#options.failed(error);
      return new Response(null, { status: 500 });
    }
  }

  replace(identities: readonly TlsIdentity[]): void {
    this.identities = identities;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#onClose();
    await Promise.resolve();
  }
}
