import { atOnce } from "../base/time/in_steps.ts";
import { HEADER_OCTETS } from "../wire/header.ts";
import { isSameRun, type Name, NAME_OCTETS_MAX, ROOT } from "../wire/name.ts";
import { foldedWordBefore } from "./fold_word.ts";
import { NameKey } from "./name_key.ts";
import type { QuestionHash } from "./question_hash.ts";

/** A domain that the map says something of, or that such a one lies in. */
interface Domain<T> {
  /** Its hash, in two halves; see `SuffixHashes`. */
  readonly low: number;
  /** See `low`. */
  readonly high: number;
  /** The domain without its leftmost label; `null` for a top-level domain. */
  readonly parent: Domain<T> | null;
  /** The leftmost label, with its length in front. */
  readonly label: Uint8Array;
  /** What holds for it; `undefined` when only something below it is spoken of. */
  value: T | undefined;
}

/** A domain of so many octets or more, the root's not counted, is told by a long ending, a shorter one by a short one. */
const LONG_ENDING_OCTETS = 7;
/** What a short ending says: that a domain may end so, and that only domains with a long ending do. */
const ENDING = { none: 0, any: 1, long: 2 } as const;
/** How many places there are for endings, at least. */
const ENDING_PLACES_MIN = 1024;
/** Few places are taken, so that what is not there is told at the first look, nearly always. */
const PLACES_PER_DOMAIN = 4;
/** So many are taken in without a pause: a millisecond. */
const DOMAINS_OF_A_STEP = 500;

/**
 * What holds for whole domains: of those that a name lies in, the one with the most labels counts. It is looked for from
 * the root leftwards, by the hashes of the name's key, as long as the map knows something below. The octets of each label
 * are compared when its hash is there, so that no hash is taken at its word.
 *
 * Most names are not in any of these domains. Their last three octets tell them, or their last seven, before anything is
 * hashed: 5 to 10 instead of 60 ns (bench/micro/names_bench.ts).
 */
export class SuffixMap<T> {
  readonly #hash: Pick<QuestionHash, "reaches">;
  /** What holds for every name. */
  readonly #ofRoot: T | undefined;
  /** See `ENDING`; by the last three octets of names. */
  readonly #shortEndings: Uint8Array;
  /** Whether a domain may end so; by the last seven octets of names. */
  readonly #longEndings: Uint8Array;
  /** Each domain stands at the place that its hash says, or at the next free one. */
  readonly #places: (Domain<T> | null)[];

  /**
   * Each domain with what holds for it; the last one counts if there are several. Keys are to be made by `hash`.
   *
   * @param isFilled Whether it knows them at once; for `inSteps`.
   */
  constructor(hash: Pick<QuestionHash, "reaches">, domains: readonly (readonly [Name, T])[], isFilled = true) {
    this.#hash = hash;
    this.#ofRoot = domains.findLast(([name]) => name.length === ROOT.length)?.[1];
    const labelsMax = domains.reduce((sum, [name]) => sum + (name.length >> 1), 1);
    this.#places = Array(placesFor(labelsMax)).fill(null);
    const endings = Math.max(ENDING_PLACES_MIN, placesFor(domains.length));
    this.#shortEndings = new Uint8Array(endings);
    this.#longEndings = new Uint8Array(endings);
    if (isFilled) atOnce(this.#fill(domains));
  }

  /** The same, in steps. */
  static *inSteps<T>(
    hash: Pick<QuestionHash, "reaches">,
    domains: readonly (readonly [Name, T])[],
  ): Generator<void, SuffixMap<T>> {
    const map = new SuffixMap(hash, domains, false);
    yield* map.#fill(domains);
    return map;
  }

  *#fill(domains: readonly (readonly [Name, T])[]): Generator<void, void> {
    // One for all: hashes of domains take a kilobyte.
    const key = new NameKey();
    const wire = new Uint8Array(HEADER_OCTETS + NAME_OCTETS_MAX);
    for (const [i, [name, value]] of domains.entries()) {
      if ((i + 1) % DOMAINS_OF_A_STEP === 0) yield;
      if (name.length === ROOT.length) continue;
      wire.set(name, HEADER_OCTETS);
      key.forget();
      this.#add(key, wire, HEADER_OCTETS + name.length, value);
    }
  }

