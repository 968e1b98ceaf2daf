import type { SocketAddress } from "../net/address.ts";
import type { TlsIdentity } from "../sockets/tls.ts";

/** Listens for people and their tools, beside what DNS is served by: numbers, a page. Few requests, none of them in a hurry. */
export interface HttpServers {
  /**
   * Listens for HTTP/1.1 and HTTP/2 over TCP at `local`; port 0 lets the kernel choose.
   *
   * @throws {AddressInUseError} when another socket holds the address.
   * @throws {TlsError} when a certificate cannot be used.
   * @throws {Error} whatever else the operating system says.
   */
  listen(local: SocketAddress, options: HttpServerOptions): HttpServer;
}

/** How requests are taken. */
export interface HttpServerOptions {
  /** What is shown to those who come by TLS, which all do then: the first of these, whatever name they ask for. `null`: no TLS. */
  readonly identities: readonly TlsIdentity[] | null;
  /** Whether other programs may listen at the same address, each for its share of the connections; by default not. */
  readonly sharesPort?: boolean;
  /** Answers a request. What it throws is told to `failed`, and answered with 500. */
  readonly handle: HttpHandler;
  /** Requests that are under way at the same time at most, streams among them; others get 503. */
  readonly requestsMax: number;
  /** Gets what `handle` throws. */
  failed(error: unknown): void;
}

/** Answers a request. */
export type HttpHandler = (request: Request, client: HttpPeer) => Response | Promise<Response>;

/** Who has sent a request. */
export interface HttpPeer {
  /** The other end of its connection. */
  readonly address: SocketAddress;
  /** Whether it has come by TLS. */
  readonly isSecure: boolean;
  /**
   * Aborted when the server is about to close: streams that have no end of their own end by it. Whether the other side is still
   * there is said by the signal of the request.
   */
  readonly closing: AbortSignal;
}

/** A socket that takes requests. */
export interface HttpServer {
  /** Where it listens, with the port that it really got. */
  readonly address: SocketAddress;
  /**
   * Shows other certificates to those who come from now on. Connections that are there end within `CLOSE_GRACE_MS`.
   *
   * @throws {TlsError} when one cannot be used; then nothing is changed.
   */
  replace(identities: readonly TlsIdentity[]): void;
  /** Answers 503 from now on, lets what is under way end for at most `CLOSE_GRACE_MS`, and closes. Never rejects. */
  close(): Promise<void>;
}

/** Connections that a server takes: then the one on which nothing has been asked for the longest time makes room for the next. */
export const CONNECTIONS_MAX = 256;
/** How long a connection may stay on which nothing is asked: longer than from one reading to the next. */
export const IDLE_MS = 150_000;
/** How long requests under way may take to end when a server closes. */
export const CLOSE_GRACE_MS = 2_000;
