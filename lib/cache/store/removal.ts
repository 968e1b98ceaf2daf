import { type Eviction, FIRST_PLACE, type Place } from "./eviction.ts";

/** Entries of a ring that a step looks at: a millisecond or less. */
const LOOKED_AT_MAX = 8192;

/**
 * Takes out of a store what is not wanted there any more, in steps, so that others have their turn in between. What has come in
 * since it began may or may not be met.
 */
export class Removal {
  readonly #eviction: Eviction;
  readonly #isUnwanted: (ref: number) => boolean;
  #place: Place | null = FIRST_PLACE;
  #removedCount = 0;

  /** Looks at all entries, and removes which `isUnwanted`. */
  constructor(eviction: Eviction, isUnwanted: (ref: number) => boolean) {
    this.#eviction = eviction;
    this.#isUnwanted = isUnwanted;
  }

  /** Entries that it has removed. */
  get removedCount(): number {
    return this.#removedCount;
  }

  /** Goes on. Returns whether there is more to look at. */
  step(): boolean {
    if (this.#place === null) return false;
    const before = this.#eviction.count;
    const { isInMain } = this.#place;
    this.#place = this.#eviction.removeSome(this.#isUnwanted, this.#place, LOOKED_AT_MAX);
    // What is left of a step goes on there: most stores are looked through in one.
    if (!isInMain && this.#place?.isInMain) {
      this.#place = this.#eviction.removeSome(this.#isUnwanted, this.#place, LOOKED_AT_MAX);
    }
    this.#removedCount += before - this.#eviction.count;
    return this.#place !== null;
  }
}
