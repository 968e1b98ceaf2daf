/** Fingerprints that share a place. */
const WAYS = 8;
/** What a hash takes that is remembered. */
export const GHOST_OCTETS: number = Uint16Array.BYTES_PER_ELEMENT;

/**
 * Remembers the hashes of entries that went without having been asked for again; the oldest are forgotten first. A hash
 * has one place among many, and a place keeps the fingerprints of the last eight that fell there. Two octets each, so one
 * in thousands is remembered wrongly: a name gets its chance too early.
 */
export class Ghosts {
  readonly #fingerprints: Uint16Array;
  readonly #placeMask: number;

  /** Remembers about `count` hashes, a power of two and at least 8. */
  constructor(count: number) {
    this.#fingerprints = new Uint16Array(count);
    this.#placeMask = count / WAYS - 1;
  }

  /** Remembers a hash. */
  add(hash: number): void {
    const place = this.#placeOf(hash);
    this.#fingerprints.copyWithin(place + 1, place, place + WAYS - 1);
    this.#fingerprints[place] = fingerprintOf(hash);
  }

  /** Whether a hash is remembered. It is forgotten. */
  take(hash: number): boolean {
    const place = this.#placeOf(hash);
    const fingerprint = fingerprintOf(hash);
    for (let i = place; i < place + WAYS; i++) {
      if (this.#fingerprints[i] !== fingerprint) continue;
      this.#fingerprints[i] = 0;
      return true;
    }
    return false;
  }

  /** Forgets all. */
  clear(): void {
    this.#fingerprints.fill(0);
  }

  #placeOf(hash: number): number {
    return (hash & this.#placeMask) * WAYS;
  }
}

/** Of the end of the hash that says nothing about the place; never 0, which stands for none. */
function fingerprintOf(hash: number): number {
  return (hash >>> 16) || 1;
}
