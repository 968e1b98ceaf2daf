/** Views that are known again; of those that nothing has asked for meanwhile, the oldest is forgotten first. */
const VIEWS_MAX = 1024;
/** See `Query.view`. */
const NUMBER_MAX = 0x3f_ffff;

/**
 * Numbers of views, see `Query.view`: whoever is given the same answers has the same number, from one configuration to the next.
 * So what is remembered is found again when a file has been reordered and groups have other names, and is not when a group asks
 * others than before.
 */
export class Views {
  readonly #numbers = new Map<string, number>();
  #last = -1;

  /** The number for those who are given the answers of `identity`; the first one is 0. */
  of(identity: string): number {
    const known = this.#numbers.get(identity);
    // Those who are asked for go to the end.
    this.#numbers.delete(identity);
    const number = known ?? this.#next();
    this.#numbers.set(identity, number);
    return number;
  }

  #next(): number {
    if (this.#numbers.size >= VIEWS_MAX) {
      const [oldest] = this.#numbers.keys();
      this.#numbers.delete(oldest!);
    }
    const taken = new Set(this.#numbers.values());
    // What a number stood for so long ago is not in memory any more.
    do this.#last = this.#last === NUMBER_MAX ? 0 : this.#last + 1; while (taken.has(this.#last));
    return this.#last;
  }
}
