import type { CarriedQuery } from "./carried_query.ts";
import type { StreamQuery } from "./stream_query.ts";

/** Queries that have no reply from one connection, in the order in which they were sent there. */
export class SentQueries {
  readonly #sent = new Map<StreamQuery, CarriedQuery>();

  /** How many, those included that have a reply from elsewhere. */
  get count(): number {
    return this.#sent.size;
  }

  /** The first of those that wait and have no reply from elsewhere. */
  get oldest(): CarriedQuery | null {
    for (const sent of this.#sent.values()) {
      if (!sent.query.isSettled) return sent;
      this.#sent.delete(sent.query);
    }
    return null;
  }

  /** Those that have no reply from elsewhere either. */
  get unanswered(): StreamQuery[] {
    return [...this.#sent.keys()].filter((query) => !query.isSettled);
  }

  /** Whether a query is one of them. */
  has(query: StreamQuery): boolean {
    return this.#sent.has(query);
  }

  /** One is sent. */
  add(sent: CarriedQuery): void {
    this.#sent.set(sent.query, sent);
  }

  /** Nothing more comes of one, or its reply has come. */
  remove({ query }: CarriedQuery): void {
    this.#sent.delete(query);
    query.openCount--;
  }

  /** Nothing more comes of any. */
  clear(): void {
    this.#sent.clear();
  }
}
