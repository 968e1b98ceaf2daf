import {
  CLOSE_GRACE_MS,
  type HttpPeer,
  type HttpServer,
  type HttpServerOptions,
  type HttpServers,
} from "../../base/http/http_server.ts";
import type { SocketAddress } from "../../base/net/address.ts";
import { bind } from "./bind.ts";
import { TlsError, type TlsIdentity } from "../../base/sockets/tls.ts";
import { usableCertificateOf } from "./tls/tls_contexts.ts";

/** Servers of HTTP, as Deno has them. */
export const DENO_HTTP_SERVERS: HttpServers = { listen };

function listen(local: SocketAddress, options: HttpServerOptions): HttpServer {
  const { identities, sharesPort = false } = options;
  // Those who share a port do not notice one another; who shows certificates must be able to, with itself, to replace them.
  if (identities !== null && !sharesPort) bind(local, () => Deno.listen({ ...local, transport: "tcp" })).close();
  let serving = new Serving(local, identities, options);
  const address = { ...local, port: serving.port };
  return {
    address,
    replace: (identities) => {
      const former = serving;
      serving = new Serving(address, identities, options);
      former.close();
    },
    close: () => serving.close(),
  };
}

/** One socket, and what has come by it. */
class Serving {
  readonly port: number;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #options: HttpServerOptions;
  readonly #isSecure: boolean;
  /** Not `shutdown` of Deno's server: that holds the port until all connections have ended, and cannot be hurried (Deno 2.9.5). */
  readonly #abort = new AbortController();
  readonly #closing = new AbortController();
  readonly #idle = Promise.withResolvers<void>();
  #underWayCount = 0;

  constructor(local: SocketAddress, identities: readonly TlsIdentity[] | null, options: HttpServerOptions) {
    this.#options = options;
    this.#isSecure = identities !== null;
    const { hostname, port } = local;
    const own = { hostname, port, signal: this.#abort.signal, onListen: () => {}, onError: () => refusal(500) };
    const tls = identities === null ? {} : tlsOf(identities);
    const reusePort = options.sharesPort === true || identities !== null;
    this.#server = bind(
      local,
      () => Deno.serve({ ...own, ...tls, reusePort }, (request, info) => this.#take(request, info)),
    );
    this.port = this.#server.addr.port;
  }

  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort();
      if (this.#underWayCount === 0) this.#idle.resolve();
      const grace = setTimeout(() => this.#idle.resolve(), CLOSE_GRACE_MS);
      await this.#idle.promise;
      clearTimeout(grace);
      this.#abort.abort();
    }
    await this.#server.finished;
  }

  #take(
    request: Request,
    { remoteAddr, completed }: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ): Response | Promise<Response> {
    if (this.#closing.signal.aborted || this.#underWayCount >= this.#options.requestsMax) return refusal(503);
    this.#underWayCount += 1;
    const ended = () => {
      this.#underWayCount -= 1;
      if (this.#underWayCount === 0 && this.#closing.signal.aborted) this.#idle.resolve();
    };
    // Whoever goes away before the end of the answer makes it reject.
    completed.then(ended, ended);
    const address: SocketAddress = { transport: "tcp", hostname: remoteAddr.hostname, port: remoteAddr.port };
    return this.#answer(request, { address, isSecure: this.#isSecure, closing: this.#closing.signal });
  }

  async #answer(request: Request, peer: HttpPeer): Promise<Response> {
    try {
      return await this.#options.handle(request, peer);
    } catch (error) {
      this.#options.failed(error);
      return refusal(500);
    }
  }
}

/** Of several certificates Deno's server shows one. */
function tlsOf([identity]: readonly TlsIdentity[]): { cert: string; key: string } {
  if (identity === undefined) throw new TlsError("A certificate is needed");
  usableCertificateOf(identity);
  return { cert: identity.certificate, key: identity.key };
}

function refusal(status: 500 | 503): Response {
  const text = status === 500 ? "something went wrong here\n" : "not now: too much is asked, or the program ends\n";
  return new Response(text, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}
