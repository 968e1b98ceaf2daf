/** Clients of whom something is kept; one takes the place of another now and then. */
const KEPT = 2048;
/** Octets of an address, at most. */
const ADDRESS_OCTETS = 16;

/** What was made of clients that have asked of late, by their octets: found again without making anything. */
export class RecentClients<T> {
  readonly #make: (client: Uint8Array<ArrayBuffer>) => T;
  readonly #keys = new Uint8Array(KEPT * ADDRESS_OCTETS);
  /** Octets of each key, and 1; 0 for none. */
  readonly #lengths = new Uint8Array(KEPT);
  readonly #made: (T | undefined)[] = Array(KEPT).fill(undefined);

  /** `make` is given a copy. */
  constructor(make: (client: Uint8Array<ArrayBuffer>) => T) {
    this.#make = make;
  }

  /** What was made of the first `length` octets, at most 16. */
  of(client: Uint8Array<ArrayBuffer>, length: number): T {
    // hot path
    let hash = length;
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ client[i]!, 0x0100_0193);
    const slot = (hash ^ (hash >>> 15)) & (KEPT - 1);
    const start = slot * ADDRESS_OCTETS;
    let isKept = this.#lengths[slot] === length + 1;
    for (let i = 0; isKept && i < length; i++) isKept = this.#keys[start + i] === client[i];
    if (isKept) return this.#made[slot]!;
    const copy = client.slice(0, length);
    this.#keys.set(copy, start);
    this.#lengths[slot] = length + 1;
    return this.#made[slot] = this.#make(copy);
  }

  /** Forgets all of them. */
  clear(): void {
    this.#lengths.fill(0);
    this.#made.fill(undefined);
  }
}
