import type { QueryTrace } from "./query_trace.ts";

/** Traces on their way from those that serve to whoever wants them. What nobody wants is forgotten. */
export class TraceFeed {
  readonly #takers = new Set<(trace: QueryTrace) => void>();

  /** Gives what comes from now on to `take` as well. Returns the function that ends it. */
  watch(take: (trace: QueryTrace) => void): () => void {
    this.#takers.add(take);
    return () => void this.#takers.delete(take);
  }

  /** A trace has come. */
  readonly give = (trace: QueryTrace): void => {
    for (const take of this.#takers) take(trace);
  };
}
