const NAMED_MAX = 3;

/** Lines of a file that say nothing that can be used: how many, and where to look. */
export class BadLines {
  #count = 0;
  readonly #first: number[] = [];

  /** Line `number`, from 1, is one. */
  add(number: number): void {
    if (this.#first.at(-1) === number) return;
    if (this.#count++ < NAMED_MAX) this.#first.push(number);
  }

  /** How many. */
  get count(): number {
    return this.#count;
  }

  /** `2 lines are left out (lines 3, 7)`; empty for none. */
  get text(): string {
    if (this.#count === 0) return "";
    const lines = this.#count === 1 ? "1 line is" : `${this.#count} lines are`;
    return `${lines} left out (line ${this.#first.join(", ")}${this.#count > NAMED_MAX ? " …" : ""})`;
  }
}
