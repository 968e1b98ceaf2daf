import type { Query } from "./query.ts";
import type { Reply } from "./reply.ts";
import type { Resolver } from "./resolver.ts";

/** Puts all queries into one view; where that is 0 they are in it by themselves. */
export class FixedView implements Resolver {
  readonly #next: Resolver;
  readonly #view: number;

  /** See `Query.view`. */
  constructor({ next, view }: { next: Resolver; view: number }) {
    this.#next = next;
    this.#view = view;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    // hot path
    query.view = this.#view;
    return this.#next.resolve(query);
  }
}
