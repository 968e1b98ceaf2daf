import type { Receiver } from "../../base/later.ts";
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
export class CarriedQuery implements Receiver<Response> {
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

  /** See `Receiver`. */
  arrived(response: Response): void {
    this.#keeper.onReply(this, response);
  }

  /** See `Receiver`. */
  failed(): void {
    this.#keeper.onGone(this);
  }
}