  /**
   * What holds for the name that stands in full at `wire[12 … nameEnd)`; `undefined` when nothing does.
   *
   * @param above So many labels of the name are left out, from the left.
   */
  find(key: NameKey, wire: Uint8Array, nameEnd: number, above: number = 0): T | undefined {
    // hot path
    let value = this.#ofRoot;
    if (!this.mayBeIn(wire, nameEnd)) return value;
    let domain: Domain<T> | null = null;
    for (let labels = 1; this.#hash.reaches(key, wire, nameEnd, labels + above); labels++) {
      domain = this.#findBelow(domain, key, wire, labels);
      if (domain === null) break;
      if (domain.value !== undefined) value = domain.value;
    }
    return value;
  }

  /**
   * Whether one of the domains, but the root, may be one that the name lies in: whether it ends as the name does. What is read
   * before a short name is the header, and no harm.
   */
  mayBeIn(wire: Uint8Array, nameEnd: number): boolean {
    // hot path
    const end = nameEnd - 1;
    const mask = this.#shortEndings.length - 1;
    const last = mix(foldedWordBefore(wire, end) >>> 8);
    const ending = this.#shortEndings[last & mask];
    if (ending !== ENDING.long) return ending !== ENDING.none;
    return this.#longEndings[mix(last ^ foldedWordBefore(wire, end - 3)) & mask] !== 0;
  }

  /** The domain of so many labels that the name lies in; the one above it is `parent`, and has been compared. */
  #findBelow(parent: Domain<T> | null, { suffixes }: NameKey, wire: Uint8Array, labels: number): Domain<T> | null {
    // hot path
    const low = suffixes!.low[labels]!;
    const high = suffixes!.high[labels]!;
    const start = suffixes!.start(labels);
    const mask = this.#places.length - 1;
    for (let place = low & mask;; place = (place + 1) & mask) {
      const domain = this.#places[place]!;
      if (domain === null) return null;
      if (domain.low !== low || domain.high !== high || domain.parent !== parent) continue;
      if (isSameRun(domain.label, 0, wire, start, domain.label.length)) return domain;
    }
  }

  #add(key: NameKey, wire: Uint8Array, nameEnd: number, value: T): void {
    let domain: Domain<T> | null = null;
    for (let labels = 1; this.#hash.reaches(key, wire, nameEnd, labels); labels++) {
      domain = this.#findBelow(domain, key, wire, labels) ?? this.#addBelow(domain, key, wire, labels);
    }
    domain!.value = value;
    this.#addEnding(wire, nameEnd - 1);
  }

  #addEnding(wire: Uint8Array, end: number): void {
    const octets = end - HEADER_OCTETS;
    const mask = this.#shortEndings.length - 1;
    const last = mix(foldedWordBefore(wire, end) >>> 8);
    // A top-level domain of one letter has two octets: any third may stand before them.
    if (octets < 3) this.#shortEndings.fill(ENDING.any);
    else if (octets < LONG_ENDING_OCTETS) this.#shortEndings[last & mask] = ENDING.any;
    else {
      if (this.#shortEndings[last & mask] === ENDING.none) this.#shortEndings[last & mask] = ENDING.long;
      this.#longEndings[mix(last ^ foldedWordBefore(wire, end - 3)) & mask] = 1;
    }
  }

  #addBelow(parent: Domain<T> | null, { suffixes }: NameKey, wire: Uint8Array, labels: number): Domain<T> {
    const start = suffixes!.start(labels);
    const label = wire.slice(start, start + 1 + wire[start]!);
    const domain = { low: suffixes!.low[labels]!, high: suffixes!.high[labels]!, parent, label, value: undefined };
    const mask = this.#places.length - 1;
    let place = domain.low & mask;
    while (this.#places[place] !== null) place = (place + 1) & mask;
    this.#places[place] = domain;
    return domain;
  }
}

function placesFor(count: number): number {
  return 2 ** Math.ceil(Math.log2(PLACES_PER_DOMAIN * count + 1));
}

/** Spreads 32 bits; who knows how can at most make a name take as long as one that is in a domain. */
function mix(word: number): number {
  // hot path
  const product = Math.imul(word, 0x9e37_79b1);
  return product ^ (product >>> 15);
}
