/** By their memory, those whose views may be shortened; see `firstOf`. */
const shared = new WeakMap<ArrayBuffer, ReusedOctets>();

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

  /** A copy of `octets`; one with memory of its own where there is no room for it. */
  copyOf(octets: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    // hot path
    if (octets.length > this.octets.length) return octets.slice();
    const copy = this.first(octets.length);
    copy.set(octets);
    return copy;
  }

  /** Lets others who have a view of `first` get a shorter one; see `firstOf`. Needs memory of its own. Returns this. */
  share(): this {
    shared.set(this.octets.buffer, this);
    return this;
  }

  /** Whether `view` is one of `first`. */
  holds(view: Uint8Array): boolean {
    // hot path
    return this.#views[view.length] === view;
  }
}

/** The first `length` octets of `view`: without a new view where it belongs to octets that are shared. */
export function firstOf(view: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  // hot path
  const octets = shared.get(view.buffer);
  return octets !== undefined && octets.holds(view) ? octets.first(length) : view.subarray(0, length);
}
