import type { NameKey } from "../names/name_key.ts";
import type { LocalSource } from "./local_source.ts";
import { placeHash } from "./name_table.ts";

const WORDS_MIN = 16;
/** 1 in 16 bits is set: of 16 names that are not there, 15 are told by one look. */
const NAMES_PER_WORD = 2;

/** Tells which names are in none of some sources, nearly always by one look at one word. */
export class NameFilter {
  readonly #words: Int32Array;

  /** Says "perhaps" of the names that have records in `sources`, whenever they have them. */
  constructor(sources: readonly LocalSource[]) {
    const count = sources.reduce((sum, { names }) => sum + names.count, 0);
    const words = this.#words = new Int32Array(
      Math.max(WORDS_MIN, 2 ** Math.ceil(Math.log2(count / NAMES_PER_WORD + 1))),
    );
    for (const source of sources) {
      for (let node = 0; node < source.names.count; node++) {
        if (!source.hasRecords(node, 0)) continue;
        const hash = source.names.hashOf(node);
        words[(hash >>> 5) & (words.length - 1)]! |= 1 << (hash & 31);
      }
    }
  }

  /** Whether there may be records for the name, whose key has been made. */
  mayHave(key: NameKey): boolean {
    // hot path
    const hash = placeHash(key);
    return ((this.#words[(hash >>> 5) & (this.#words.length - 1)]! >>> (hash & 31)) & 1) !== 0;
  }
}
