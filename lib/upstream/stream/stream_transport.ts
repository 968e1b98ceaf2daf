import { formatSocketAddress } from "../../base/net/address.ts";
import { EDE } from "../../wire/iana.ts";
import { ConnectionPool, type ConnectionPoolOptions } from "./connection_pool.ts";
import type { AwaitedQuery } from "../matching/awaited_query.ts";
import type { CookieJar } from "../exchange/cookie_jar.ts";
import type { Request } from "../request.ts";
import { StreamQuery } from "./stream_query.ts";
import { TRAITS, type Transport, type TransportTraits } from "../transport.ts";
import { TooLateError, UpstreamError } from "../upstream_error.ts";

/** What a transport is made from. */
export interface StreamTransportOptions extends Omit<ConnectionPoolOptions, "isGenuine"> {
  /** The server's is learned here as well (RFC 7873 §5.3). */
  readonly cookies?: CookieJar;
}

/** Asks one upstream over TCP, on connections that are kept for a while and shared; see `ConnectionPool`. */
export class StreamTransport implements Transport {
  /** See `Transport`. */
  readonly traits: TransportTraits = TRAITS.tcp;
  readonly #options: StreamTransportOptions;
  readonly #connections: ConnectionPool;

  /** See {@linkcode StreamTransportOptions}. */
  constructor(options: StreamTransportOptions) {
    const { cookies } = options;
    this.#options = options;
    // Nobody forges a reply who cannot read the query: a cookie is learned here, and proves nothing.
    const learn: ConnectionPoolOptions["isGenuine"] = cookies &&
      ((response) => cookies.isGenuine(response) || true);
    this.#connections = new ConnectionPool({ ...options, isGenuine: learn });
  }

  /** See `Transport`. */
  send(lent: Uint8Array<ArrayBuffer>, sink: AwaitedQuery, { deadlineMs, owner, isClosed }: Request): void {
    const { deadlines, address } = this.#options;
    if (isClosed) return sink.failed(new TooLateError(formatSocketAddress(address)));
    const { question } = sink;
    const expired = this.#expired;
    const octets = lent.slice();
    this.#connections.ask(new StreamQuery({ octets, question, deadlineMs, owner, sink, deadlines, expired }));
  }

  /** Connections that are open or being made. */
  get openCount(): number {
    return this.#connections.openCount;
  }

  /** Closes every connection, those that are being made as well. What waits is asked anew, on fresh ones. */
  drop(): void {
    this.#connections.drop();
  }

  /** Closes every connection, those that are being made as well. There will be no other. */
  close(): void {
    this.#connections.close();
  }

  /** Made once, not for each query. */
  readonly #expired = (wasSent: boolean): UpstreamError => {
    const name = formatSocketAddress(this.#options.address);
    return wasSent
      ? new UpstreamError(`No reply from ${name} over TCP in time`, EDE.NO_REACHABLE_AUTHORITY)
      : new UpstreamError(`Cannot connect to ${name} over TCP`, EDE.NETWORK_ERROR, { cause: "It takes too long" });
  };
}
