import { deliver, LaterOctets } from "../../base/later.ts";
import { mayBeCached } from "../../cache/may_be_cached.ts";
import type { Memory } from "../../cache/memory.ts";
import { variantOf } from "../../cache/variant.ts";
import { isUsefulReply } from "../../response/reply_kind.ts";
import { Response } from "../../response/response.ts";
import type { LateAnswer, Query } from "../query.ts";
import type { Reply, Resolver } from "../resolver.ts";

/**
 * Teaches the cache what the upstreams say. Stands behind all that lets questions share an exchange, so that each answer
 * is learned once, and nothing of our own making (a refusal, a merged message) ever is.
 */
export class Remember implements Resolver {
  readonly #next: Resolver;
  readonly #memory: Memory;

  /** Learns what `next` says into `memory`. */
  constructor({ next, memory }: { next: Resolver; memory: Memory }) {
    this.#next = next;
    this.#memory = memory;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    const reply = this.#next.resolve(query);
    if (!mayBeCached(query.scan, query.wire)) return reply;
    if (reply instanceof Uint8Array) return learn(this.#memory, query, reply);
    const learning = new Learning(this.#memory, query);
    deliver(reply, learning);
    return learning;
  }
}

/** Learns a reply on its way. */
class Learning extends LaterOctets {
  readonly #memory: Memory;
  readonly #query: Query;

  constructor(memory: Memory, query: Query) {
    super();
    this.#memory = memory;
    this.#query = query;
  }

  override arrived(reply: Reply): void {
    const learned = learn(this.#memory, this.#query, reply);
    const { late } = this.#query;
    if (late !== null) this.#query.late = { query: late.query, reply: new LateLearning(this.#memory, late) };
    super.arrived(learned);
  }
}

/** Learns what comes when the failure has been learned already. */
class LateLearning extends LaterOctets {
  readonly #memory: Memory;
  readonly #query: Query;

  constructor(memory: Memory, { query, reply }: LateAnswer) {
    super();
    this.#memory = memory;
    this.#query = query;
    deliver(reply, this);
  }

  override arrived(reply: Reply): void {
    // RFC 9520 §3.2: one failure, however long it was waited for.
    super.arrived(isUsefulReply(reply) ? learn(this.#memory, this.#query, reply) : reply);
  }
}

/** What is no upstream's response, in the form of one. Used anew for each. */
const own = new Response();

function learn(memory: Memory, query: Query, reply: Reply): Reply {
  const { wire, scan, key, extendedErrors, mustNotBeKept } = query;
  // A failure would be everybody's (RFC 9520 §3.2), and some can do with what fits into a datagram. A denial that was not
  // put to the test would be everybody's for hours.
  if (mustNotBeKept) return reply;
  const response = query.response ?? own;
  if (response === own) own.read(reply);
  return memory.learn({ wire, scan, key, variant: variantOf(scan, query.view), response, extendedErrors });
}
