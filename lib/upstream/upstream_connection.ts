import { formatSocketAddress, type SocketAddress } from "../base/address.ts";
import { Alarm, type DeadlineQueue } from "../base/deadline_queue.ts";
import type { Random } from "../base/random.ts";
import type { Clock, StreamSocket } from "../base/runtime.ts";
import { writeAll } from "../base/stream.ts";
import type { Counters } from "../observe/counters.ts";
import { EDE } from "../wire/iana.ts";
import { putId } from "../wire/patch.ts";
import { StreamFrames, toFrame } from "../wire/stream_frames.ts";
import { Correlator } from "./correlator.ts";
import type { Registration } from "./registration.ts";
import { COUNTER_OF } from "./upstream_socket.ts";
import { UpstreamError } from "./upstream_error.ts";

/** A connection on which nothing is waited for is kept this long for the next query (RFC 7766 §6.2.3). */
export const KEEP_MS = 10_000;

/** What a connection is made from. */
export interface UpstreamConnectionOptions {
  /** An open socket, which belongs to this object from now on. */
  readonly socket: StreamSocket;
  /** Where unpredictable numbers come from. */
  readonly random: Random;
  /** What the time is read from. */
  readonly clock: Clock;
  /** Where deadlines wait. */
  readonly deadlines: DeadlineQueue;
  /** Where it is counted. */
  readonly counters: Counters;
  /** See `CorrelatorOptions.ghostMs`. */
  readonly ghostMs: number;
  /** Called once, when the connection has been closed, by whomever. */
  readonly onClosed: () => void;
}

/** An open TCP connection to an upstream, with the queries in flight on it: any number, answered in any order. */
export class UpstreamConnection {
  readonly #socket: StreamSocket;
  readonly #clock: Clock;
  readonly #deadlines: DeadlineQueue;
  readonly #counters: Counters;
  readonly #correlator: Correlator;
  readonly #onClosed: () => void;
  readonly #frames = new StreamFrames();
  readonly #unused = new Alarm(() => this.close());
  #lastWrite: Promise<void> = Promise.resolve();
  #isClosed = false;
  /** When octets came last. */
  #heardAtMs = -Infinity;

  /** See {@linkcode UpstreamConnectionOptions}. */
  constructor({ socket, random, clock, deadlines, counters, ghostMs, onClosed }: UpstreamConnectionOptions) {
    this.#socket = socket;
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#counters = counters;
    this.#onClosed = onClosed;
    this.#correlator = new Correlator({ random, deadlines, ghostMs, onIdle: () => this.#keep() });
    this.#receive();
    // Whoever it was made for may have given up meanwhile.
    this.#keep();
  }

  /** Whether another query may be sent. */
  get isUsable(): boolean {
    return !this.#isClosed && this.#correlator.hasRoom;
  }

  /**
   * Sends `query`, which gets an ID and then stays as it is, and waits for its reply.
   *
   * @throws {UpstreamError} when the connection breaks first; at the deadline, what `expired` makes.
   */
  ask(
    query: Uint8Array<ArrayBuffer>,
    registration: Omit<Registration, "peer" | "notSent">,
  ): PromiseLike<Uint8Array<ArrayBuffer>> {
    if (this.#isClosed) return Promise.reject(this.#closedError());
    this.#deadlines.cancel(this.#unused);
    this.#counters.upstreamStreamQueries++;
    const askedAtMs = this.#clock.nowMs();
    const expired = () => {
      // Not an octet since: a path that has lost the connection tells nobody, and each later query would wait in vain.
      if (this.#heardAtMs <= askedAtMs) this.close();
      return registration.expired();
    };
    // What cannot be sent ends the connection, and with it everything that waits there.
    const notSent = (cause: unknown) => this.#closedError(cause);
    const { id, reply } = this.#correlator.register({ ...registration, peer: this.#socket.peer, expired, notSent });
    putId(query, id);
    const frame = toFrame(query);
    this.#lastWrite = this.#lastWrite.then(() => this.#write(frame));
    return reply;
  }

  /** Closes now. Queries still in flight fail. */
  close(cause?: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#deadlines.cancel(this.#unused);
    this.#socket.close();
    this.#correlator.abandon(this.#closedError(cause));
    this.#onClosed();
  }

  async #write(frame: Uint8Array<ArrayBuffer>): Promise<void> {
    // Thousands may wait behind a slow one: to fail each of them costs seconds.
    if (this.#isClosed) return;
    try {
      await writeAll(this.#socket, frame);
    } catch (error) {
      this.close(error);
    }
  }

  #closedError(cause?: unknown): UpstreamError {
    const peer = formatSocketAddress(this.#socket.peer);
    return new UpstreamError(`Connection to ${peer} over TCP was closed`, EDE.NETWORK_ERROR, { cause });
  }

  async #receive(): Promise<void> {
    const peer: SocketAddress = this.#socket.peer;
    try {
      for (;;) {
        const count = await this.#socket.read(this.#frames.space());
        if (count === null) break;
        this.#heardAtMs = this.#clock.nowMs();
        this.#frames.filled(count);
        for (let message = this.#frames.take(); message !== null; message = this.#frames.take()) {
          this.#counters[COUNTER_OF[this.#correlator.accept(message, peer)]]++;
        }
      }
      this.close();
    } catch (error) {
      this.close(error);
    }
  }

  #keep(): void {
    if (!this.#isClosed) this.#deadlines.schedule(this.#unused, this.#clock.nowMs() + KEEP_MS);
  }
}
