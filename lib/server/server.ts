import type { SocketAddress } from "../base/net/address.ts";
import type { Clock } from "../base/runtime.ts";
import type { Counters } from "../observe/counters.ts";
import { LineAMinute } from "../observe/line_a_minute.ts";
import type { Client } from "../resolver/client.ts";
import { ownReply } from "../resolver/own_reply.ts";
import { pendingFor, type PendingReply, type ReplyStep } from "../resolver/pending_reply.ts";
import { Query } from "../resolver/query.ts";
import type { ReplySlot } from "../resolver/reply_slot.ts";
import { Reply, SOURCE } from "../resolver/reply.ts";
import { EDE, RCODE } from "../wire/iana.ts";
import { ADMITTED, IGNORED } from "./admission/message_check.ts";
import { finish } from "./reply/finish.ts";
import { NarrowPaths } from "./reply/narrow_paths.ts";
import type { Pipeline } from "./pipeline.ts";
import { ReplyTally } from "./reply_tally.ts";
import type { Services } from "../observe/services.ts";
import { Tracing } from "../observe/tracing.ts";

/** Queries that are kept for later messages. */
const SPARE_MAX = 256;

/** Who is shown the replies. */
export interface Observer {
  /**
   * `reply` is finished, and about to leave. Both are used again afterwards: what is to be kept is copied.
   *
   * @param timeoutMs How long before its deadline the query has come; so a fraction need not be boxed for each.
   * @param tookMs How long ago that was; 0 for what is answered at once, for which the clock is not read again.
   */
  answered(query: Query, reply: Reply, timeoutMs: number, tookMs: number): void;
}

/** What a server is made from. */
export interface ServerOptions extends Pick<Services, "clock" | "counters" | "log"> {
  /** Whether what becomes of questions is written down. */
  readonly tracing?: Tracing;
  /** What queries go through, until there is another one. */
  readonly pipeline: Pipeline;
  /** Is shown every reply. */
  readonly observer?: Observer | null;
}

/** Takes the clients' messages from the listeners through admission and the resolvers to the finished reply. */
export class Server {
  #pipeline: Pipeline;
  readonly #clock: Clock;
  readonly #counters: Counters;
  /** Who knows how to break it can do so for each of its queries. */
  readonly #tracing: Tracing;
  readonly #failures: LineAMinute;
  readonly #narrowPaths: NarrowPaths;
  /** The one that was used last, if it was answered at once. */
  #spareQuery: Query | null = null;
  /** Others that have been answered. */
  readonly #spareQueries: Query[] = [];
  /** Whom every reply is shown to; `null` when nobody looks, which is then all that it costs. */
  #observers: readonly Observer[] | null;
  /** What is counted of every reply. */
  readonly tally: ReplyTally = new ReplyTally();
  /** The last step of a query that has to wait. Made once for a pipeline, not for each query. */
  #exit: ReplyStep;

  /** See {@linkcode ServerOptions}. */
  constructor({ pipeline, clock, counters, log, observer = null, tracing = new Tracing(clock) }: ServerOptions) {
    this.#pipeline = pipeline;
    this.#exit = this.#exitOf(pipeline);
    this.#clock = clock;
    this.#tracing = tracing;
    this.#counters = counters;
    this.#failures = new LineAMinute(clock, (line) => log.error(line));
    this.#observers = observer === null ? null : [observer];
    this.#narrowPaths = new NarrowPaths(clock);
  }

  /**
   * Lets the messages that come from now on go through another pipeline. Queries under way finish with the one that they
   * began with.
   */
  use(pipeline: Pipeline): void {
    this.#pipeline = pipeline;
    this.#exit = this.#exitOf(pipeline);
  }

