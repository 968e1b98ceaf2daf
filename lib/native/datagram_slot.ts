import { ReusedOctets } from "../base/octets/reused_octets.ts";
import { KernelBuffer } from "./kernel/kernel_buffer.ts";

/** Octets of a datagram at most; what is longer is cut off. RFC 6891 §6.2.5: 4096 is what EDNS expects. */
export const SLOT_OCTETS = 4096;

/** Views up to this length are kept. Queries are shorter; replies of upstreams are copied anyway. */
const KEPT_VIEW_OCTETS_MAX = 256;

/** Memory for one datagram, and views of it. */
export class DatagramSlot {
  /** The memory. */
  readonly memory: KernelBuffer = new KernelBuffer(SLOT_OCTETS);
  /** Gives it back to whom it belongs. Made once, not for each datagram. */
  readonly giveBack: () => void;
  readonly #short = new ReusedOctets(this.memory.octets).share();

  /** A slot of `owner`. */
  constructor(owner: { takeBack(slot: DatagramSlot): void }) {
    this.giveBack = () => owner.takeBack(this);
  }

  /** The first `lengthOctets` octets. The same object each time for the same length, if short. */
  view(lengthOctets: number): Uint8Array<ArrayBuffer> {
    // hot path
    if (lengthOctets > KEPT_VIEW_OCTETS_MAX) return this.memory.octets.subarray(0, lengthOctets);
    return this.#short.first(lengthOctets);
  }
}
