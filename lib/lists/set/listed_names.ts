import { COVERS } from "../list_rule.ts";
import { NO_LISTS } from "../list_set.ts";
import type { ListSets } from "./list_sets.ts";
import type { SetHeader } from "./set_file.ts";
import {
  COLD_VALUE_MAX,
  filterBits,
  hotOf,
  noSections,
  placeOf,
  type SetSections,
  topWord,
  WIDE_SET,
} from "./set_sections.ts";
import type { SetHash } from "./set_hash.ts";

/** A set that has not been looked for. */
const UNKNOWN = -1;
/** Where what is not listed stands. */
const NOWHERE = -1;

/** What listed names are looked up with. */
export interface ListedNamesOptions {
  /** See `set_file.ts`. */
  readonly header: Pick<SetHeader, "labelCounts" | "places">;
  /** See `set_file.ts`. */
  readonly sections: SetSections;
  /** Made with the key of the header. */
  readonly hash: SetHash;
  /** Sets of those who say something. */
  readonly sets: ListSets;
  /** From numbers of `sections.members` to those of the members of `sets`. */
  readonly placeOf: (member: number) => number;
}

/**
 * The names that stand in lists. What a look-up of one that does not needs is a word of a filter, by its domain of two labels,
 * and mostly that is all; then, for each label more, a line of the processor's cache with what hashes alike. See
 * bench/micro/name_set_bench.ts.
 *
 * A wrong match takes 40 equal bits at a place that the other bits lead to: some 10⁻¹² for each label.
 */
export class ListedNames {
  #sections: SetSections;
  readonly #hash: SetHash;
  readonly #labelCounts: Uint32Array;
  readonly #places: number;
  #hasTops: boolean;
  readonly #sets: ListSets;
  readonly #placeOfMember: (member: number) => number;
  /** Numbers of `#sets` by those of the file: what is said of a name itself, and of what is below it. */
  readonly #selfSets: Int32Array;
  readonly #belowSets: Int32Array;

  /** See {@linkcode ListedNamesOptions}. */
  constructor({ header, sections, hash, sets, placeOf }: ListedNamesOptions) {
    this.#sections = sections;
    this.#hash = hash;
    this.#labelCounts = header.labelCounts;
    this.#places = header.places;
    this.#hasTops = sections.tops.some((word) => word !== 0);
    this.#sets = sets;
    this.#placeOfMember = placeOf;
    const setCount = Math.max(0, sections.setStarts.length - 1);
    this.#selfSets = new Int32Array(setCount).fill(UNKNOWN);
    this.#belowSets = new Int32Array(setCount).fill(UNKNOWN);
  }

  /** The number of the set of what is said of the name that the hash has begun with, and of those above it. */
  find(): number {
    // hot path
    const hash = this.#hash;
    const { labels } = hash;
    const { low, high } = hash.hashes;
    let found = NO_LISTS;
    if (this.#hasTops && labels > 0) {
      hash.make(1);
      if (this.#mayBeTop(low[1]!)) found = this.#findAt(1, low[1]!, high[1]!);
    }
    if (labels < 2) return found;
    hash.make(2);
    if (!this.#mayHave(low[2]!)) return found;
    for (let count = 2; count <= labels; count++) {
      // A list with a name of a hundred labels makes nobody look a hundred times.
      if ((this.#labelCounts[count >>> 5]! & (1 << (count & 31))) === 0) continue;
      if (count > 2) hash.make(count);
      found = this.#sets.join(found, this.#findAt(count, low[count]!, high[count]!));
    }
    return found;
  }

  /** Tells of each member of that set, and of the line that says it; 0 for a line that is not known. The longest name comes last. */
  each(tell: (place: number, line: number) => void): void {
    const { cold, lines, wide, setStarts, setMembers, members } = this.#sections;
    const { low, high } = this.#hash.hashes;
    for (let labels = 1; labels <= this.#hash.labels; labels++) {
      this.#hash.make(labels);
      const slot = this.#slotOf(low[labels]!, high[labels]!);
      if (slot === NOWHERE) continue;
      const value = cold[slot]! & COLD_VALUE_MAX;
      const isWide = this.#sections.sets[slot] === WIDE_SET;
      const where = isWide ? wide[2 * value + 1]! : value;
      const set = this.#setAt(slot);
      const first = setStarts[set]!;
      const end = setStarts[set + 1]!;
      for (let i = first; i < end; i++) {
        const member = setMembers[i]!;
        if ((members[3 * member + 1]! & this.#meaning(labels)) === 0) continue;
        const line = end - first === 1 ? where : where === 0 ? 0 : lines[where + i - first]!;
        tell(this.#placeOfMember(member), line);
      }
    }
  }

  /** Forgets them all, and every view of the memory that they stand in. */
  close(): void {
    this.#sections = noSections();
    this.#hasTops = false;
  }

  #mayBeTop(low: number): boolean {
    // hot path
    return (this.#sections.tops[topWord(low)]! & (1 << (low & 31))) !== 0;
  }

  #mayHave(low: number): boolean {
    // hot path
    const { filter } = this.#sections;
    const bits = filterBits(low);
    return (filter[placeOf(low, filter.length)]! & bits) === bits;
  }

  /** What is said of the domain of so many labels, as far as it holds for the name. */
  #findAt(labels: number, low: number, high: number): number {
    // hot path
    const slot = this.#slotOf(low, high);
    if (slot === NOWHERE) return NO_LISTS;
    const set = this.#setAt(slot);
    const number = (this.#hash.isWhole(labels) ? this.#selfSets : this.#belowSets)[set]!;
    return number === UNKNOWN ? this.#number(set, labels) : number;
  }

  #slotOf(low: number, high: number): number {
    // hot path
    const { hot, cold } = this.#sections;
    const wanted = hotOf(low);
    for (let slot = placeOf(high, this.#places); slot < hot.length; slot++) {
      const found = hot[slot]!;
      if (found === 0) break;
      if (found === wanted && (cold[slot]! >>> 24) === (high & 0xff)) return slot;
    }
    return NOWHERE;
  }

  #setAt(slot: number): number {
    // hot path
    const { sets, cold, wide } = this.#sections;
    const set = sets[slot]!;
    return set === WIDE_SET ? wide[2 * (cold[slot]! & COLD_VALUE_MAX)]! : set;
  }

  /** Which bit of what a line covers counts for the name, if the line is about the domain of so many labels. */
  #meaning(labels: number): number {
    return this.#hash.isWhole(labels) ? COVERS.self : COVERS.below;
  }

  /** For the first time. */
  #number(set: number, labels: number): number {
    const { setStarts, setMembers, members } = this.#sections;
    const meaning = this.#meaning(labels);
    const saying = setMembers.subarray(setStarts[set], setStarts[set + 1]).filter((member) => {
      return (members[3 * member + 1]! & meaning) !== 0;
    });
    const number = this.#sets.number(Array.from(saying, this.#placeOfMember));
    (meaning === COVERS.self ? this.#selfSets : this.#belowSets)[set] = number;
    return number;
  }
}
