import type { SocketAddress } from "../../../base/net/address.ts";
import type { ReplySlot } from "../../../resolver/reply_slot.ts";

/** Sends replies to clients over one socket, and owns the slot that the next one may be written into. */
export interface ReplySender {
  /** Free until the next `send`. */
  readonly slot: ReplySlot;
  /**
   * Sends `reply`, which stands in `slot` or in octets that nobody touches any more, soon: see `flush`.
   * Does not wait.
   */
  send(reply: Uint8Array<ArrayBuffer>, peer: SocketAddress): void;
  /**
   * Lets everything leave that does not do so by itself at the end of this turn. To be called after `send`, but for what
   * a burst of datagrams leaves: whoever reads it sends it.
   */
  flush(): void;
  /** Resolves when every reply has left. */
  idle(): Promise<void>;
}
