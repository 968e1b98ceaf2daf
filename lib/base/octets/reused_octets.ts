/** Octets that are made once and written again and again, with views of them that are made once, too. */
export class ReusedOctets {
  /** All of them. */
  readonly octets: Uint8Array<ArrayBuffer>;
  /** By length; a fresh view each time is dear: 80 → 3 ns. */
  readonly #views: (Uint8Array<ArrayBuffer> | undefined)[] = [];

  /** Uses `octets`; nobody else is to write there. */
  constructor(octets: Uint8Array<ArrayBuffer>) {
    this.octets = octets;
  }

  /** The first `length` octets, at most as many as there are. The same object each time for the same length. */
  first(length: number): Uint8Array<ArrayBuffer> {
    // hot path
    const kept = this.#views[length];
    if (kept !== undefined) return kept;
    // No holes: an array that grows by one at a time stays a fast one.
    while (this.#views.length <= length) this.#views.push(undefined);
    return this.#views[length] = this.octets.subarray(0, length);
  }

  /** Whether `view` is one of `first`. */
  holds(view: Uint8Array): boolean {
    // hot path
    return this.#views[view.length] === view;
  }
}