  #exitOf(pipeline: Pipeline): ReplyStep {
    return {
      replied: ({ query }) => {
        pipeline.leave();
        try {
          return this.#done(query, pipeline, this.#since(query, pipeline));
        } catch (error) {
          return this.#failure(error, query, pipeline);
        }
      },
      failed: ({ query }, error) => {
        pipeline.leave();
        return this.#failure(error, query, pipeline);
      },
    };
  }

  /**
   * Shows every reply to `observer` as well, from now on; several may look. Returns the function after which it sees no more.
   */
  show(observer: Observer): () => void {
    this.#observers = [...this.#observers ?? [], observer];
    return () => {
      const others = (this.#observers ?? []).filter((one) => one !== observer);
      this.#observers = others.length === 0 ? null : others;
    };
  }

  /** A reply to the client was longer than a datagram on its way can be: the next ones are cut to less. */
  noteNarrowPath({ hostname }: SocketAddress): void {
    this.#narrowPaths.note(hostname);
  }

  /**
   * The reply to one datagram, or `null` for silence. What comes later never fails. The reply is used again for another query
   * as soon as this is called again.
   *
   * @param datagram A view of the listener's buffer. When the reply comes later, the buffer belongs to the query until
   * then; otherwise it is free at once.
   * @param slot Where a reply that comes back at once may stand; see `ReplySlot.holds`.
   */
  handle(
    datagram: Uint8Array<ArrayBuffer>,
    client: Client,
    slot: ReplySlot | null = null,
  ): Reply | null | PendingReply {
    // hot path
    this.#counters.received++;
    const query = this.#begin(datagram, client, slot);
    const pipeline = this.#pipeline;
    try {
      const verdict = pipeline.admission.judge(query);
      if (verdict === IGNORED) {
        this.#counters.ignored++;
        return null;
      }
      if (verdict !== ADMITTED) return this.#done(query, pipeline, 0);
      const reply = pipeline.resolver.resolve(query);
      if (reply instanceof Reply) return this.#done(query, pipeline, 0);
      // It waits, and the next message comes meanwhile.
      this.#spareQuery = null;
      query.leaveSlot();
      this.#tracing.waits();
      pipeline.enter();
      return pendingFor(query, reply).through(this.#exit);
    } catch (error) {
      // Whoever failed may have kept it.
      this.#spareQuery = null;
      return this.#failure(error, query, pipeline);
    }
  }

  /** The one way out: every reply is finished, counted and shown here, and leaves. */
  #done(query: Query, pipeline: Pipeline, tookMs: number): Reply {
    // hot path
    finish(query, pipeline.recursionAvailable);
    if (this.tally.count(query, tookMs) === RCODE.SERVFAIL) this.#counters.failed++;
    if (this.#observers !== null) this.#show(this.#observers, query, pipeline.timeoutMs, tookMs);
    return query.reply;
  }

  /** How long ago a query came. */
  #since(query: Query, pipeline: Pipeline): number {
    // hot path
    return Math.max(0, this.#clock.nowMs() - (query.deadlineMs - pipeline.timeoutMs));
  }

  /** Who looks on costs nobody an answer, nor another his look: what one throws is told to the operator. */
  #show(observers: readonly Observer[], query: Query, timeoutMs: number, tookMs: number): void {
    // hot path
    for (let i = 0; i < observers.length; i++) {
      try {
        observers[i]!.answered(query, query.reply, timeoutMs, tookMs);
      } catch (error) {
        this.#noteBroken(error);
      }
    }
  }

  /** A query that is answered at once is used again: most are. */
  #begin(wire: Uint8Array<ArrayBuffer>, client: Client, slot: ReplySlot | null): Query {
    const deadlineMs = this.#clock.nowMs() + this.#pipeline.timeoutMs;
    const spare = this.#spareQuery ?? this.#spareQueries.pop() ?? null;
    const query = spare ?? new Query({ wire, client, deadlineMs, slot });
    if (spare !== null) spare.begin(wire, client, deadlineMs, slot);
    query.pathOctetsMax = this.#narrowPaths.octetsMax(client.hostname);
    query.clientPort = client.port;
    query.trace = this.#tracing.begin();
    return this.#spareQuery = query;
  }

  /**
   * A reply that came later has left, and its query is not used any more: not what `handle` has returned for it either. To
   * be called once, or not at all.
   */
  reuse({ query, isRefused }: PendingReply): void {
    // hot path
    // What a query that was refused has asked may still come.
    if (!isRefused && query.release() && this.#spareQueries.length < SPARE_MAX) this.#spareQueries.push(query);
  }

  /** The program is wrong, not the client: it still gets an answer, and the operator the reason. */
  #failure(error: unknown, query: Query, pipeline: Pipeline): Reply {
    this.#noteBroken(error);
    // Whoever failed may have kept it.
    query.hold();
    query.reply.extendedErrors.push({ infoCode: EDE.OTHER, text: "Internal error" });
    ownReply(query, {
      rcode: RCODE.SERVFAIL,
      withQuestion: query.scan.questionCount === 1,
      source: SOURCE.failure,
      reason: "internal error",
    });
    return this.#done(query, pipeline, this.#since(query, pipeline));
  }

  #noteBroken(error: unknown): void {
    this.#counters.broken++;
    this.#failures.note((count) => {
      const text = error instanceof Error ? error.stack ?? error.message : error;
      return `Cannot answer a query (${count} so far): ${text}`;
    });
  }
}
