import { mayBeCached } from "../cache/may_be_cached.ts";
import type { Memory } from "../cache/memory.ts";
import type { Query } from "./query.ts";
import type { Reply, Resolver } from "./resolver.ts";

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
  resolve(query: Query): Reply | Promise<Reply> {
    const pending = this.#next.resolve(query);
    if (!mayBeCached(query.scan, query.wire)) return pending;
    return pending instanceof Promise ? this.#learnLater(query, pending) : this.#learn(query, pending);
  }

  async #learnLater(query: Query, pending: Promise<Reply>): Promise<Reply> {
    return this.#learn(query, await pending);
  }

  #learn({ wire, scan, extendedErrors }: Query, reply: Reply): Reply {
    return this.#memory.learn({ wire, scan, reply, extendedErrors });
  }
}
