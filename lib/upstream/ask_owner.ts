import type { Response } from "../response/response.ts";
import { DeferredResponse } from "./matching/deferred_response.ts";

/** Whom an `Upstream` tells what comes of a query. */
export interface AskOwner<Upstream> {
  /** It has replied; the response is lent. */
  replied(upstream: Upstream, response: Response): void;
  /** It brings nothing. */
  failed(upstream: Upstream, error: unknown): void;
}

/** Gives what comes of a query to whoever awaits it. */
export class LaterAnswer<Upstream> implements AskOwner<Upstream> {
  /** What comes of it. */
  readonly response: DeferredResponse = new DeferredResponse();

  /** See `AskOwner`. */
  replied(_upstream: Upstream, response: Response): void {
    this.response.arrived(response);
  }

  /** See `AskOwner`. */
  failed(_upstream: Upstream, error: unknown): void {
    this.response.failed(error);
  }
}
