import { type ByteStream, writeAll } from "../../base/net/byte_stream.ts";

const OCTETS_MIN = 1024;
/** A buffer that has grown beyond it is given back when it is empty. */
const KEPT_OCTETS_MAX = 65_536;

/** What octets that leave are told to. */
export interface OctetsOutOptions {
  /** Where they go. Stays its owner's. */
  readonly socket: Pick<ByteStream, "write">;
  /** Some have left. */
  readonly onSent: () => void;
  /** They cannot leave any more: the connection is broken. Told once. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * What is to leave on a connection. What is put there in one turn leaves in one write; what is put there while a write is under
 * way leaves with the next one. Two buffers take turns.
 */
export class OctetsOut {
  readonly #options: OctetsOutOptions;
  readonly #flush: () => void;
  /** Where `reserve` has made room: to be written to from `length` on. */
  octets: Uint8Array<ArrayBuffer> = new Uint8Array(OCTETS_MIN);
  #spare: Uint8Array<ArrayBuffer> = new Uint8Array(OCTETS_MIN);
  #length = 0;
  #writingOctets = 0;
  #isFlushing = false;
  #isClosed = false;
  #afterLast: (() => void) | null = null;

  /** See {@linkcode OctetsOutOptions}. */
  constructor(options: OctetsOutOptions) {
    this.#options = options;
    this.#flush = () => void this.#send();
  }

  /** Octets that have not left. */
  get waitingOctets(): number {
    return this.#length + this.#writingOctets;
  }

  /** Makes room for so many octets more, which leave soon. Returns from where on in `octets` they are to be written, at once. */
  reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.octets.length) this.#grow(at);
    if (!this.#isFlushing && !this.#isClosed) {
      this.#isFlushing = true;
      queueMicrotask(this.#flush);
    }
    return at;
  }

  /** Puts a copy of `octets` behind the others. */
  put(octets: Uint8Array): void {
    const at = this.reserve(octets.length);
    this.octets.set(octets, at);
  }

  /** Calls `then` when all that is there now, and comes until then, has left; or at once. */
  afterLast(then: () => void): void {
    if (this.waitingOctets === 0 || this.#isClosed) then();
    else this.#afterLast = then;
  }

  /** Lets nothing leave any more. */
  close(): void {
    this.#isClosed = true;
    this.#length = 0;
  }

  async #send(): Promise<void> {
    while (this.#length > 0 && !this.#isClosed) {
      const full = this.octets;
      const { length } = this;
      this.octets = this.#spare;
      this.#writingOctets = length;
      this.#length = 0;
      try {
        await writeAll(this.#options.socket, full.subarray(0, length));
      } catch (error) {
        this.#writingOctets = 0;
        if (!this.#isClosed) this.#options.onFailure(error);
        return;
      }
      this.#spare = full.length > KEPT_OCTETS_MAX ? new Uint8Array(OCTETS_MIN) : full;
      this.#writingOctets = 0;
      if (!this.#isClosed) this.#options.onSent();
    }
    this.#isFlushing = false;
    if (this.waitingOctets === 0) this.#afterLast?.();
  }

  /** Octets that wait in `octets`. */
  get length(): number {
    return this.#length;
  }

  #grow(used: number): void {
    const larger = new Uint8Array(Math.max(this.#length, 2 * this.octets.length));
    larger.set(this.octets.subarray(0, used));
    this.octets = larger;
  }
}
