import { formatSocketAddress, type SocketAddress } from "../base/address.ts";
import type { DeadlineQueue } from "../base/deadline_queue.ts";
import type { Clock } from "../base/runtime.ts";
import type { Counters } from "../observe/counters.ts";
import { Exchange } from "./exchange.ts";
import type { SocketPool } from "./socket_pool.ts";

/** What an upstream is made from. */
export interface UpstreamOptions {
  /** Where the server is asked. */
  readonly address: SocketAddress;
  /** The sockets to ask from. */
  readonly sockets: SocketPool;
  /** Where deadlines wait. */
  readonly deadlines: DeadlineQueue;
  /** What the time is read from. */
  readonly clock: Clock;
  /** Where it is counted. */
  readonly counters: Counters;
}

/** A server that is asked what we do not know. */
export class Upstream {
  /** Where the server is asked. */
  readonly address: SocketAddress;
  readonly #options: UpstreamOptions;

  /** See {@linkcode UpstreamOptions}. */
  constructor(options: UpstreamOptions) {
    this.address = options.address;
    this.#options = options;
  }

  /** How the upstream is called in messages: its address and port. */
  get name(): string {
    return formatSocketAddress(this.address);
  }

  /**
   * Asks over UDP, and once more from another socket when half of the time has passed in silence.
   *
   * @param query One question in wire format (RFC 9619: never more); its ID is not looked at. Not changed.
   * @param deadlineMs When to give up.
   * @returns The reply in wire format, with an ID of its own; the caller owns it.
   * @throws {UpstreamError} when no reply came by then, or the operating system let nothing be sent.
   */
  exchange(query: Uint8Array<ArrayBuffer>, deadlineMs: number): Promise<Uint8Array<ArrayBuffer>> {
    return new Exchange({ ...this.#options, name: this.name, query, deadlineMs }).run();
  }
}
