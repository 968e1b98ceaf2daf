import type { RandomSource } from "../runtime.ts";

const BUFFER_OCTETS = 4096;

/**
 * Random numbers drawn from a cryptographic source a buffer at a time: one call into the system per thousand query IDs
 * instead of one each (RFC 5452 §9.2 asks for unpredictable IDs, not for dear ones).
 */
export class Random {
  readonly #source: RandomSource;
  readonly #buffer = new Uint8Array(BUFFER_OCTETS);
  #position = BUFFER_OCTETS;

  /** Draws from `source` when its own octets are used up. */
  constructor(source: RandomSource) {
    this.#source = source;
  }

  /** A number of 0–65535, each equally likely. */
  uint16(): number {
    return (this.#octet() << 8) | this.#octet();
  }

  /** A whole number of 0 to `limit` − 1, each equally likely. `limit` is 1–65536. */
  below(limit: number): number {
    // Rejecting the uneven rest keeps every outcome equally likely; a plain remainder would favour the small ones.
    const fair = 65536 - (65536 % limit);
    for (;;) {
      const value = this.uint16();
      if (value < fair) return value % limit;
    }
  }

  #octet(): number {
    if (this.#position === BUFFER_OCTETS) {
      this.#source.fill(this.#buffer);
      this.#position = 0;
    }
    return this.#buffer[this.#position++]!;
  }
}
