import { uint16At } from "../octets.ts";

const LENGTH_OCTETS = 2;
const FRAME_OCTETS_MAX = LENGTH_OCTETS + 0xffff;
const EMPTY = new Uint8Array(0);

/**
 * The one message of a stream that has no other: it stands there behind its length in two octets (RFC 9250 §4.2), in as many
 * pieces as the stream comes in.
 */
export class LoneMessage {
  #octets: Uint8Array<ArrayBuffer> = EMPTY;
  #length = 0;

  /** Octets that have come. */
  get octetCount(): number {
    return this.#length;
  }

  /**
   * Adds what has come, which belongs to this object from then on. What is behind the message is not kept, but counted.
   */
  add(octets: Uint8Array<ArrayBuffer>): void {
    if (this.#length === 0) {
      // It has come in one piece, nearly always.
      this.#octets = octets;
      this.#length = octets.length;
      return;
    }
    const from = this.#length;
    this.#length += octets.length;
    if (from >= FRAME_OCTETS_MAX) return;
    if (this.#length > this.#octets.length) this.#grow(from);
    this.#octets.set(octets.subarray(0, this.#octets.length - from), from);
  }

  /** The message, a view of what was added, once all of it has come; `null` before. */
  get message(): Uint8Array<ArrayBuffer> | null {
    const end = this.#end;
    return end === null || this.#length < end ? null : this.#octets.subarray(LENGTH_OCTETS, end);
  }

  /** Whether more has come than one message. */
  get isOverfull(): boolean {
    const end = this.#end;
    return end !== null && this.#length > end;
  }

  get #end(): number | null {
    return this.#length < LENGTH_OCTETS ? null : LENGTH_OCTETS + uint16At(this.#octets, 0);
  }

  #grow(from: number): void {
    // Not at once as long as it says that it is: it may say so and send nothing.
    const grown = new Uint8Array(Math.min(FRAME_OCTETS_MAX, Math.max(this.#length, 2 * this.#octets.length)));
    grown.set(this.#octets.subarray(0, from));
    this.#octets = grown;
  }
}
