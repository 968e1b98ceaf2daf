import type { NameKey } from "../../names/name_key.ts";
import type { QuestionHash } from "../../names/question_hash.ts";
import type { ListKnowledge } from "./verdicts.ts";

/** Names that are remembered; a power of two. */
const NAMES_REMEMBERED = 8192;
/** Words of each: four of its key, and what is known of it. As many as lie in half a line of the processor's cache. */
const WORDS = 8;
/** Where they stand, behind the key. */
const KNOWN = 4;
const SAID = 5;
/** What the first of these says: bits below the number of the rules. 0 is nothing at all. */
const IS_LOCAL = 1;
const IS_SPOKEN_OF = 2;
const RULES_SHIFT = 2;

/** Tells names that may be known here. */
export interface LocalKnowledge {
  /** Whether something may be known of the name that stands in full at `wire[12 … nameEnd)`. */
  mayKnow(key: NameKey, wire: Uint8Array, nameEnd: number): boolean;
}

/** Tells what rules are about. */
export interface RuleKnowledge {
  /** The number of the rules that may hold for the name at `wire[12 … nameEnd)`; 0 for those that are about all names. */
  numberOf(key: NameKey, wire: Uint8Array, nameEnd: number): number;
}

/** What is known of names is put together from these. */
export interface KnownNamesOptions {
  /** Makes the keys of names. */
  readonly hash: QuestionHash;
  /** What is said of domains. */
  readonly rules: RuleKnowledge;
  /** What is answered from here; `null` for nothing. */
  readonly local: LocalKnowledge | null;
  /** What lists say; `null` for nothing. */
  readonly lists: ListKnowledge | null;
}

/**
 * All that is known of a name, whoever asks and whatever for. It is found out in one pass for each kind of knowledge, and names
 * that are asked for again and again are spared that. They are known by the key that memory is looked up by anyway: 128 bits,
 * which nobody can make alike who does not know the secret of the hash.
 *
 * Two places share a line of the processor's cache, and a name may stand at either. So of 2,000 names that are asked for all the
 * time 1 in 12 is found out anew again and again; with one place for each it would be 1 in 5.
 */
export class KnownNames {
  readonly #hash: QuestionHash;
  readonly #rules: RuleKnowledge;
  readonly #local: LocalKnowledge | null;
  readonly #lists: ListKnowledge | null;
  readonly #words = new Int32Array(WORDS * NAMES_REMEMBERED);

  /** See {@linkcode KnownNamesOptions}. */
  constructor({ hash, rules, local, lists }: KnownNamesOptions) {
    this.#hash = hash;
    this.#rules = rules;
    this.#local = local;
    this.#lists = lists;
  }

  /** Where it stands what is known of the name that stands in full at `wire[12 … nameEnd)`, until another one is looked for. */
  find(key: NameKey, wire: Uint8Array, nameEnd: number): number {
    // hot path
    if (key.madeBy !== this.#hash) this.#hash.absorb(key, wire, nameEnd);
    const { v0, v1, v2, v3 } = key;
    const words = this.#words;
    const at = ((v0 ^ v3) & (NAMES_REMEMBERED - 2)) << 3;
    if (words[at] === v0 && words[at + 1] === v1 && words[at + 2] === v2 && words[at + 3] === v3) return at;
    const other = at + WORDS;
    return words[other] === v0 && words[other + 1] === v1 && words[other + 2] === v2 && words[other + 3] === v3
      ? other
      : this.#learn(key, wire, nameEnd, at);
  }

  /** Whether nothing at all is known of it, as of nearly all names. */
  isUnknown(at: number): boolean {
    // hot path
    return this.#words[at + KNOWN] === 0;
  }

  /** Whether the name may be one that is answered from here. */
  isLocal(at: number): boolean {
    // hot path
    return (this.#words[at + KNOWN]! & IS_LOCAL) !== 0;
  }

  /** The number of the rules that may hold for it. */
  rules(at: number): number {
    // hot path
    return this.#words[at + KNOWN]! >>> RULES_SHIFT;
  }

  /** The number of what lists say of it. */
  said(at: number): number {
    // hot path
    return this.#words[at + SAID]!;
  }

  /** Something else is known than before. */
  forget(): void {
    this.#words.fill(0);
  }

  #learn(key: NameKey, wire: Uint8Array, nameEnd: number, at: number): number {
    // hot path
    const isLocal = this.#local !== null && this.#local.mayKnow(key, wire, nameEnd);
    const rules = this.#rules.numberOf(key, wire, nameEnd);
    const said = this.#lists === null ? 0 : this.#lists.find(key, wire, nameEnd);
    const words = this.#words;
    // Of the two names that stand here, the one that was looked for longer ago goes.
    for (let i = at, to = at + WORDS; i <= at + SAID; i++, to++) words[to] = words[i]!;
    words[at] = key.v0;
    words[at + 1] = key.v1;
    words[at + 2] = key.v2;
    words[at + 3] = key.v3;
    words[at + KNOWN] = (rules << RULES_SHIFT) | (said === 0 ? 0 : IS_SPOKEN_OF) | (isLocal ? IS_LOCAL : 0);
    words[at + SAID] = said;
    return at;
  }
}
