import { Deferred, deliver, type Sink } from "../base/deferred.ts";
import type { Query } from "./query.ts";
import type { Reply } from "./reply.ts";

/** What a reply goes through on its way to the client: one object for all queries, where an object for each would do as well. */
export interface ReplyStep {
  /** The reply has come. Returns it, or another one in its place. */
  replied(pending: PendingReply, reply: Reply): Reply;
  /** There is none. Returns one in its place, or throws what has gone wrong. */
  failed(pending: PendingReply, error: unknown): Reply;
  /** What was to bring the reply has ended when there was one already; see `PendingReply.refuse`. */
  endedLate?(pending: PendingReply): void;
}

/**
 * The reply to a query that has to wait. One object for the whole way from what is waited for to the listener: the layers in
 * between do not wrap it, they add a step to it. Its octets are lent as `DeferredOctets` says.
 */
export class PendingReply extends Deferred<Reply> {
  /** What it is the reply to; another one only after `begin`. */
  query: Query;
  /**
   * What may still come for the same question, with a query of its own: set before the reply is given that says that nothing
   * has.
   */
  late: PendingReply | null = null;
  #first: ReplyStep | null = null;
  #second: ReplyStep | null = null;
  #isRefused = false;
  #error: unknown = null;
  /** @internal For `ClientLoads`: whose question it is, and its place in the list of that client's. */
  client = "";
  /** @internal */
  load: object | null = null;
  /** @internal */
  older: PendingReply | null = null;
  /** @internal */
  newer: PendingReply | null = null;

  /** The reply to `query`. */
  constructor(query: Query) {
    super();
    this.query = query;
    query.hold();
  }

  /** Begins anew, as the reply to another query: only where nobody holds it any more. */
  protected begin(query: Query): void {
    // hot path
    this.renew();
    this.query = query;
    this.late = null;
    this.#first = this.#second = null;
    this.#isRefused = false;
    this.#error = null;
    this.client = "";
    query.hold();
  }

  /** Whether the query was refused while it waited. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** Adds a step, behind those that there are: two at most. Returns this. */
  through(step: ReplyStep): this {
    if (this.#first === null) this.#first = step;
    else if (this.#second === null) this.#second = step;
    else throw new Error("A reply goes through two steps at most");
    return this;
  }

  /** Waits no longer: `refusal` is the reply, whatever comes. */
  refuse(refusal: Reply): void {
    this.#isRefused = true;
    const receiver = this.takeIn(refusal);
    if (receiver !== null) this.giveTo(receiver, refusal);
  }

  /** See `Sink`. */
  override arrived(reply: Reply): void {
    // hot path
    if (this.#isRefused) return this.#endLate();
    const receiver = this.takeIn(reply);
    if (receiver === null) return;
    // Not by way of `giveTo`: each layer of calls is one more on the way of every answer.
    const passed = this.#first === null ? reply : this.#passed(reply, null);
    if (passed === null) return receiver.failed(this.#error);
    try {
      receiver.arrived(passed);
    } catch (error) {
      receiver.failed(error);
    }
  }

  /** See `Sink`. */
  override failed(error: unknown): void {
    if (this.#isRefused) this.#endLate();
    else super.failed(error);
  }

  #endLate(): void {
    this.#first?.endedLate?.(this);
    this.#second?.endedLate?.(this);
  }

  /** See `Deferred`. */
  protected override kept(reply: Reply): Reply {
    reply.octets = reply.octets.slice();
    reply.response = null;
    return reply;
  }

  /** See `Deferred`. */
  protected override giveTo(receiver: Sink<Reply>, reply: Reply): void {
    const passed = this.#passed(reply, null);
    if (passed === null) receiver.failed(this.#error);
    else super.giveTo(receiver, passed);
  }

  /** See `Deferred`. */
  protected override failTo(receiver: Sink<Reply>, error: unknown): void {
    const passed = this.#passed(null, error);
    if (passed === null) receiver.failed(this.#error);
    else super.giveTo(receiver, passed);
  }

  /** What has become of a reply, or an error, behind all steps: what one throws is for the next. `null`: see `#error`. */
  #passed(reply: Reply | null, error: unknown): Reply | null {
    // hot path
    for (let step = this.#first; step !== null; step = step === this.#first ? this.#second : null) {
      try {
        reply = reply === null ? step.failed(this, error) : step.replied(this, reply);
      } catch (thrown) {
        reply = null;
        error = thrown;
      }
    }
    this.#error = error;
    return reply;
  }
}

/** What will bring the reply to `query`, as one object with steps: `source` itself when it is that. */
export function pendingFor(query: Query, source: PromiseLike<Reply>): PendingReply {
  // hot path
  if (source instanceof PendingReply && source.query === query) return source;
  const pending = new PendingReply(query);
  deliver(source, pending);
  return pending;
}
