import type { EntrySlab } from "./entry_slab.ts";

/**
 * A part of the slab in which entries stand in the order in which they came: a new one goes to the head, the oldest
 * leaves at the tail. Entries of all sizes fit without a free list. One never runs over the end of the ring: what is left
 * there becomes a gap.
 */
export class ByteRing {
  readonly #slab: EntrySlab;
  readonly #start: number;
  readonly #end: number;
  #head: number;
  #tail: number;
  /** Units between tail and head, gaps included: tells full from empty. */
  #takenUnits = 0;
  /** Units that have ever been given up: where the tail would stand in a ring without an end. */
  #passedUnits = 0;

  /** The units of `slab` from `start` up to `end`. */
  constructor(slab: EntrySlab, start: number, end: number) {
    this.#slab = slab;
    this.#start = this.#head = this.#tail = start;
    this.#end = end;
  }

  /** The largest entry that ever fits. */
  get units(): number {
    return this.#end - this.#start;
  }

  /** Whether nothing is in the ring. */
  get isEmpty(): boolean {
    return this.#takenUnits === 0;
  }

  /** The oldest entry, or a gap; only when the ring is not empty. */
  get oldest(): number {
    return this.#tail;
  }

  /** Whether the unit at `ref` is in this ring. */
  holds(ref: number): boolean {
    return ref >= this.#start && ref < this.#end;
  }

  /** Takes `units` at the head, in one run. -1 when they are not free: more has to leave first. */
  reserve(units: number): number {
    if (this.isEmpty) this.#head = this.#tail = this.#start;
    const isWrapped = this.#head < this.#tail || (this.#head === this.#tail && !this.isEmpty);
    const runEnd = isWrapped ? this.#tail : this.#end;
    if (runEnd - this.#head < units) {
      if (isWrapped || this.#tail - this.#start < units) return -1;
      this.#leaveGap();
    }
    const ref = this.#head;
    this.#head += units;
    this.#takenUnits += units;
    return ref;
  }

  /**
   * Gives up the oldest entry or gap, and says where it stood. It stays readable until the next `reserve`; of the same
   * size that always succeeds, and the entry may be moved to there.
   */
  shift(): number {
    const ref = this.#tail;
    const units = this.#slab.units(ref);
    this.#tail += units;
    this.#takenUnits -= units;
    this.#passedUnits += units;
    if (this.#tail === this.#end) this.#tail = this.#start;
    return ref;
  }

  /**
   * Visits entries and gaps, the oldest first, without taking any out; up to `countMax` of them.
   *
   * @param position Where to begin: 0, or what the last call has returned. What has been given up since is passed over.
   * @returns Where to go on; `null` behind the newest.
   */
  visit(position: number, countMax: number, visit: (ref: number) => void): number | null {
    const end = this.#passedUnits + this.#takenUnits;
    let at = Math.max(position, this.#passedUnits);
    for (let count = 0; at < end && count < countMax; count++) {
      const beyondTail = this.#tail + at - this.#passedUnits;
      const ref = beyondTail < this.#end ? beyondTail : beyondTail - this.units;
      visit(ref);
      at += this.#slab.units(ref);
    }
    return at < end ? at : null;
  }

  /** Gives everything up. */
  clear(): void {
    this.#passedUnits += this.#takenUnits;
    this.#head = this.#tail = this.#start;
    this.#takenUnits = 0;
  }

  #leaveGap(): void {
    const units = this.#end - this.#head;
    if (units > 0) this.#slab.writeGap(this.#head, units);
    this.#takenUnits += units;
    this.#head = this.#start;
  }
}
