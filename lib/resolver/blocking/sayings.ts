import { type ListSet, type NameSetReader, NO_LISTS, UNNUMBERED_LISTS } from "../../lists/list_set.ts";
import type { NameKey } from "../../names/name_key.ts";
import { HEADER_OCTETS } from "../../wire/header.ts";
import { NO_NUMBER, type OwnWords } from "./own_words.ts";
import { type Saying, WIDTH } from "./saying.ts";

/** The number of what is said of most names. */
export const NOTHING_SAID = 0;
/** The number of whatever has none of its own, because so many are in use. */
export const UNNUMBERED = 1;
/** So many numbers, at most: more than any lists have brought about. */
const NUMBERS_MAX = 65_536;

/**
 * All that lists and the configuration itself say of a name, as a number. It is the same wherever the same is said, so that it is
 * judged once for each client group.
 */
export class Sayings {
  readonly #own: OwnWords;
  readonly #reader: NameSetReader | null;
  /** By the reader's numbers of lists: those of the configuration; `undefined` for what it does not have any more. */
  readonly #lists: readonly (number | undefined)[];
  readonly #numbers = new Map<number, number>();
  /** By number: of own words, and of what lists say. */
  readonly #pairs: (readonly [own: number, set: number])[] = [[0, NO_LISTS], [0, NO_LISTS]];

  /** Of own words, and of what `reader` says, `null` for nothing; `lists` are the names of the configuration's lists. */
  constructor(own: OwnWords, reader: NameSetReader | null, lists: readonly string[]) {
    this.#own = own;
    this.#reader = reader;
    const places = new Map(lists.map((name, place) => [name, place]));
    this.#lists = reader === null ? [] : reader.lists.map((name) => places.get(name));
  }

  /** How many numbers are in use: they go from 0 up. */
  get count(): number {
    return this.#pairs.length;
  }

  /** The number of what is said of the name that stands in full at `wire[12 … nameEnd)`. */
  find(key: NameKey, wire: Uint8Array, nameEnd: number): number {
    // hot path
    const own = this.#own.find(key, wire, nameEnd);
    const set = this.#reader === null ? NO_LISTS : this.#reader.find(wire, HEADER_OCTETS, nameEnd);
    return own === 0 && set === NO_LISTS ? NOTHING_SAID : this.#number(own, set);
  }

  /** The number of what lists say of an address of 4 or 16 octets. The configuration itself says nothing of addresses. */
  findAddress(address: Uint8Array): number {
    const set = this.#reader === null ? NO_LISTS : this.#reader.findAddress(address);
    return set === NO_LISTS ? NOTHING_SAID : this.#number(0, set);
  }

  /** What that is. */
  ofAddress(address: Uint8Array): readonly Saying[] {
    return this.#reader === null ? [] : this.#sayingsOf(this.#reader.setOfAddress(address));
  }

  /** The line in which a list of the configuration says that of an address; 0 if it is not known. */
  lineOfAddress({ list, rule }: Saying, address: Uint8Array): number {
    const place = this.#lists.indexOf(list);
    return place < 0 ? 0 : this.#reader!.lineOfAddress(address, place, rule);
  }

  /** What has the number that `find` has said of that name. */
  of(number: number, key: NameKey, wire: Uint8Array, nameEnd: number): readonly Saying[] {
    if (number === UNNUMBERED) {
      return [...this.#own.sayingsOf(key, wire, nameEnd), ...this.#listed(UNNUMBERED_LISTS, wire, nameEnd)];
    }
    const [own, set] = this.#pairs[number]!;
    return [...this.#own.sayings(own), ...this.#listed(set, wire, nameEnd)];
  }

  /** The line in which a list of the configuration says that of a name; 0 if it is not known. */
  line({ list, rule }: Saying, wire: Uint8Array, nameEnd: number): number {
    const place = this.#lists.indexOf(list);
    return place < 0 ? 0 : this.#reader!.lineOf(wire, HEADER_OCTETS, nameEnd, place, rule);
  }

  #listed(set: number, wire: Uint8Array, nameEnd: number): Saying[] {
    const reader = this.#reader;
    if (set === NO_LISTS || reader === null) return [];
    return this.#sayingsOf(
      set === UNNUMBERED_LISTS ? reader.setOf(wire, HEADER_OCTETS, nameEnd) : reader.sets[set]!,
    );
  }

  #sayingsOf({ members }: ListSet): Saying[] {
    return members.flatMap(({ list, rule }) => {
      const place = this.#lists[list];
      return place === undefined ? [] : [{ list: place, rule, narrowness: WIDTH.line }];
    });
  }

  #number(own: number, set: number): number {
    if (set === UNNUMBERED_LISTS || own === NO_NUMBER) return UNNUMBERED;
    const pair = own * UNNUMBERED_LISTS + set;
    const known = this.#numbers.get(pair);
    if (known !== undefined) return known;
    if (this.#pairs.length === NUMBERS_MAX) return UNNUMBERED;
    const number = this.#pairs.push([own, set]) - 1;
    this.#numbers.set(pair, number);
    return number;
  }
}
