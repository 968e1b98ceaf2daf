import { HEADER_OCTETS } from "../../wire/header.ts";
import { foldOctet, keyOfName, type Name, nameFromText } from "../../wire/name.ts";
import { octetsKey } from "../../wire/octets.ts";
import { SuffixMap } from "../../names/suffix_map.ts";
import { NO_LISTS } from "../list_set.ts";
import type { ListSets } from "./list_sets.ts";
import { type Pattern, Patterns } from "./patterns.ts";
import type { SetTail } from "./set_file.ts";
import type { SetHash } from "./set_hash.ts";

const DOT = 0x2e;
/** Verdicts that are known again; a power of two. */
const KNOWN_PLACES = 16_384;

/**
 * What patterns of names say. Those that can only match below a domain are tried there alone. The others are tried on each name,
 * which takes some microseconds; so what they have said of the last names is kept, by the whole hash of the name.
 */
export class PatternSets {
  readonly #sets: ListSets;
  readonly #hash: SetHash;
  readonly #anchored: SuffixMap<Patterns>;
  /** `null` if there are none. */
  readonly #free: Patterns | null;
  /** By place, three numbers: the halves of a name's hash, and the set. */
  readonly #known: Int32Array;

  /**
   * Compiles all of them.
   *
   * @param placeOfMember See `placeOf` of `ListedNames`.
   */
  constructor(patterns: SetTail["patterns"], placeOfMember: (member: number) => number, sets: ListSets, hash: SetHash) {
    this.#sets = sets;
    this.#hash = hash;
    const made = patterns.map(({ source, anchor, member, line }): readonly [string | null, Pattern] => {
      const place = placeOfMember(member);
      return [anchor, { expression: new RegExp(source), place, set: sets.number([place]), line }];
    });
    const byAnchor = Map.groupBy(made, ([anchor]) => anchor);
    const free = byAnchor.get(null) ?? [];
    byAnchor.delete(null);
    this.#free = free.length === 0 ? null : new Patterns(free.map(([, pattern]) => pattern));
    this.#known = new Int32Array(this.#free === null ? 0 : 3 * KNOWN_PLACES);
    const anchored = new Map([...byAnchor].map(([anchor, all]) => {
      const name = nameFromText(anchor!);
      return [keyOfName(name), { name, patterns: all.map(([, pattern]) => pattern) }];
    }));
    const domains = [...anchored.values()].map(({ name }): [Name, Patterns] => {
      // The nearest domain is found alone, and has those of the domains above it, too.
      const all = suffixesOf(name).flatMap((suffix) => anchored.get(keyOfName(suffix))?.patterns ?? []);
      return [name, new Patterns(all)];
    });
    this.#anchored = new SuffixMap(hash.questionHash, domains);
  }

  /** The number of the set of what patterns say of the name that the hash has begun with. */
  find(): number {
    const anchored = this.#nearest();
    const found = anchored === undefined ? NO_LISTS : this.#setOf(anchored.matching(this.#text()));
    return this.#free === null ? found : this.#sets.join(found, this.#findFree(this.#free));
  }

  /** All that match that name. */
  matching(): readonly Pattern[] {
    const text = this.#text();
    return [...this.#nearest()?.matching(text) ?? [], ...this.#free?.matching(text) ?? []];
  }

  #nearest(): Patterns | undefined {
    return this.#anchored.find(this.#hash.key, this.#hash.wire, this.#hash.end);
  }

  #findFree(free: Patterns): number {
    const { hashes } = this.#hash;
    while (this.#hash.reaches(hashes.count + 1)) { /* up to the whole name */ }
    const low = hashes.low[hashes.count]!;
    const high = hashes.high[hashes.count]!;
    const place = 3 * (high & (KNOWN_PLACES - 1));
    const known = this.#known;
    // Of the root nothing is known, and its hash is none.
    if (known[place] === low && known[place + 1] === high) return known[place + 2]!;
    const set = this.#setOf(free.matching(this.#text()));
    known[place] = low;
    known[place + 1] = high;
    known[place + 2] = set;
    return set;
  }

  #setOf(patterns: readonly Pattern[]): number {
    return patterns.reduce((found, { set }) => this.#sets.join(found, set), NO_LISTS);
  }

  /** The name as patterns see it, see `NamePattern`. */
  #text(): string {
    const { wire, end } = this.#hash;
    const octets = wire.slice(HEADER_OCTETS, end);
    for (let at = 0, labelEnd = 0; at < octets.length; at++) {
      if (at === labelEnd) {
        labelEnd += 1 + octets[at]!;
        octets[at] = DOT;
      } else octets[at] = foldOctet(octets[at]!);
    }
    // The first dot and the root's are none.
    return octetsKey(octets.subarray(1, -1));
  }
}

function suffixesOf(name: Name): Name[] {
  const suffixes: Name[] = [];
  for (let at = 0; name[at] !== 0; at += 1 + name[at]!) suffixes.push(name.subarray(at));
  return suffixes;
}
