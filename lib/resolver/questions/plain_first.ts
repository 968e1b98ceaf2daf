import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";

/** What is left out for plain queries. */
export interface PlainFirstOptions {
  /** Gets those. */
  readonly next: Resolver;
  /** Gets all others: those that are about several types or names, or about this program. It asks `next` for what is left. */
  readonly others: Resolver;
}

/**
 * Lets queries that are as nearly all are past those who take care of others: each of these would look whether there is something
 * for it to do.
 */
export class PlainFirst implements Resolver {
  readonly #next: Resolver;
  readonly #others: Resolver;

  /** See {@linkcode PlainFirstOptions}. */
  constructor({ next, others }: PlainFirstOptions) {
    this.#next = next;
    this.#others = others;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    // hot path
    const isPlain = query.isPlain && query.otherTypes.length === 0;
    return isPlain ? this.#next.resolve(query) : this.#others.resolve(query);
  }
}
