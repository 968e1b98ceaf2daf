/** What is held while little comes. */
const OCTETS_MIN = 2048;

/** What has come on a connection and was not looked at yet. Each part is looked at where it lies, and may not be kept. */
export class OctetsIn {
  /** What has come is from `start` to `end`. */
  octets: Uint8Array<ArrayBuffer> = new Uint8Array(OCTETS_MIN);
  /** Where what was not looked at yet begins. */
  start = 0;
  /** Where it ends. */
  end = 0;
  readonly #octetsMax: number;
  #wasFull = false;

  /** Holds `octetsMax` at most; who waits for more waits for ever. */
  constructor(octetsMax: number) {
    this.#octetsMax = octetsMax;
  }

  /** Octets that were not looked at yet. */
  get length(): number {
    return this.end - this.start;
  }

  /** Where the next octets may be written; never empty as long as what is looked at fits. Views of `octets` are good until then. */
  space(): Uint8Array<ArrayBuffer> {
    if (this.start === this.end) this.start = this.end = 0;
    const { length } = this.octets;
    if (this.#wasFull || this.end === length) this.#makeRoom(this.#wasFull ? length * 2 : length);
    return this.octets.subarray(this.end);
  }

  /** So many octets were written there. */
  filled(count: number): void {
    this.end += count;
    // There was more, probably.
    this.#wasFull = this.end === this.octets.length && this.octets.length < this.#octetsMax;
  }

  #makeRoom(wanted: number): void {
    const { octets, start, end } = this;
    if (wanted > octets.length) this.octets = new Uint8Array(Math.min(wanted, this.#octetsMax));
    this.octets.set(octets.subarray(start, end));
    this.#wasFull = false;
    this.end = end - start;
    this.start = 0;
  }
}
