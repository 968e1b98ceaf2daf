import { PatternSet } from "../patterns/pattern_set.ts";
import { NO_LISTS } from "../list_set.ts";
import type { ListSets } from "./list_sets.ts";
import type { SetTail } from "./set_file.ts";

/** A pattern, without what it matches. */
interface Said {
  /** Which member of `ListSets` says it. */
  readonly place: number;
  /** The number of the set of that member alone. */
  readonly set: number;
  /** Where it says it. */
  readonly line: number;
}

/** What patterns say of names. */
export class PatternSets {
  readonly #sets: ListSets;
  readonly #patterns: PatternSet;
  readonly #said: readonly Said[];

  /**
   * Makes one of all of them.
   *
   * @param placeOf See `ListedNames`.
   * @throws {ExpressionFormatError} when one is no expression.
   */
  constructor(patterns: SetTail["patterns"], placeOf: (member: number) => number, sets: ListSets) {
    this.#sets = sets;
    this.#patterns = new PatternSet(patterns);
    this.#said = patterns.map(({ member, line }) => {
      const place = placeOf(member);
      return { place, set: sets.number([place]), line };
    });
  }

  /** The number of the set of what they say of the name that stands in full at `wire[start … end)`. */
  find(wire: Uint8Array, start: number, end: number): number {
    // hot path
    const matching = this.#patterns.find(wire, start, end);
    let found = NO_LISTS;
    for (let i = 0; i < matching.length; i++) found = this.#sets.join(found, this.#said[matching[i]!]!.set);
    return found;
  }

  /** Tells of each that matches the name; see `ListedNames.each`. */
  each(wire: Uint8Array, start: number, end: number, tell: (place: number, line: number) => void): void {
    for (const pattern of this.#patterns.find(wire, start, end)) {
      const { place, line } = this.#said[pattern]!;
      tell(place, line);
    }
  }
}
