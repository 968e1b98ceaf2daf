import { HEADER_OCTETS } from "../../wire/header.ts";
import { NO_LISTS } from "../list_set.ts";
import { PatternSet } from "../patterns/pattern_set.ts";
import type { ListSets } from "./list_sets.ts";
import type { SetTail } from "./set_file.ts";
import type { SetHash } from "./set_hash.ts";

/** A pattern, and what it says. */
export interface Pattern {
  /** Which member of `ListSets` says it. */
  readonly place: number;
  /** The number of the set of that member alone. */
  readonly set: number;
  /** Where it says it. */
  readonly line: number;
}

/** What patterns of names say: all of them are tried on each name, in one pass. */
export class PatternSets {
  readonly #sets: ListSets;
  readonly #hash: SetHash;
  readonly #expressions: PatternSet;
  readonly #patterns: readonly Pattern[];

  /**
   * Makes one automaton of all.
   *
   * @param placeOfMember See `placeOf` of `ListedNames`.
   * @throws {ExpressionFormatError} when one is no expression.
   */
  constructor(patterns: SetTail["patterns"], placeOfMember: (member: number) => number, sets: ListSets, hash: SetHash) {
    this.#sets = sets;
    this.#hash = hash;
    this.#expressions = new PatternSet(patterns);
    this.#patterns = patterns.map(({ member, line }) => {
      const place = placeOfMember(member);
      return { place, set: sets.number([place]), line };
    });
  }

  /** The number of the set of what patterns say of the name that the hash has begun with. */
  find(): number {
    // hot path
    const matching = this.#find();
    let found = NO_LISTS;
    for (let i = 0; i < matching.length; i++) found = this.#sets.join(found, this.#patterns[matching[i]!]!.set);
    return found;
  }

  /** All that match that name. */
  matching(): readonly Pattern[] {
    return this.#find().map((number) => this.#patterns[number]!);
  }

  #find(): readonly number[] {
    // hot path
    return this.#expressions.find(this.#hash.wire, HEADER_OCTETS, this.#hash.end);
  }
}
