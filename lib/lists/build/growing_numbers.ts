const PIECE_MIN = 64;
const PIECE_MAX = 65_536;

/**
 * Numbers of 32 bits, as many as come. They stand in pieces, and are never moved: to copy ten million numbers takes the time of
 * many answers.
 */
export class GrowingNumbers {
  readonly #full: Uint32Array[] = [];
  #last = new Uint32Array(PIECE_MIN);
  /** Numbers in the last piece, and in those before it. */
  #used = 0;
  #before = 0;

  /** How many have come. */
  get length(): number {
    return this.#before + this.#used;
  }

  /** Those that have come, in their order. */
  get pieces(): readonly Uint32Array[] {
    return [...this.#full, this.#last.subarray(0, this.#used)];
  }

  /** Appends one. */
  push(number: number): void {
    // hot path
    if (this.#used === this.#last.length) this.#grow();
    this.#last[this.#used++] = number;
  }

  /** Writes all of them to the beginning of `target`. */
  copyTo(target: Uint32Array): void {
    let at = 0;
    for (const piece of this.pieces) {
      target.set(piece, at);
      at += piece.length;
    }
  }

  #grow(): void {
    this.#full.push(this.#last);
    this.#before += this.#used;
    this.#last = new Uint32Array(Math.min(PIECE_MAX, 2 * this.#last.length));
    this.#used = 0;
  }
}
