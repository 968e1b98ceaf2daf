import { isIpv6, type SocketAddress } from "../../../base/net/address.ts";
import { type QuicClient, type QuicClientOptions, QuicError, type QuicSocket } from "../../../base/sockets/quic.ts";
import { quicErrorOf } from "./quic_error.ts";
import { DenoQuicSocket } from "./quic_socket.ts";
import { leaveToPromises } from "../../../base/left_to_promises.ts";

/** A socket, and the connections on it. */
class Port {
  readonly endpoint: Deno.QuicEndpoint;
  #useCount = 0;
  #isLeft = false;

  constructor(hostname: string) {
    this.endpoint = new Deno.QuicEndpoint({ hostname, port: 0 });
  }

  /** One connection more is on it, or is being made. */
  use(): void {
    this.#useCount++;
  }

  /** One of them is over. */
  release(): void {
    this.#useCount--;
    this.#closeIfUnused();
  }

  /** There will be no further connections. */
  leave(): void {
    this.#isLeft = true;
    this.#closeIfUnused();
  }

  #closeIfUnused(): void {
    if (this.#isLeft && this.#useCount === 0) this.endpoint.close();
  }
}

/**
 * Connects by Deno to one server. What has been agreed with a server (a session ticket) is the endpoint's, that is, it is used
 * again for the same server alone. No query is sent with it before the handshake is done (0-RTT): whoever has recorded one could send it
 * again.
 *
 * The descriptor of an endpoint that was closed is given back when the collector of garbage comes by; so there is no endpoint for
 * each connection.
 */
export class DenoQuicClient implements QuicClient {
  readonly #source: string | null;
  /** Whether for IPv6 → what connections are made from. */
  readonly #ports = new Map<boolean, Port>();
  /** Ends the attempts that run. */
  readonly #attempts = new Set<(why: Error) => void>();
  readonly #open = new Set<DenoQuicSocket>();
  #isClosed = false;

  /** Connects from the address `source`, or from any. */
  constructor(source: string | null) {
    this.#source = source;
  }

  /** See `QuicClient`. */
  async connect(remote: SocketAddress, options: QuicClientOptions, signal: AbortSignal): Promise<QuicSocket> {
    signal.throwIfAborted();
    leaveToPromises();
    if (this.#isClosed) throw new QuicError("We are closing", null);
    const port = this.#portFor(remote);
    port.use();
    const { promise, resolve, reject } = Promise.withResolvers<QuicSocket>();
    const giveUp = () => reject(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    this.#attempts.add(reject);
    // Deno goes on with an attempt that is given up, for as long as a connection may be silent.
    let isOver = false;
    promise.catch(() => isOver = true);
    connect(remote, options, port.endpoint).then((connection) => {
      const socket = new DenoQuicSocket(connection);
      socket.closed.finally(() => {
        this.#open.delete(socket);
        port.release();
      });
      if (isOver) return socket.close(0);
      this.#open.add(socket);
      resolve(socket);
    }, (error) => {
      port.release();
      reject(quicErrorOf(error));
    });
    try {
      return await promise;
    } finally {
      this.#attempts.delete(reject);
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** See `QuicClient`. */
  renew(): void {
    for (const port of this.#ports.values()) port.leave();
    this.#ports.clear();
  }

  /** See `QuicClient`. */
  close(): void {
    this.#isClosed = true;
    for (const end of [...this.#attempts]) end(new QuicError("We are closing", null));
    for (const socket of this.#open) socket.close(0);
    const ports = [...this.#ports.values()];
    this.renew();
    // With it end the attempts that nobody waits for.
    for (const { endpoint } of ports) endpoint.close();
  }

  #portFor(remote: SocketAddress): Port {
    const family = isIpv6(remote);
    let port = this.#ports.get(family);
    if (port === undefined) {
      port = new Port(this.#source ?? (family ? "::" : "0.0.0.0"));
      this.#ports.set(family, port);
    }
    return port;
  }
}

async function connect(
  { hostname, port }: SocketAddress,
  { serverName, alpn, ca, idleMs }: QuicClientOptions,
  endpoint: Deno.QuicEndpoint,
): Promise<Deno.QuicConn> {
  return await Deno.connectQuic({
    hostname,
    port,
    serverName: serverName ?? hostname,
    alpnProtocols: [...alpn],
    caCerts: ca === null ? [] : [ca],
    endpoint,
    maxIdleTimeout: idleMs,
    // RFC 9250 §4.3.3: no server opens any.
    maxConcurrentBidirectionalStreams: 0,
    maxConcurrentUnidirectionalStreams: 0,
  });
}
