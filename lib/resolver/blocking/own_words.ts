import { BLOCKS } from "../../lists/list_rule.ts";
import type { NameKey } from "../../names/name_key.ts";
import type { QuestionHash } from "../../names/question_hash.ts";
import { SuffixMap } from "../../names/suffix_map.ts";
import { HEADER_OCTETS } from "../../wire/header.ts";
import { keyOfName, type Name } from "../../wire/name.ts";
import { type Saying, WIDTH } from "./saying.ts";

/** A name that stands in the configuration. */
export interface OwnName {
  /** The list that it is in, by its place. */
  readonly list: number;
  /** The name. */
  readonly name: Name;
  /** Whether it is meant alone, without what is below it. */
  readonly isExact: boolean;
}

/** Finds expressions that match a name. */
export interface Expressions {
  /** Places of those that match the name in wire format at `wire[start … end)`. */
  find(wire: Uint8Array, start: number, end: number): readonly number[];
}

/** What is said in the configuration itself. */
export interface OwnWordsOptions {
  /** Makes the keys of names. */
  readonly hash: QuestionHash;
  /** Names. */
  readonly names: readonly OwnName[];
  /** Expressions; `null` for none. */
  readonly expressions: Expressions | null;
  /** By place of an expression: the list that it is in. */
  readonly expressionLists: readonly number[];
  /** So many numbers, at most. */
  readonly numbersMax?: number;
}

/** What is said of the names of a domain, by number. */
interface Level {
  /** Octets of the domain. */
  readonly octets: number;
  /** Of the domain itself. */
  readonly itself: number;
  /** Of what is below it. */
  readonly below: number;
}

/** The number of what is said of most names. */
const NOTHING = 0;
/** In place of a number, where too many are in use. */
export const NO_NUMBER: number = -1;
/** Who asks can bring about one for each combination of expressions. */
const NUMBERS_MAX = 65_536;

/**
 * Names and expressions of lists that stand in the configuration itself. Of which names something is said is one thing, what is said
 * another: many names are in few lists, and what the same lists say in the same order has one number.
 */
export class OwnWords {
  readonly #domains: SuffixMap<Level>;
  readonly #expressions: Expressions | null;
  readonly #expressionLists: readonly number[];
  readonly #numbersMax: number;
  /** By number. */
  readonly #sayings: (readonly Saying[])[] = [[]];
  readonly #numbers = new Map<string, number>([["", NOTHING]]);

  /** See {@linkcode OwnWordsOptions}. */
  constructor({ hash, names, expressions, expressionLists, numbersMax = NUMBERS_MAX }: OwnWordsOptions) {
    this.#numbersMax = numbersMax;
    this.#expressions = expressions;
    this.#expressionLists = expressionLists;
    this.#domains = new SuffixMap(hash, this.#levels(names));
  }

  /** The number of what is said of the name that stands in full at `wire[12 … nameEnd)`; 0 for nothing. See `NO_NUMBER`. */
  find(key: NameKey, wire: Uint8Array, nameEnd: number): number {
    // hot path
    const said = this.#ofDomain(key, wire, nameEnd);
    if (this.#expressions === null) return said;
    const matching = this.#expressions.find(wire, HEADER_OCTETS, nameEnd);
    return matching.length === 0 ? said : this.#number(this.#with(said, matching));
  }

  /** The same, whether it has a number or not. */
  sayingsOf(key: NameKey, wire: Uint8Array, nameEnd: number): readonly Saying[] {
    const matching = this.#expressions?.find(wire, HEADER_OCTETS, nameEnd) ?? [];
    return this.#with(this.#ofDomain(key, wire, nameEnd), matching);
  }

  #ofDomain(key: NameKey, wire: Uint8Array, nameEnd: number): number {
    // hot path
    const level = this.#domains.find(key, wire, nameEnd);
    if (level === undefined) return NOTHING;
    return level.octets === nameEnd - HEADER_OCTETS ? level.itself : level.below;
  }

  /** What has that number. */
  sayings(number: number): readonly Saying[] {
    return this.#sayings[number]!;
  }

  #with(said: number, matching: readonly number[]): readonly Saying[] {
    const more = matching.map((place) => saying(this.#expressionLists[place]!, WIDTH.expression));
    return [...this.#sayings[said]!, ...more];
  }

  #levels(names: readonly OwnName[]): [Name, Level][] {
    const byDomain = [...Map.groupBy(names, ({ name }) => keyOfName(name)).values()];
    const below = new Map<string, readonly Saying[]>();
    // Those above first.
    return byDomain.toSorted(([a], [b]) => a!.name.length - b!.name.length).map((own): [Name, Level] => {
      const { name } = own[0]!;
      const above = nearestAbove(name, below);
      const narrowness = Math.max(WIDTH.expression, ...above.map((one) => one.narrowness)) + 1;
      const wide = own.filter(({ isExact }) => !isExact).map(({ list }) => saying(list, narrowness));
      const exact = own.filter(({ isExact }) => isExact).map(({ list }) => saying(list, narrowness + 1));
      const ofBelow = [...above, ...wide];
      below.set(keyOfName(name), ofBelow);
      const level = { octets: name.length, itself: this.#number([...ofBelow, ...exact]), below: this.#number(ofBelow) };
      return [name, level];
    });
  }

  #number(sayings: readonly Saying[]): number {
    const texts = sayings.map(({ list, narrowness }) => `${list}:${narrowness}`);
    const unique = [...new Map(sayings.map((one, i) => [texts[i]!, one]))].toSorted(([a], [b]) => a < b ? -1 : 1);
    const key = unique.map(([text]) => text).join(" ");
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.#sayings.length === this.#numbersMax) return NO_NUMBER;
    const number = this.#sayings.push(unique.map(([, one]) => one)) - 1;
    this.#numbers.set(key, number);
    return number;
  }
}

function saying(list: number, narrowness: number): Saying {
  return { list, rule: BLOCKS, narrowness };
}

/** What is said of all below the nearest domain above. */
function nearestAbove(name: Name, below: ReadonlyMap<string, readonly Saying[]>): readonly Saying[] {
  for (let start = 0; name[start] !== 0;) {
    start += 1 + name[start]!;
    const above = below.get(keyOfName(name.subarray(start)));
    if (above !== undefined) return above;
  }
  return [];
}
