import type { SocketAddress } from "../base/address.ts";
import type { Clock } from "../base/runtime.ts";
import type { Counters } from "../observe/counters.ts";
import type { Log } from "../observe/log.ts";
import { ownReply } from "../resolver/own_reply.ts";
import { Query } from "../resolver/query.ts";
import type { Reply, Resolver } from "../resolver/resolver.ts";
import { EDE, RCODE } from "../wire/iana.ts";
import { admit, ADMITTED, IGNORED } from "./admission.ts";
import { finish } from "./finish.ts";

/** Questions that may wait at the same time. A query holds a receive buffer of 4 KiB, so this is 40 MiB at most. */
export const QUESTIONS_IN_FLIGHT_MAX = 10_000;

/** What a server is made from. */
export interface ServerOptions {
  /** The first of the resolvers. */
  readonly resolver: Resolver;
  /** What the time is read from. */
  readonly clock: Clock;
  /** Where it is counted. */
  readonly counters: Counters;
  /** Where the operator reads. */
  readonly log: Log;
  /** How long a client is kept waiting at most. */
  readonly timeoutMs: number;
  /** RA of the replies that are made here. */
  readonly recursionAvailable: boolean;
}

/** Takes the clients' messages from the listeners through admission and the resolvers to the finished reply. */
export class Server {
  readonly #resolver: Resolver;
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #log: Log;
  readonly #timeoutMs: number;
  readonly #recursionAvailable: boolean;
  #inFlight = 0;

  /** See {@linkcode ServerOptions}. */
  constructor({ resolver, clock, counters, log, timeoutMs, recursionAvailable }: ServerOptions) {
    this.#resolver = resolver;
    this.#clock = clock;
    this.#counters = counters;
    this.#log = log;
    this.#timeoutMs = timeoutMs;
    this.#recursionAvailable = recursionAvailable;
  }

  /** Questions that wait for an upstream. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * The reply to one datagram, or `null` for silence. A promise never rejects.
   *
   * @param datagram A view of the listener's buffer. When a promise comes back, the buffer belongs to the query until it
   * settles; otherwise it is free at once.
   */
  handle(datagram: Uint8Array<ArrayBuffer>, client: SocketAddress): Reply | null | Promise<Reply> {
    this.#counters.received++;
    const query = new Query({ wire: datagram, client, deadlineMs: this.#clock.nowMs() + this.#timeoutMs });
    try {
      const verdict = admit(query, this.#recursionAvailable);
      if (verdict === IGNORED) {
        this.#counters.ignored++;
        return null;
      }
      if (verdict !== ADMITTED) return finish(verdict, query);
      if (this.#inFlight >= QUESTIONS_IN_FLIGHT_MAX) return finish(this.#refuse(query), query);
      const reply = this.#resolver.resolve(query);
      return reply instanceof Promise ? this.#finishLater(reply, query) : finish(reply, query);
    } catch (error) {
      return this.#failure(error, query);
    }
  }

  async #finishLater(pending: Promise<Reply>, query: Query): Promise<Reply> {
    // Each question waits for an exchange of its own, so each counts.
    this.#inFlight += query.scan.questionCount;
    try {
      return finish(await pending, query);
    } catch (error) {
      return this.#failure(error, query);
    } finally {
      this.#inFlight -= query.scan.questionCount;
    }
  }

  #refuse(query: Query): Reply {
    this.#counters.overloaded++;
    query.extendedErrors.push({ infoCode: EDE.OTHER, text: "Too many queries in flight" });
    return ownReply(query, {
      rcode: RCODE.REFUSED,
      recursionAvailable: this.#recursionAvailable,
      withQuestion: true,
    });
  }

  /** The program is wrong, not the client: it still gets an answer, and the operator the reason. */
  #failure(error: unknown, query: Query): Reply {
    this.#counters.broken++;
    this.#log.error(`Cannot answer a query: ${error instanceof Error ? error.stack ?? error.message : error}`);
    const reply = ownReply(query, {
      rcode: RCODE.SERVFAIL,
      recursionAvailable: this.#recursionAvailable,
      withQuestion: query.scan.questionCount === 1,
    });
    return finish(reply, query);
  }
}
