import { ReusedOctets } from "../base/reused_octets.ts";
import { UDP_PAYLOAD_OCTETS } from "../wire/edns.ts";
import type { Reply } from "./resolver.ts";

/**
 * Octets for one reply over UDP, made once and written again and again: who knows the answer already writes it here, so
 * that it costs no memory. Belongs to a listener, which uses it for no other reply until this one has left.
 */
export class ReplySlot extends ReusedOctets {
  /** With room for the largest reply that leaves over UDP. */
  constructor() {
    super(UDP_PAYLOAD_OCTETS);
  }

  /** Whether `reply` stands in this slot. */
  holds(reply: Reply): boolean {
    return reply.buffer === this.octets.buffer;
  }
}
