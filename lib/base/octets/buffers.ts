/** Buffers kept for the next burst; more than this many are left to the garbage collector. */
const KEPT_MAX = 256;

/**
 * Receive buffers of one size. A query that is answered at once leaves its buffer with the socket's loop; one that waits
 * for an upstream takes the buffer along, and the loop takes another from here: no datagram is ever copied.
 */
export class BufferPool {
  readonly #sizeOctets: number;
  readonly #free: Uint8Array<ArrayBuffer>[] = [];

  /** All buffers have `sizeOctets`. */
  constructor(sizeOctets: number) {
    this.#sizeOctets = sizeOctets;
  }

  /** A buffer with unspecified content; the caller owns it until `give`. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#free.pop() ?? new Uint8Array(this.#sizeOctets);
  }

  /** Returns a buffer of `take`. The caller must not touch it, or any view of it, any more. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#free.length < KEPT_MAX) this.#free.push(buffer);
  }
}
