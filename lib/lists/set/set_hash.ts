import { NameKey } from "../../names/name_key.ts";
import { QuestionHash } from "../../names/question_hash.ts";
import { SuffixHashes } from "../../names/suffix_hashes.ts";
import { HEADER_OCTETS } from "../../wire/header.ts";
import { NAME_OCTETS_MAX } from "../../wire/name.ts";

/**
 * Hashes names, and the domains that they lie in, with the key of a list set. It has nothing in common with the key that
 * questions are hashed with: whoever can read the file learns nothing about that.
 *
 * A name is told by 64 bits of its hash, and its octets are not kept: nobody who writes a list knows the key, and can make an
 * entry that is taken for another name.
 */
export class SetHash {
  /** Of the name that `begin` was called for last: by the number of labels. */
  readonly hashes: SuffixHashes = new SuffixHashes();
  /** What makes keys: of the name that `begin` was called for, `key`. */
  readonly questionHash: QuestionHash;
  /** See `questionHash`. */
  readonly key: NameKey = new NameKey();
  /** A name stands where it does in a question: what is read before it is there to be read. */
  readonly #scratch = new Uint8Array(HEADER_OCTETS + NAME_OCTETS_MAX);
  /** Where that name stands in full, behind 12 octets, up to `end`. */
  wire: Uint8Array = this.#scratch;
  /** See `wire`. */
  end: number = 0;

  /** Of 8 octets. */
  constructor(key: Uint8Array<ArrayBuffer>) {
    this.questionHash = new QuestionHash({ fill: (octets) => octets.set(key) });
    this.key.suffixes = this.hashes;
  }

  /** What stands in full at `wire[start … end)` is what `reaches` is about, until it changes. */
  begin(wire: Uint8Array, start: number, end: number): void {
    // hot path
    this.key.forget();
    this.wire = wire;
    this.end = end;
    if (start === HEADER_OCTETS) return;
    const scratch = this.#scratch;
    for (let from = start, to = HEADER_OCTETS; from < end; from++, to++) scratch[to] = wire[from]!;
    this.wire = scratch;
    this.end = HEADER_OCTETS + end - start;
  }

  /** Whether the name has `labels` labels or more; then `hashes` has the hashes of the domains of so many labels and fewer. */
  reaches(labels: number): boolean {
    // hot path
    return this.questionHash.reaches(this.key, this.wire, this.end, labels);
  }

  /** Whether the domain of so many labels is the name itself. */
  isWhole(labels: number): boolean {
    // hot path
    return this.hashes.start(labels) === HEADER_OCTETS;
  }
}
