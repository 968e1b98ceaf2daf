import type { SuffixHashes } from "./suffix_hashes.ts";

/**
 * What a question's name is looked up by, made by a {@linkcode QuestionHash} when it is first asked for. Belongs to a
 * query and is used again with it. All numbers are signed and have 32 bits: V8 keeps them in the object itself.
 */
export class NameKey {
  /** The hash that has made `v0` to `v3`; `null` before. Another one makes them anew. */
  madeBy: object | null = null;
  /** The state of the hash when it has taken in the whole name. */
  v0 = 0;
  /** See `v0`. */
  v1 = 0;
  /** See `v0`. */
  v2 = 0;
  /** See `v0`. */
  v3 = 0;
  /** The hash of the name alone, of 32 bits. */
  hash = 0;
  /** Hashes of the domains that the name lies in; `null` as long as nobody has asked for one. */
  suffixes: SuffixHashes | null = null;

  /** The name has changed. */
  forget(): void {
    // hot path
    this.madeBy = null;
    if (this.suffixes !== null) this.suffixes.madeBy = null;
  }
}
