import { formatSocketAddress, type SocketAddress } from "../base/address.ts";
import { Alarm, type DeadlineQueue } from "../base/deadline_queue.ts";
import type { Random } from "../base/random.ts";
import type { Runtime } from "../base/runtime.ts";
import type { Counters } from "../observe/counters.ts";
import { EDE } from "../wire/iana.ts";
import type { CookieJar } from "./cookie_jar.ts";
import type { Request } from "./request.ts";
import type { Transport } from "./transport.ts";
import { UpstreamConnection } from "./upstream_connection.ts";
import { UpstreamError } from "./upstream_error.ts";

/** SYNs go out after 0, 1 and 3 seconds: who has not answered any by now is asked anew by the next query. */
const DIAL_MS = 5000;

/** What a transport is made from. */
export interface StreamTransportOptions {
  /** The world outside. */
  readonly runtime: Runtime;
  /** Where unpredictable numbers come from. */
  readonly random: Random;
  /** Where deadlines wait. */
  readonly deadlines: DeadlineQueue;
  /** Where it is counted. */
  readonly counters: Counters;
  /** Where the server is asked. */
  readonly address: SocketAddress;
  /** See `CorrelatorOptions.ghostMs`. */
  readonly ghostMs: number;
  /** The server's is learned here as well (RFC 7873 §5.3). */
  readonly cookies?: CookieJar;
}

/**
 * Asks one upstream over TCP. A connection is kept for a while and shared by all queries of that time; when it turns out
 * to be dead, a query that was sent on it is sent once more on a fresh one (RFC 7766 §6.2.4).
 */
export class StreamTransport implements Transport {
  readonly #options: StreamTransportOptions;
  /** The one that takes queries. */
  #connection: UpstreamConnection | null = null;
  /** Every open one: those that were full still wait for replies. */
  readonly #open = new Set<UpstreamConnection>();
  /** The connection being made: whoever needs one meanwhile waits for the same. */
  #dialling: Promise<UpstreamConnection> | null = null;
  #dropping = new AbortController();
  #isClosed = false;

  /** See {@linkcode StreamTransportOptions}. */
  constructor(options: StreamTransportOptions) {
    this.#options = options;
  }

  /** See `Transport`. */
  async exchange(
    lent: Uint8Array<ArrayBuffer>,
    question: Uint8Array<ArrayBuffer>,
    { deadlineMs }: Request,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { runtime } = this.#options;
    const query = { octets: lent.slice(), question };
    const old = this.#connection;
    try {
      if (old?.isUsable) return await this.#ask(old, query, deadlineMs);
    } catch (error) {
      if (old?.isUsable || runtime.clock.nowMs() >= deadlineMs) throw error;
    }
    return await this.#ask(await this.#connect(deadlineMs), query, deadlineMs);
  }

  /** Connections that are open or being made. */
  get openCount(): number {
    return this.#open.size + (this.#dialling === null ? 0 : 1);
  }

  /** Closes every connection, the one that is being made as well. The next query makes a fresh one. */
  drop(): void {
    this.#dropping.abort();
    this.#dropping = new AbortController();
    this.#dialling = null;
    for (const connection of [...this.#open]) connection.close();
  }

  /** Closes every connection, the one that is being made as well. There will be no other. */
  close(): void {
    this.#isClosed = true;
    this.drop();
  }

  #ask(connection: UpstreamConnection, { octets, question }: Query, deadlineMs: number) {
    const { cookies } = this.#options;
    return connection.ask(octets.slice(), {
      question,
      deadlineMs,
      // Nobody forges a reply who cannot read the query: a cookie is learned here, and proves nothing.
      ...(cookies === undefined ? {} : { isGenuine: (reply, scan) => cookies.isGenuine(reply, scan) || true }),
      expired: () => new UpstreamError(`No reply from ${this.#name} over TCP in time`, EDE.NO_REACHABLE_AUTHORITY),
    });
  }

  /** The connection; waits until the deadline for one that is being made, however long others wait for the same. */
  async #connect(deadlineMs: number): Promise<UpstreamConnection> {
    if (this.#connection?.isUsable) return this.#connection;
    const { deadlines } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<UpstreamConnection>();
    const alarm = new Alarm(() => reject(this.#cannotConnect("it takes too long")));
    deadlines.schedule(alarm, deadlineMs);
    const dialling = this.#dialling ??= this.#dial();
    const forget = () => {
      if (this.#dialling === dialling) this.#dialling = null;
    };
    dialling.finally(forget).then(resolve, reject);
    try {
      return await promise;
    } finally {
      deadlines.cancel(alarm);
    }
  }

  async #dial(): Promise<UpstreamConnection> {
    const { runtime, random, deadlines, counters, address, ghostMs } = this.#options;
    const { clock, network } = runtime;
    // A query that `close` has failed asks again: it must not open what nobody would close.
    if (this.#isClosed) throw this.#cannotConnect("we are closing");
    const { signal } = this.#dropping;
    const tooLong = new AbortController();
    const alarm = new Alarm(() => tooLong.abort());
    deadlines.schedule(alarm, clock.nowMs() + DIAL_MS);
    try {
      const socket = await network.connectStream(address, AbortSignal.any([tooLong.signal, signal]));
      if (signal.aborted) {
        socket.close();
        throw signal.reason;
      }
      const onClosed = () => this.#open.delete(connection);
      const options = { socket, random, clock, deadlines, counters, ghostMs, onClosed };
      const connection: UpstreamConnection = new UpstreamConnection(options);
      this.#open.add(connection);
      return this.#connection = connection;
    } catch (cause) {
      throw this.#cannotConnect(cause);
    } finally {
      deadlines.cancel(alarm);
    }
  }

  #cannotConnect(cause: unknown): UpstreamError {
    return new UpstreamError(`Cannot connect to ${this.#name} over TCP`, EDE.NETWORK_ERROR, { cause });
  }

  get #name(): string {
    return formatSocketAddress(this.#options.address);
  }
}

/** A message, and the question in it. */
interface Query {
  readonly octets: Uint8Array<ArrayBuffer>;
  readonly question: Uint8Array<ArrayBuffer>;
}
