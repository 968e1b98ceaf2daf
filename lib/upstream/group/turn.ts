import type { Receiver } from "../../base/later.ts";
import type { Upstream } from "../upstream.ts";
import type { UpstreamReply } from "../upstream_reply.ts";

/** Who asks upstreams in turn. */
export interface TurnOwner {
  /** One of them has replied. */
  replied(reply: UpstreamReply): void;
  /** One of them brings nothing. */
  failed(upstream: Upstream, error: unknown): void;
}

/** What comes of one upstream's turn in a race. */
export class Turn implements Receiver<Uint8Array<ArrayBuffer>> {
  readonly #owner: TurnOwner;
  readonly #upstream: Upstream;

  /** Tells `owner` what `upstream` says. */
  constructor(owner: TurnOwner, upstream: Upstream) {
    this.#owner = owner;
    this.#upstream = upstream;
  }

  /** See `Receiver`. */
  arrived(reply: Uint8Array<ArrayBuffer>): void {
    this.#owner.replied({ reply, upstream: this.#upstream });
  }

  /** See `Receiver`. */
  failed(error: unknown): void {
    this.#owner.failed(this.#upstream, error);
  }
}
