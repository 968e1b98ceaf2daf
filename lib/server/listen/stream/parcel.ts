import { BufferPool } from "../../../base/octets/buffers.ts";
import { KIB } from "../../../base/units.ts";
import { frameOctetsOf, putFrame } from "../../../wire/stream_frames.ts";

/** Replies leave together up to so many octets; a longer one leaves alone. */
const PARCEL_OCTETS_MAX = 64 * KIB;
/** What there is room for at first: some sixty ordinary replies. */
const BUFFER_OCTETS = 4 * KIB;

/** For all connections: one on which nothing is to leave has none. */
const BUFFERS = new BufferPool(BUFFER_OCTETS);

/** Replies that leave a connection together, each behind its length. */
export class Parcel {
  #buffer = BUFFERS.take();
  #end = 0;
  #count = 0;

  /** How many replies there are in it. */
  get count(): number {
    return this.#count;
  }

  /** How long it is. */
  get lengthOctets(): number {
    return this.#end;
  }

  /** What is to be sent, until another reply is put in, or `release`. */
  get octets(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#end);
  }

  /** Whether `reply` may be put in. One always may. */
  hasRoomFor(reply: Uint8Array): boolean {
    // hot path
    return this.#count === 0 || this.#end + frameOctetsOf(reply) <= PARCEL_OCTETS_MAX;
  }

  /** Puts a copy of `reply` behind the others. */
  put(reply: Uint8Array): void {
    // hot path
    const start = this.#end;
    this.#end += frameOctetsOf(reply);
    if (this.#end > this.#buffer.length) this.#grow(start);
    putFrame(this.#buffer, start, reply);
    this.#count++;
  }

  /** Gives its memory back: nobody reads it any more. */
  release(): void {
    // hot path
    if (this.#buffer.length === BUFFER_OCTETS) BUFFERS.give(this.#buffer);
    this.#buffer = NOTHING;
  }

  #grow(usedOctets: number): void {
    const grown = new Uint8Array(Math.max(this.#end, 2 * this.#buffer.length));
    grown.set(this.#buffer.subarray(0, usedOctets));
    this.release();
    this.#buffer = grown;
  }
}

const NOTHING = new Uint8Array(0);
