import { ReusedOctets } from "../base/octets/reused_octets.ts";
import { BARE_OPT_OCTETS, UDP_PAYLOAD_OCTETS } from "../wire/edns/edns.ts";

/**
 * Octets for one reply of a size that leaves over UDP, made once and written again and again: who knows the answer already
 * writes it here, so that it costs no memory. Belongs to a listener, which uses it for no other reply until this one has left,
 * or stands where it leaves from.
 */
export class ReplySlot extends ReusedOctets {
  /** The same memory, 32 bits at a time, in the machine's order. */
  readonly words: Int32Array;
  /**
   * Whether another reply has left from here since the listener has given it away for a query. While one query is looked
   * at, another that waits may get its reply: what leaves first takes the slot, and the octets must stay as they are.
   */
  isTaken = false;
  /** The longest reply for which there is room, with our OPT record behind it. */
  readonly bodyOctetsMax: number;

  /** In the first of `octets` as far as there is room for the largest reply that leaves over UDP; else in fresh ones. They begin at a whole word. */
  constructor(octets: Uint8Array<ArrayBuffer> = new Uint8Array(UDP_PAYLOAD_OCTETS)) {
    super(octets.subarray(0, UDP_PAYLOAD_OCTETS));
    this.words = new Int32Array(octets.buffer, octets.byteOffset, UDP_PAYLOAD_OCTETS / Int32Array.BYTES_PER_ELEMENT);
    this.bodyOctetsMax = this.octets.length - BARE_OPT_OCTETS;
  }
}

/** What says where a reply may stand that is known at once. */
export interface Slotted {
  /** See `Query`. */
  readonly slot: ReplySlot | null;
  /** See `Query`. */
  readonly bodyOctetsMax: number;
}

/** The query's slot for a reply that fits there as it is; `null` where there is none: what has to be cut takes the longer way. */
export function slotFor(query: Slotted, lengthOctets: number): ReplySlot | null {
  // hot path
  const { slot } = query;
  if (slot === null || slot.isTaken || lengthOctets > slot.bodyOctetsMax) return null;
  return lengthOctets > query.bodyOctetsMax ? null : slot;
}

/** Octets for a reply that is known at once: those of the slot, see `slotFor`, or fresh ones. */
export function octetsFor(query: Slotted, lengthOctets: number): Uint8Array<ArrayBuffer> {
  // hot path
  return slotFor(query, lengthOctets)?.first(lengthOctets) ?? new Uint8Array(lengthOctets);
}
