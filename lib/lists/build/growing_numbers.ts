const LENGTH_MIN = 64;

/** Numbers of 32 bits, as many as come. */
export class GrowingNumbers {
  #numbers = new Uint32Array(LENGTH_MIN);
  #length = 0;

  /** How many have come. */
  get length(): number {
    return this.#length;
  }

  /** Those that have come: the same memory. */
  get all(): Uint32Array<ArrayBuffer> {
    return this.#numbers.subarray(0, this.#length);
  }

  /** Appends one. */
  push(number: number): void {
    // hot path
    if (this.#length === this.#numbers.length) this.#grow();
    this.#numbers[this.#length++] = number;
  }

  #grow(): void {
    const numbers = new Uint32Array(2 * this.#length);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }
}
