import type { Sink } from "../../base/deferred.ts";
import type { Response } from "../../response/response.ts";
import type { StreamQuery } from "./stream_query.ts";

/** Whom a query that was sent tells what becomes of it. */
export interface CarriedQueryKeeper {
  /** Its reply has come. */
  onReply(sent: CarriedQuery, response: Response): void;
  /** It is given up. */
  onGone(sent: CarriedQuery): void;
}

/** A query on a connection. */
export class CarriedQuery implements Sink<Response> {
  /** What was sent. */
  readonly query: StreamQuery;
  /** When. */
  readonly sentAtMs: number;
  readonly #keeper: CarriedQueryKeeper;

  /** `keeper` is told. */
  constructor(query: StreamQuery, sentAtMs: number, keeper: CarriedQueryKeeper) {
    this.query = query;
    this.sentAtMs = sentAtMs;
    this.#keeper = keeper;
  }

  /** See `Sink`. */
  arrived(response: Response): void {
    this.#keeper.onReply(this, response);
  }

  /** See `Sink`. */
  failed(): void {
    this.#keeper.onGone(this);
  }
}
