import type { SocketAddress } from "../base/address.ts";
import type { Clock } from "../base/runtime.ts";
import type { Counters } from "../observe/counters.ts";
import type { Log } from "../observe/log.ts";
import { ownReply } from "../resolver/own_reply.ts";
import { Query } from "../resolver/query.ts";
import type { ReplySlot } from "../resolver/reply_slot.ts";
import type { Reply, Resolver } from "../resolver/resolver.ts";
import { EDE, RCODE } from "../wire/iana.ts";
import { ADMITTED, IGNORED } from "./admission.ts";
import { finish } from "./finish.ts";
import type { Policy } from "./policy.ts";

/** What a server is made from. */
export interface ServerOptions {
  /** Decides what is resolved. */
  readonly policy: Policy;
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

/** Takes the clients' messages from the listeners through the policy and the resolvers to the finished reply. */
export class Server {
  readonly #policy: Policy;
  readonly #resolver: Resolver;
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #log: Log;
  readonly #timeoutMs: number;
  readonly #recursionAvailable: boolean;
  #spareQuery: Query | null = null;

  /** See {@linkcode ServerOptions}. */
  constructor({ policy, resolver, clock, counters, log, timeoutMs, recursionAvailable }: ServerOptions) {
    this.#policy = policy;
    this.#resolver = resolver;
    this.#clock = clock;
    this.#counters = counters;
    this.#log = log;
    this.#timeoutMs = timeoutMs;
    this.#recursionAvailable = recursionAvailable;
  }

  /**
   * The reply to one datagram, or `null` for silence. A promise never rejects.
   *
   * @param datagram A view of the listener's buffer. When a promise comes back, the buffer belongs to the query until it
   * settles; otherwise it is free at once.
   * @param slot Where a reply that comes back at once may stand; see `ReplySlot.holds`.
   */
  handle(
    datagram: Uint8Array<ArrayBuffer>,
    client: SocketAddress,
    slot: ReplySlot | null = null,
  ): Reply | null | Promise<Reply> {
    // hot path
    this.#counters.received++;
    const query = this.#begin(datagram, client, slot);
    try {
      const verdict = this.#policy.judge(query);
      if (verdict === IGNORED) {
        this.#counters.ignored++;
        return null;
      }
      if (verdict !== ADMITTED) return finish(verdict, query);
      const reply = this.#resolver.resolve(query);
      if (!(reply instanceof Promise)) return finish(reply, query);
      // It waits, and the next message comes meanwhile.
      this.#spareQuery = null;
      return this.#finishLater(reply, query);
    } catch (error) {
      // Whoever failed may have kept it.
      this.#spareQuery = null;
      return this.#failure(error, query);
    }
  }

  /** A query that is answered at once is used again: most are. */
  #begin(wire: Uint8Array<ArrayBuffer>, client: SocketAddress, slot: ReplySlot | null): Query {
    const deadlineMs = this.#clock.nowMs() + this.#timeoutMs;
    const query = this.#spareQuery;
    if (query === null) return this.#spareQuery = new Query({ wire, client, deadlineMs, slot });
    query.begin(wire, client, deadlineMs, slot);
    return query;
  }

  async #finishLater(pending: Promise<Reply>, query: Query): Promise<Reply> {
    try {
      return finish(await pending, query);
    } catch (error) {
      return this.#failure(error, query);
    }
  }

  /** The program is wrong, not the client: it still gets an answer, and the operator the reason. */
  #failure(error: unknown, query: Query): Reply {
    this.#counters.broken++;
    this.#log.error(`Cannot answer a query: ${error instanceof Error ? error.stack ?? error.message : error}`);
    query.extendedErrors.push({ infoCode: EDE.OTHER, text: "Internal error" });
    const reply = ownReply(query, {
      rcode: RCODE.SERVFAIL,
      recursionAvailable: this.#recursionAvailable,
      withQuestion: query.scan.questionCount === 1,
    });
    return finish(reply, query);
  }
}
