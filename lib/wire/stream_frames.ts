import { putUint16, uint16At } from "./octets.ts";
import { WireFormatError } from "./wire_format_error.ts";

const LENGTH_OCTETS = 2;
const INITIAL_OCTETS = 1024;
/** The longest message with its length; what a read brings beyond it stays in the socket. */
const FRAME_OCTETS_MAX = LENGTH_OCTETS + 0xffff;

/**
 * Cuts a stream into messages: each is preceded by its length in two octets (RFC 1035 §4.2.2). Read into `space()`, tell
 * with `filled()` how much came, then `take()`, or `lend()`, messages until there is none.
 */
export class StreamFrames {
  #buffer = new Uint8Array(INITIAL_OCTETS);
  /** What was not taken: from here to there. */
  #start = 0;
  #end = 0;

  /** Where the next octets of the stream go. Never empty as long as every message is taken. What was lent is overwritten. */
  space(): Uint8Array<ArrayBuffer> {
    // hot path
    this.#makeRoom();
    if (this.#end === 0) return this.#buffer;
    if (this.#end === this.#buffer.length) this.#grow();
    return this.#buffer.subarray(this.#end);
  }

  /** Tells that `count` octets have been written into `space()`. */
  filled(count: number): void {
    this.#end += count;
  }

  /**
   * A copy of the next whole message, or `null` when more octets are needed.
   *
   * @throws {WireFormatError} when a length of zero is announced: nothing sensible can follow.
   */
  take(): Uint8Array<ArrayBuffer> | null {
    // hot path
    const start = this.#start + LENGTH_OCTETS;
    return this.#next() ? this.#buffer.slice(start, this.#start) : null;
  }

  /** The same as a view, which may be edited, and is good until `space()` is called. */
  lend(): Uint8Array<ArrayBuffer> | null {
    // hot path
    const start = this.#start + LENGTH_OCTETS;
    return this.#next() ? this.#buffer.subarray(start, this.#start) : null;
  }

  /** Goes on to the end of the next message, if all of it is there. */
  #next(): boolean {
    // hot path
    const start = this.#start + LENGTH_OCTETS;
    if (this.#end < start) return false;
    const messageOctets = uint16At(this.#buffer, this.#start);
    if (messageOctets === 0) throw new WireFormatError("Message of length 0 in a stream");
    if (this.#end < start + messageOctets) return false;
    this.#start = start + messageOctets;
    return true;
  }

  #makeRoom(): void {
    // hot path
    if (this.#start === 0) return;
    // Mostly whole messages have come, and there is nothing to move.
    if (this.#start < this.#end) this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    // A connection that has brought one long message does not keep the room for it as long as it lives.
    if (this.#end === 0 && this.#buffer.length > INITIAL_OCTETS) this.#buffer = new Uint8Array(INITIAL_OCTETS);
  }

  #grow(): void {
    const grown = new Uint8Array(Math.min(FRAME_OCTETS_MAX, 4 * this.#buffer.length));
    grown.set(this.#buffer);
    this.#buffer = grown;
  }
}

/** `message` preceded by its length: one buffer, so that both leave in one segment (RFC 7766 §8). */
export function toFrame(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(frameOctetsOf(message));
  putFrame(frame, 0, message);
  return frame;
}

/** The octets that `message` takes with its length. */
export function frameOctetsOf(message: Uint8Array): number {
  // hot path
  return LENGTH_OCTETS + message.length;
}

/** Writes `message` to `at`, preceded by its length. */
export function putFrame(octets: Uint8Array, at: number, message: Uint8Array): void {
  // hot path
  putUint16(octets, at, message.length);
  octets.set(message, at + LENGTH_OCTETS);
}
