import type { LineAMinute } from "../../observe/line_a_minute.ts";
import { EDE, RCODE } from "../../wire/iana.ts";
import type { ClientLoads } from "./client_loads.ts";
import { ownReply } from "../own_reply.ts";
import { pendingFor, type PendingReply, type ReplyStep } from "../pending_reply.ts";
import type { Query } from "../query.ts";
import { Reply, SOURCE } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import type { Services } from "../../observe/services.ts";

/** What the limit is made from. */
export interface InFlightLimitOptions extends Pick<Services, "counters"> {
  /** What is waited for. */
  readonly next: Resolver;
  /** Questions that may wait at the same time. */
  readonly max: number;
  /** The questions that wait, by client; those of all who share the limit. */
  readonly loads: ClientLoads;
  /** Tells the operator of overloads; the same for all who share the limit. */
  readonly overloads: LineAMinute;
}

/**
 * Bounds the questions that wait for upstreams, and shares the bound fairly: when it is reached, the newest question of
 * the client that has the most is refused, which may be the one that has just come. What is answered without waiting
 * never counts, so put this behind everything that knows its answers.
 */
export class InFlightLimit implements Resolver, ReplyStep {
  readonly #options: InFlightLimitOptions;
  readonly #loads: ClientLoads;

  /** Lets `options.max` questions wait. */
  constructor(options: InFlightLimitOptions) {
    this.#options = options;
    this.#loads = options.loads;
  }

  /** Questions that wait for an upstream, of all who share the limit. */
  get count(): number {
    return this.#loads.count;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    const client = query.client.host;
    if (this.#loads.count >= this.#options.max && !this.#makeRoomFor(client)) return this.#refusal(query);
    const pending = this.#options.next.resolve(query);
    if (pending instanceof Reply) return pending;
    const waiting = pendingFor(query, pending).through(this);
    waiting.client = client;
    this.#loads.enter(waiting);
    return waiting;
  }

  /** See `ReplyStep`. */
  replied(waiting: PendingReply, reply: Reply): Reply {
    if (!waiting.isRefused) this.#loads.leave(waiting);
    return reply;
  }

  /** See `ReplyStep`. */
  failed(waiting: PendingReply, error: unknown): Reply {
    this.#loads.leave(waiting);
    throw error;
  }

  /** See `ReplyStep`. */
  endedLate(): void {
    this.#loads.abandonedCount--;
  }

  /** Refuses a question of a client that has more than this one would have; `false` when there is none to refuse. */
  #makeRoomFor(client: string): boolean {
    // Among equals the newest is the one that has just come.
    if (this.#loads.countOf(client) + 1 >= this.#loads.greatest) return false;
    if (this.#loads.abandonedCount >= this.#options.max) return false;
    const waiting = this.#loads.newestOfGreatest();
    this.#loads.leave(waiting);
    this.#loads.abandonedCount++;
    waiting.refuse(this.#refusal(waiting.query));
    return true;
  }

  #refusal(query: Query): Reply {
    const { counters, max } = this.#options;
    counters.overloaded++;
    // An overload is one event, however many it hits.
    this.#options.overloads.note((count) => {
      return `${max} questions are in flight, the newest of the greediest client are refused (${count} so far); ` +
        `--max-in-flight ${max} is the limit`;
    });
    query.reply.extendedErrors.push({ infoCode: EDE.OTHER, text: "Too many queries in flight" });
    return ownReply(query, { rcode: RCODE.REFUSED, withQuestion: true, source: SOURCE.refused, reason: "overload" });
  }
}
