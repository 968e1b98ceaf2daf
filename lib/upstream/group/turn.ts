import type { Receiver } from "../../base/later.ts";
import type { Response } from "../../response/response.ts";
import type { Upstream } from "../upstream.ts";

/** Who asks upstreams in turn. */
export interface TurnOwner {
  /** One of them has replied. */
  replied(upstream: Upstream, response: Response): void;
  /** One of them brings nothing. */
  failed(upstream: Upstream, error: unknown): void;
}

/** What comes of one upstream's turn in a race. */
export class Turn implements Receiver<Response> {
  readonly #owner: TurnOwner;
  readonly #upstream: Upstream;

  /** Tells `owner` what `upstream` says. */
  constructor(owner: TurnOwner, upstream: Upstream) {
    this.#owner = owner;
    this.#upstream = upstream;
  }

  /** See `Receiver`. */
  arrived(response: Response): void {
    response.upstream = this.#upstream;
    this.#owner.replied(this.#upstream, response);
  }

  /** See `Receiver`. */
  failed(error: unknown): void {
    this.#owner.failed(this.#upstream, error);
  }
}
