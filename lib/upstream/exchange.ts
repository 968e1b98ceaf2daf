import type { SocketAddress } from "../base/address.ts";
import { Deadline, type DeadlineQueue } from "../base/deadline_queue.ts";
import type { Clock } from "../base/runtime.ts";
import type { Counters } from "../observe/counters.ts";
import { EDE } from "../wire/iana.ts";
import type { Pending } from "./correlator.ts";
import type { SocketPool } from "./socket_pool.ts";
import { UpstreamError } from "./upstream_error.ts";
import type { UpstreamSocket } from "./upstream_socket.ts";

/** One retry. RFC 9520 §3.1 allows two; within a deadline of about 2 s a third send seldom helps. */
const SENDS_MAX = 2;

/** What an exchange is made from. */
export interface ExchangeOptions {
  /** Where the server is asked. */
  readonly address: SocketAddress;
  /** The upstream's name in messages. */
  readonly name: string;
  /** The sockets to ask from. */
  readonly sockets: SocketPool;
  /** Where deadlines wait. */
  readonly deadlines: DeadlineQueue;
  /** What the time is read from. */
  readonly clock: Clock;
  /** Where it is counted. */
  readonly counters: Counters;
  /** The question in wire format; see `Upstream.exchange`. */
  readonly query: Uint8Array<ArrayBuffer>;
  /** When to give up, on the program's clock. */
  readonly deadlineMs: number;
}

/**
 * One question to one upstream, from the first send to its end. The first send goes on waiting after the second has
 * gone out: a slow answer is as good as a repeated one.
 */
export class Exchange extends Deadline {
  readonly #options: ExchangeOptions;
  readonly #reply = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  readonly #waiting = new Set<Pending>();
  #sends = 0;
  #lastSocket: UpstreamSocket | undefined;

  /** See {@linkcode ExchangeOptions}. */
  constructor(options: ExchangeOptions) {
    super();
    this.#options = options;
  }

  /** Starts the exchange; to be called once. See `Upstream.exchange` for what comes back. */
  run(): Promise<Uint8Array<ArrayBuffer>> {
    const { clock, deadlines, deadlineMs } = this.#options;
    const nowMs = clock.nowMs();
    // A question asked in a second form begins late: the deadline's tick may still be running when it has passed.
    if (nowMs >= deadlineMs) {
      this.#fail(this.#timeout());
      return this.#reply.promise;
    }
    deadlines.schedule(this, nowMs + (deadlineMs - nowMs) / 2);
    this.#send();
    return this.#reply.promise;
  }

  /** Half of the time has passed in silence. */
  override onDue(): void {
    // With little time from the start, half of it and all of it end in the same tick.
    if (this.#options.clock.nowMs() >= this.#options.deadlineMs) return;
    this.#options.counters.upstreamRetries++;
    this.#send();
  }

  #send(): void {
    const { sockets, address, name, query, deadlineMs } = this.#options;
    this.#sends++;
    let socket: UpstreamSocket;
    try {
      socket = sockets.pick(this.#lastSocket);
    } catch (cause) {
      return this.#fail(new UpstreamError(`No socket to ask ${name} from`, EDE.NETWORK_ERROR, { cause }));
    }
    this.#lastSocket = socket;
    // A copy for each send: it carries an ID of its own, and the kernel may still be reading the one before.
    const message = query.slice();
    const pending = socket.correlator.register({
      peer: address,
      query: message,
      deadlineMs,
      expired: () => this.#timeout(),
    });
    this.#waiting.add(pending);
    const failed = (error: unknown) => {
      if (!this.#waiting.delete(pending)) return;
      pending.cancel();
      this.#fail(error);
    };
    pending.reply.then((reply) => this.#succeed(pending, reply), failed);
    socket.send(message, address).catch((cause) => {
      this.#options.counters.upstreamUnsendable++;
      failed(new UpstreamError(`Cannot send to ${name}`, EDE.NETWORK_ERROR, { cause }));
    });
  }

  #timeout(): UpstreamError {
    return new UpstreamError(`No reply from ${this.#options.name} in time`, EDE.NO_REACHABLE_AUTHORITY);
  }

  #succeed(pending: Pending, reply: Uint8Array<ArrayBuffer>): void {
    this.#waiting.delete(pending);
    for (const other of this.#waiting) other.cancel();
    this.#waiting.clear();
    this.#options.deadlines.cancel(this);
    this.#reply.resolve(reply);
  }

  /** A send has come to nothing: its turn passes to the next one at once, or to the one still waiting. */
  #fail(error: unknown): void {
    const { clock, counters, deadlines, deadlineMs } = this.#options;
    if (this.#waiting.size > 0) return;
    deadlines.cancel(this);
    if (this.#sends < SENDS_MAX && clock.nowMs() < deadlineMs) {
      counters.upstreamRetries++;
      return this.#send();
    }
    if (clock.nowMs() >= deadlineMs) counters.upstreamTimeouts++;
    this.#reply.reject(error);
  }
}
