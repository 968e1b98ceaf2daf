import { formatSocketAddress, type SocketAddress } from "../base/address.ts";
import { Alarm, type DeadlineQueue } from "../base/deadline_queue.ts";
import type { Random } from "../base/random.ts";
import type { Runtime } from "../base/runtime.ts";
import type { Counters } from "../observe/counters.ts";
import { EDE } from "../wire/iana.ts";
import type { Transport } from "./dialogue.ts";
import type { Request } from "./request.ts";
import { UpstreamConnection } from "./upstream_connection.ts";
import { UpstreamError } from "./upstream_error.ts";

/** What a transport is made from. */
export interface StreamTransportOptions {
  readonly runtime: Runtime;
  readonly random: Random;
  readonly deadlines: DeadlineQueue;
  readonly counters: Counters;
  readonly address: SocketAddress;
  /** See `CorrelatorOptions.ghostMs`. */
  readonly ghostMs: number;
}

/**
 * Asks one upstream over TCP. A connection is kept for a while and shared by all queries of that time; when it turns out
 * to be dead, a query that was sent on it is sent once more on a fresh one (RFC 7766 §6.2.4).
 */
export class StreamTransport implements Transport {
  readonly #options: StreamTransportOptions;
  #connection: UpstreamConnection | null = null;
  /** The connection being made: whoever needs one meanwhile waits for the same. */
  #dialling: Promise<UpstreamConnection> | null = null;
  #isClosed = false;

  constructor(options: StreamTransportOptions) {
    this.#options = options;
  }

  /** See `Transport`. */
  async exchange(query: Uint8Array<ArrayBuffer>, { deadlineMs }: Request): Promise<Uint8Array<ArrayBuffer>> {
    const { runtime } = this.#options;
    const old = this.#connection;
    try {
      if (old?.isUsable) return await this.#ask(old, query, deadlineMs);
    } catch (error) {
      if (old?.isUsable || runtime.clock.nowMs() >= deadlineMs) throw error;
    }
    return await this.#ask(await this.#connect(deadlineMs), query, deadlineMs);
  }

  /** Closes the connection. */
  close(): void {
    this.#isClosed = true;
    this.#connection?.close();
    this.#connection = null;
  }

  #ask(connection: UpstreamConnection, query: Uint8Array<ArrayBuffer>, deadlineMs: number) {
    return connection.ask({
      query: query.slice(),
      deadlineMs,
      expired: () => new UpstreamError(`No reply from ${this.#name} over TCP in time`, EDE.NO_REACHABLE_AUTHORITY),
    });
  }

  #connect(deadlineMs: number): Promise<UpstreamConnection> {
    if (this.#connection?.isUsable) return Promise.resolve(this.#connection);
    this.#dialling ??= this.#dial(deadlineMs).finally(() => this.#dialling = null);
    return this.#dialling;
  }

  async #dial(deadlineMs: number): Promise<UpstreamConnection> {
    const { runtime, random, deadlines, counters, address, ghostMs } = this.#options;
    const abort = new AbortController();
    const alarm = new Alarm(() => abort.abort());
    deadlines.schedule(alarm, deadlineMs);
    try {
      const socket = await runtime.network.connectStream(address, abort.signal);
      const { clock } = runtime;
      const connection = new UpstreamConnection({ socket, random, clock, deadlines, counters, ghostMs });
      if (this.#isClosed) connection.close();
      return this.#connection = connection;
    } catch (cause) {
      throw new UpstreamError(`Cannot connect to ${this.#name} over TCP`, EDE.NETWORK_ERROR, { cause });
    } finally {
      deadlines.cancel(alarm);
    }
  }

  get #name(): string {
    return formatSocketAddress(this.#options.address);
  }
}
