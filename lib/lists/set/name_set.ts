import type { ListRule } from "../list_rule.ts";
import type { ListMember, ListSet, NameSetReader } from "../list_set.ts";
import { ruleFromJson } from "../rule_json.ts";
import { AddressSets } from "./address_sets.ts";
import { ListSets } from "./list_sets.ts";
import { ListedNames } from "./listed_names.ts";
import { PatternSets } from "./pattern_sets.ts";
import { type ListOrigin, openSet } from "./set_file.ts";
import { SetHash } from "./set_hash.ts";

/** How a set is opened. */
export interface NameSetOptions {
  /** See `openSet`. */
  readonly isChecked: boolean;
  /** To be called when nobody looks at `buffer` any more. */
  readonly release?: () => void;
}

/** What lists say, out of one run of memory, which is a file, too; see `set_file.ts`. */
export class NameSet implements NameSetReader {
  /** See `NameSetReader`. */
  readonly generation: number;
  /** See `NameSetReader`. */
  readonly lists: readonly string[];
  /** What it was made of. */
  readonly origins: readonly ListOrigin[];
  readonly #hash: SetHash;
  /** By their numbers in `#sets`. */
  readonly #members: readonly ListMember[];
  readonly #sets: ListSets;
  readonly #names: ListedNames;
  /** `null` if there are none. */
  readonly #patterns: PatternSets | null;
  readonly #addresses: AddressSets;
  readonly #release: () => void;

  /**
   * The set in `buffer`, all of it, which must not change any more.
   *
   * @throws {SetFileError} when there is none.
   */
  constructor(buffer: ArrayBuffer, { isChecked, release = () => {} }: NameSetOptions) {
    const [header, sections, tail] = openSet(buffer, isChecked);
    this.#release = release;
    this.generation = header.generation;
    this.origins = tail.lists;
    this.lists = tail.lists.map(({ name }) => name);
    const [members, places] = membersOf(sections.members, tail.rules.map(ruleFromJson));
    const placeOf = (member: number) => places[member]!;
    this.#members = members;
    this.#sets = new ListSets(members);
    this.#hash = new SetHash(header.key);
    this.#names = new ListedNames({ header, sections, hash: this.#hash, sets: this.#sets, placeOf });
    const { patterns } = tail;
    this.#patterns = patterns.length === 0 ? null : new PatternSets(patterns, placeOf, this.#sets);
    this.#addresses = new AddressSets(tail, placeOf, this.#sets);
  }

  /** See `NameSetReader`. */
  get sets(): readonly ListSet[] {
    return this.#sets.sets;
  }

  /** See `NameSetReader`. */
  find(wire: Uint8Array, start: number, end: number): number {
    // hot path
    this.#hash.begin(wire, start, end);
    const found = this.#names.find();
    return this.#patterns === null ? found : this.#sets.join(found, this.#patterns.find(wire, start, end));
  }

  /** See `NameSetReader`. */
  setOf(wire: Uint8Array, start: number, end: number): ListSet {
    const places: number[] = [];
    this.#each(wire, start, end, (place) => void places.push(place));
    return this.#sets.set(places);
  }

  /** See `NameSetReader`. */
  lineOf(wire: Uint8Array, start: number, end: number, list: number, rule: ListRule | null = null): number {
    let found = 0;
    this.#each(wire, start, end, (place, line) => {
      if (this.#isMeant(place, list, rule)) found = line;
    });
    return found;
  }

  /** See `NameSetReader`. */
  setOfAddress(address: Uint8Array): ListSet {
    return this.#sets.set(this.#addresses.places(address));
  }

  /** See `NameSetReader`. */
  findAddress(address: Uint8Array): number {
    return this.#addresses.find(address);
  }

  /** See `NameSetReader`. */
  lineOfAddress(address: Uint8Array, list: number, rule: ListRule | null = null): number {
    return this.#addresses.line(address, (place) => this.#isMeant(place, list, rule));
  }

  /** Gives its memory back. Finds nothing any more. */
  close(): void {
    this.#names.close();
    this.#release();
  }

  /** Patterns first: what a name says is said in more words. */
  #each(wire: Uint8Array, start: number, end: number, tell: (place: number, line: number) => void): void {
    this.#patterns?.each(wire, start, end, tell);
    this.#hash.begin(wire, start, end);
    this.#names.each(tell);
  }

  #isMeant(place: number, list: number, rule: ListRule | null): boolean {
    const member = this.#members[place]!;
    return member.list === list && (rule === null || rule === member.rule);
  }
}

/**
 * The members of sets: what lists say, whatever it covers. With them, by the number of a member of the file, which of these it
 * is.
 */
function membersOf(triples: Uint32Array, rules: readonly ListRule[]): [ListMember[], number[]] {
  const members: ListMember[] = [];
  const byText = new Map<string, number>();
  const places = Array.from({ length: triples.length / 3 }, (_, i) => {
    const list = triples[3 * i]!;
    const rule = triples[3 * i + 2]!;
    return byText.getOrInsertComputed(`${list} ${rule}`, () => members.push({ list, rule: rules[rule]! }) - 1);
  });
  return [members, places];
}
