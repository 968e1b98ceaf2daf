import {
  CLOSE_GRACE_MS,
  type HttpPeer,
  type HttpServer,
  type HttpServerOptions,
  type HttpServers,
} from "../../base/http/http_server.ts";
import type { SocketAddress } from "../../base/net/address.ts";
import { FrontDoor } from "./front_door.ts";
import { TlsError, type TlsIdentity } from "../../base/sockets/tls.ts";
import { usableCertificateOf } from "./tls/tls_contexts.ts";
import { PROCESS_LOOP } from "../loop/process_loop.ts";

/** Servers of HTTP, as Deno has them. */
export const DENO_HTTP_SERVERS: HttpServers = { listen };

function listen(local: SocketAddress, options: HttpServerOptions): HttpServer {
  const door = new FrontDoor(local, options.sharesPort === true);
  const begin = (identities: readonly TlsIdentity[] | null) => {
    const serving = new Serving(door, identities, options);
    door.leadTo(serving.port);
    return serving;
  };
  let serving: Serving;
  try {
    serving = begin(options.identities);
  } catch (error) {
    door.close();
    throw error;
  }
  return {
    address: door.address,
    replace: (identities) => {
      const former = serving;
      serving = begin(identities);
      former.close();
    },
    close: async () => {
      door.close();
      await serving.close();
      await door.end();
    },
  };
}

/** A server behind the door, which nobody else is to find. */
class Serving {
  readonly port: number;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #door: FrontDoor;
  readonly #options: HttpServerOptions;
  readonly #isSecure: boolean;
  /** Not `shutdown` of Deno's server: that holds the port until all connections have ended, and cannot be hurried (Deno 2.9.5). */
  readonly #abort = new AbortController();
  readonly #closing = new AbortController();
  readonly #idle = Promise.withResolvers<void>();
  #underWayCount = 0;

  constructor(door: FrontDoor, identities: readonly TlsIdentity[] | null, options: HttpServerOptions) {
    this.#door = door;
    this.#options = options;
    this.#isSecure = identities !== null;
    const usual = { onListen: () => {}, onError: () => refusal(500), signal: this.#abort.signal };
    const own = { ...usual, hostname: "127.0.0.1", port: 0, ...identities !== null && tlsOf(identities) };
    this.#server = Deno.serve(own, (request, info) => this.#take(request, info));
    this.port = this.#server.addr.port;
  }

  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort();
      if (this.#underWayCount === 0) this.#idle.resolve();
      const cancel = PROCESS_LOOP.start(CLOSE_GRACE_MS, () => this.#idle.resolve());
      await this.#idle.promise;
      cancel();
      this.#abort.abort();
    }
    await this.#server.finished;
  }

  #take(
    request: Request,
    { remoteAddr, completed }: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ): Response | Promise<Response> {
    const address = this.#door.whoIs(remoteAddr.port);
    if (address === null) return refusal(403);
    if (this.#closing.signal.aborted || this.#underWayCount >= this.#options.requestsMax) return refusal(503);
    this.#underWayCount += 1;
    const leave = this.#door.busy(remoteAddr.port);
    const ended = () => {
      leave();
      this.#underWayCount -= 1;
      if (this.#underWayCount === 0 && this.#closing.signal.aborted) this.#idle.resolve();
    };
    // Whoever goes away before the end of the answer makes it reject.
    completed.then(ended, ended);
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

const REFUSALS = {
  403: "this is no way in\n",
  500: "something went wrong here\n",
  503: "not now: too much is asked, or the program ends\n",
};

function refusal(status: keyof typeof REFUSALS): Response {
  return new Response(REFUSALS[status], { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}
