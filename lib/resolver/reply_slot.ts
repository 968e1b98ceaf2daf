import { ReusedOctets } from "../base/octets/reused_octets.ts";
import { UDP_PAYLOAD_OCTETS } from "../wire/edns/edns.ts";

/**
 * Octets for one reply over UDP, made once and written again and again: who knows the answer already writes it here, so
 * that it costs no memory. Belongs to a listener, which uses it for no other reply until this one has left.
 */
export class ReplySlot extends ReusedOctets {
  /** The same memory, 32 bits at a time, in the machine's order. */
  readonly words: Int32Array;
  /**
   * Whether another reply has left from here since the listener has given it away for a query. While one query is looked
   * at, another that waits may get its reply: what leaves first takes the slot, and the octets must stay as they are.
   */
  isTaken = false;

  /** In the first of `octets` as far as there is room for the largest reply that leaves over UDP; else in fresh ones. They begin at a whole word. */
  constructor(octets: Uint8Array<ArrayBuffer> = new Uint8Array(UDP_PAYLOAD_OCTETS)) {
    super(octets.subarray(0, UDP_PAYLOAD_OCTETS));
    this.words = new Int32Array(octets.buffer, octets.byteOffset, UDP_PAYLOAD_OCTETS / Int32Array.BYTES_PER_ELEMENT);
  }
}
