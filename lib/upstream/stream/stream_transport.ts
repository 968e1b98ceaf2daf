import { EDE } from "../../wire/iana.ts";
import { ConnectionPool, type ConnectionPoolOptions } from "./pool/connection_pool.ts";
import type { AwaitedQuery } from "../matching/awaited_query.ts";
import type { Request } from "../request.ts";
import { StreamQuery } from "./stream_query.ts";
import type { Transport, TransportTraits } from "../transport.ts";
import { TooLateError, UpstreamError } from "../upstream_error.ts";

/** What a transport is made from. */
export interface StreamTransportOptions extends ConnectionPoolOptions {
  /** What is spoken on these connections. */
  readonly traits: TransportTraits;
  /** Why nothing is to be sent now, for a server that has asked for that; `null` if something may be. */
  readonly busy?: () => Error | null;
}

/** Asks one upstream on connections that are kept for a while and shared; see `ConnectionPool`. */
export class StreamTransport implements Transport {
  /** See `Transport`. */
  readonly traits: TransportTraits;
  readonly #options: StreamTransportOptions;
  readonly #connections: ConnectionPool;

  /** See {@linkcode StreamTransportOptions}. */
  constructor(options: StreamTransportOptions) {
    this.#options = options;
    this.traits = options.traits;
    this.#connections = new ConnectionPool(options);
  }

  /** See `Transport`. */
  send(lent: Uint8Array<ArrayBuffer>, sink: AwaitedQuery, { deadlineMs, owner, isClosed }: Request): void {
    const { deadlines, name } = this.#options;
    if (isClosed) return sink.failed(new TooLateError(name));
    const busy = this.#options.busy?.() ?? null;
    if (busy !== null) return sink.failed(busy);
    const { question } = sink;
    const expired = this.#expired;
    const octets = lent.slice();
    this.#connections.ask(new StreamQuery({ octets, question, deadlineMs, owner, sink, deadlines, expired }));
  }

  /** See `ConnectionPool`. */
  warm(): void {
    this.#connections.warm();
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
    const { name } = this.#options;
    return wasSent
      ? new UpstreamError(`No reply from ${name} in time`, EDE.NO_REACHABLE_AUTHORITY)
      : new UpstreamError(`Cannot connect to ${name}`, EDE.NETWORK_ERROR, { cause: "It takes too long" });
  };
}
