import { UDP_PAYLOAD_OCTETS } from "../wire/edns.ts";
import type { Reply } from "./resolver.ts";

/**
 * Octets for one reply over UDP, made once and written again and again: who knows the answer already writes it here, so
 * that it costs no memory. Belongs to a listener, which uses it for no other reply until this one has left.
 */
export class ReplySlot {
  /** Room for the largest reply that leaves over UDP. */
  readonly octets: Reply = new Uint8Array(UDP_PAYLOAD_OCTETS);
  /** By length; replies of one length share a view. */
  readonly #views: (Reply | undefined)[] = new Array(UDP_PAYLOAD_OCTETS + 1).fill(undefined);

  /** The first `length` octets as a reply; at most as many as there are. */
  first(length: number): Reply {
    // hot path
    return this.#views[length] ??= this.octets.subarray(0, length);
  }

  /** Whether `reply` stands in this slot. */
  holds(reply: Reply): boolean {
    return reply.buffer === this.octets.buffer;
  }
}
