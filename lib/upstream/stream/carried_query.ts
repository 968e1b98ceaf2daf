import { AwaitedQuery } from "../matching/awaited_query.ts";
import type { Response } from "../../response/response.ts";
import type { StreamQuery } from "./stream_query.ts";

/** Whom a query that was sent tells what becomes of it. */
export interface CarriedQueryKeeper {
  /** Its reply has come, and is given to whoever waits for it next. */
  onReply(sent: CarriedQuery, response: Response): void;
  /** That has been done: there is room for another. */
  onTold(sent: CarriedQuery): void;
  /** It is given up. */
  onGone(sent: CarriedQuery): void;
}

/** A query on a connection. Nobody forges a reply who cannot read it: neither letter case nor a wrong cookie puts one in doubt. */
export class CarriedQuery extends AwaitedQuery {
  /** What was sent. */
  readonly query: StreamQuery;
  /** When. */
  readonly sentAtMs: number;
  readonly #keeper: CarriedQueryKeeper;

  /** `keeper` is told. */
  constructor(query: StreamQuery, sentAtMs: number, keeper: CarriedQueryKeeper) {
    super(query.question);
    this.query = query;
    this.sentAtMs = sentAtMs;
    this.#keeper = keeper;
  }

  /** See `AwaitedQuery`. */
  override get mindsCase(): boolean {
    return false;
  }

  /** See `AwaitedQuery`: the server's cookie is learned here, too. */
  override get mindsCookie(): boolean {
    return true;
  }

  /** See `AwaitedQuery`. */
  override onWrongCase(): void {}

  /** See `AwaitedQuery`. */
  override onWrongCookie(): void {}

  /** See `Sink`. */
  override arrived(response: Response): void {
    this.#keeper.onReply(this, response);
    const sink = this.query.takeIn();
    try {
      sink?.arrived(response);
    } catch (error) {
      sink?.failed(error);
    }
    this.#keeper.onTold(this);
  }

  /** See `Sink`. */
  override failed(): void {
    this.#keeper.onGone(this);
  }
}
