import type { ConnectionLimits } from "./connection_limits.ts";
import type { StreamQuery } from "../stream_query.ts";

/** Queries that wait for a connection, the first one first. Those that are settled are taken out when they are met. */
export class WaitingQueries {
  readonly #queries = new Set<StreamQuery>();

  /** Whether there is any, settled or not. */
  get hasAny(): boolean {
    return this.#queries.size > 0;
  }

  /** It waits from now on, behind the others. */
  add(query: StreamQuery): void {
    this.#queries.add(query);
  }

  /** It has found one. */
  take(query: StreamQuery): void {
    this.#queries.delete(query);
  }

  /** Whether it waits. */
  has(query: StreamQuery): boolean {
    return this.#queries.has(query);
  }

  /** Those that are still to be sent. They may be taken meanwhile. */
  *open(): Iterable<StreamQuery> {
    for (const query of this.#queries) {
      if (query.isClosed) this.#queries.delete(query);
      else yield query;
    }
  }

  /** Connections that they could do with, up to as many as there may be. */
  connectionsWanted({ queriesMax, parallelMax }: Pick<ConnectionLimits, "queriesMax" | "parallelMax">): number {
    let shared = 0;
    let apart = 0;
    for (const { isApart } of this.open()) {
      if (isApart) apart++;
      else shared++;
      if (apart + shared / queriesMax >= parallelMax) break;
    }
    return apart + (shared === 0 ? 0 : Math.max(1, Math.ceil(shared / queriesMax)));
  }

  /** Fails what waits for a connection and for nothing else: those that were sent before are waited for where they were sent. */
  fail(error: Error): void {
    const queries = [...this.#queries];
    this.#queries.clear();
    for (const query of queries) if (query.openCount === 0) query.failed(error);
  }
}
