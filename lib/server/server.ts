import type { SocketAddress } from "../base/net/address.ts";
import { deliver, LaterOctets } from "../base/later.ts";
import type { Clock } from "../base/runtime.ts";
import type { Counters } from "../observe/counters.ts";
import { LineAMinute } from "../observe/line_a_minute.ts";
import type { Log } from "../observe/log.ts";
import type { Client } from "../resolver/client.ts";
import { ownReply } from "../resolver/own_reply.ts";
import { Query } from "../resolver/query.ts";
import type { ReplySlot } from "../resolver/reply_slot.ts";
import type { Reply } from "../resolver/resolver.ts";
import { EDE, RCODE } from "../wire/iana.ts";
import { ADMITTED, IGNORED } from "./admission/admission.ts";
import { finish } from "./reply/finish.ts";
import { NarrowPaths } from "./reply/narrow_paths.ts";
import type { Pipeline } from "./pipeline.ts";

/** What a server is made from. */
export interface ServerOptions {
  /** What queries go through, until there is another one. */
  readonly pipeline: Pipeline;
  /** What the time is read from. */
  readonly clock: Clock;
  /** Where it is counted. */
  readonly counters: Counters;
  /** Where the operator reads. */
  readonly log: Log;
}

/** Takes the clients' messages from the listeners through the policy and the resolvers to the finished reply. */
export class Server {
  #pipeline: Pipeline;
  readonly #clock: Clock;
  readonly #counters: Counters;
  /** Who knows how to break it can do so for each of its queries. */
  readonly #failures: LineAMinute;
  readonly #narrowPaths: NarrowPaths;
  #spareQuery: Query | null = null;
  /** Made once, not for each query. */
  readonly #onFailure = (error: unknown, query: Query) => this.#failure(error, query);

  /** See {@linkcode ServerOptions}. */
  constructor({ pipeline, clock, counters, log }: ServerOptions) {
    this.#pipeline = pipeline;
    this.#clock = clock;
    this.#counters = counters;
    this.#failures = new LineAMinute(clock, (line) => log.error(line));
    this.#narrowPaths = new NarrowPaths(clock);
  }

  /**
   * Lets the messages that come from now on go through another pipeline. Queries under way finish with the one that they
   * began with.
   */
  use(pipeline: Pipeline): void {
    this.#pipeline = pipeline;
  }

  /** A reply to the client was longer than a datagram on its way can be: the next ones are cut to less. */
  noteNarrowPath({ hostname }: SocketAddress): void {
    this.#narrowPaths.note(hostname);
  }

  /**
   * The reply to one datagram, or `null` for silence. What comes later never fails.
   *
   * @param datagram A view of the listener's buffer. When the reply comes later, the buffer belongs to the query until
   * then; otherwise it is free at once.
   * @param slot Where a reply that comes back at once may stand; see `ReplySlot.holds`.
   */
  handle(
    datagram: Uint8Array<ArrayBuffer>,
    client: Client,
    slot: ReplySlot | null = null,
  ): Reply | null | LaterOctets {
    // hot path
    this.#counters.received++;
    const query = this.#begin(datagram, client, slot);
    const pipeline = this.#pipeline;
    try {
      const verdict = pipeline.policy.judge(query);
      if (verdict === IGNORED) {
        this.#counters.ignored++;
        return null;
      }
      if (verdict !== ADMITTED) return finish(verdict, query);
      const reply = pipeline.resolver.resolve(query);
      if (reply instanceof Uint8Array) return finish(reply, query);
      // It waits, and the next message comes meanwhile.
      this.#spareQuery = null;
      query.leaveSlot();
      const unfinished = new Unfinished(query, pipeline, this.#onFailure);
      pipeline.enter();
      deliver(reply, unfinished);
      return unfinished;
    } catch (error) {
      // Whoever failed may have kept it.
      this.#spareQuery = null;
      return this.#failure(error, query);
    }
  }

  /** A query that is answered at once is used again: most are. */
  #begin(wire: Uint8Array<ArrayBuffer>, client: Client, slot: ReplySlot | null): Query {
    const deadlineMs = this.#clock.nowMs() + this.#pipeline.timeoutMs;
    const query = this.#spareQuery;
    const pathOctetsMax = this.#narrowPaths.octetsMax(client.hostname);
    if (query === null) return this.#spareQuery = new Query({ wire, client, deadlineMs, slot, pathOctetsMax });
    query.begin(wire, client, deadlineMs, slot);
    query.pathOctetsMax = pathOctetsMax;
    return query;
  }

  /** The program is wrong, not the client: it still gets an answer, and the operator the reason. */
  #failure(error: unknown, query: Query): Reply {
    this.#counters.broken++;
    this.#failures.note((count) => {
      const text = error instanceof Error ? error.stack ?? error.message : error;
      return `Cannot answer a query (${count} so far): ${text}`;
    });
    query.extendedErrors.push({ infoCode: EDE.OTHER, text: "Internal error" });
    const reply = ownReply(query, {
      rcode: RCODE.SERVFAIL,
      recursionAvailable: this.#pipeline.recursionAvailable,
      withQuestion: query.scan.questionCount === 1,
    });
    return finish(reply, query);
  }
}

/** A reply that comes later, and is finished then. */
class Unfinished extends LaterOctets {
  readonly #query: Query;
  readonly #pipeline: Pipeline;
  readonly #onFailure: (error: unknown, query: Query) => Reply;

  constructor(query: Query, pipeline: Pipeline, onFailure: (error: unknown, query: Query) => Reply) {
    super();
    this.#query = query;
    this.#pipeline = pipeline;
    this.#onFailure = onFailure;
  }

  override arrived(reply: Reply): void {
    this.#end(finish(reply, this.#query));
  }

  override failed(error: unknown): void {
    this.#end(this.#onFailure(error, this.#query));
  }

  #end(reply: Reply): void {
    if (this.isSettled) return;
    super.arrived(reply);
    this.#pipeline.leave();
  }
}
