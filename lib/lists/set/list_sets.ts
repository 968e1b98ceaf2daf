import { type ListMember, type ListSet, NO_LISTS, UNNUMBERED_LISTS } from "../list_set.ts";

/** Pairs of sets whose union is known; a power of two. */
const JOIN_PLACES = 16_384;
/** Beyond so many pairs, all are forgotten: few places are looked at as long as one in four is free. */
const JOINS_MAX = 12_288;

/**
 * Sets of what lists say, each with one number. Sets of several lines join: a name has what is said of it and of all domains that
 * it lies in. A union is made once, and known again by the two numbers.
 */
export class ListSets {
  /** See `NameSetReader.sets`. */
  readonly sets: ListSet[] = [{ members: [] }];
  readonly #members: readonly ListMember[];
  /** By number: places in `#members`, in their order. */
  readonly #places: (readonly number[])[] = [[]];
  /** By those places, as text. */
  readonly #numbers = new Map<string, number>([["", NO_LISTS]]);
  readonly #joinedPairs = new Int32Array(JOIN_PLACES);
  readonly #joined = new Uint16Array(JOIN_PLACES);
  #joinCount = 0;

  /** Sets of some of `members`. */
  constructor(members: readonly ListMember[]) {
    this.#members = members;
  }

  /** The number of the set of the members at these places, in whatever order and as often as may be. */
  number(places: readonly number[]): number {
    const sorted = [...new Set(places)].sort((a, b) => a - b);
    const key = sorted.join(" ");
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.sets.length;
    if (number === UNNUMBERED_LISTS) return UNNUMBERED_LISTS;
    this.#numbers.set(key, number);
    this.#places.push(sorted);
    this.sets.push({ members: sorted.map((place) => this.#members[place]!) });
    return number;
  }

  /** The set of the members at these places, whether or not it has a number. */
  set(places: readonly number[]): ListSet {
    const number = this.number(places);
    if (number !== UNNUMBERED_LISTS) return this.sets[number]!;
    return { members: [...new Set(places)].map((place) => this.#members[place]!) };
  }

  /** The number of the union of two sets. */
  join(a: number, b: number): number {
    // hot path
    if (a === NO_LISTS || a === b) return b;
    if (b === NO_LISTS) return a;
    const pair = a < b ? (a << 16) | b : (b << 16) | a;
    for (let place = mix(pair);; place = (place + 1) & (JOIN_PLACES - 1)) {
      const joined = this.#joinedPairs[place]!;
      if (joined === pair) return this.#joined[place]!;
      // No pair is 0: no set is joined with none.
      if (joined === 0) return this.#join(a, b, pair);
    }
  }

  #join(a: number, b: number, pair: number): number {
    // Nobody knows what is in a set without a number.
    if (a === UNNUMBERED_LISTS || b === UNNUMBERED_LISTS) return UNNUMBERED_LISTS;
    const number = this.number([...this.#places[a]!, ...this.#places[b]!]);
    if (this.#joinCount++ === JOINS_MAX) {
      this.#joinedPairs.fill(0);
      this.#joinCount = 1;
    }
    let place = mix(pair);
    while (this.#joinedPairs[place] !== 0) place = (place + 1) & (JOIN_PLACES - 1);
    this.#joinedPairs[place] = pair;
    this.#joined[place] = number;
    return number;
  }
}

function mix(pair: number): number {
  // hot path
  const product = Math.imul(pair, 0x9e37_79b1);
  return (product ^ (product >>> 15)) & (JOIN_PLACES - 1);
}
