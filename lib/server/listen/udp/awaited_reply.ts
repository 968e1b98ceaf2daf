import type { Sink } from "../../../base/deferred.ts";
import type { SocketAddress } from "../../../base/net/address.ts";
import type { PendingReply } from "../../../resolver/pending_reply.ts";
import type { Reply } from "../../../resolver/reply.ts";

/** Sends a reply that has been waited for. */
export interface SendsNow {
  /** Sends `reply`, which `later` has brought, to `peer`. */
  sendNow(reply: Reply, later: PendingReply, peer: SocketAddress): void;
}

/** Lets a listener send a reply that comes later. */
export class AwaitedReply implements Sink<Reply> {
  readonly #listener: SendsNow;
  readonly #later: PendingReply;
  readonly #peer: SocketAddress;
  readonly #release: () => void;

  /**
   * One for one query.
   *
   * @param release Gives back the octets that the query came in.
   */
  constructor(listener: SendsNow, later: PendingReply, peer: SocketAddress, release: () => void) {
    this.#listener = listener;
    this.#later = later;
    this.#peer = peer;
    this.#release = release;
  }

  /** See `Sink`. */
  arrived(reply: Reply): void {
    this.#release();
    this.#listener.sendNow(reply, this.#later, this.#peer);
  }

  /** See `Sink`. */
  failed(): void {
    // It never does; see `Server.handle`.
  }
}
