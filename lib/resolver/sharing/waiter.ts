import { PendingReply } from "../pending_reply.ts";
import type { Reply } from "../reply.ts";

/** The reply to a query that waits for an exchange which it shares with others. */
export class Waiter extends PendingReply {
  /** The exchange has brought a reply, of which `octets`, which are this query's alone, are a copy. */
  answered(reply: Reply, octets: Uint8Array<ArrayBuffer>): void {
    // One that was refused has been answered.
    this.arrived(this.isRefused ? this.query.reply : this.query.reply.repeat(reply, octets));
  }
}
