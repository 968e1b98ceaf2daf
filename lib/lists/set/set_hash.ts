import { SuffixHashes } from "../../names/suffix_hashes.ts";
import { HEADER_OCTETS } from "../../wire/header.ts";
import { NAME_OCTETS_MAX } from "../../wire/name.ts";

/**
 * Hashes names, and the domains that they lie in, with the key of a list set (see `QuestionHash`). It has nothing in common with
 * the key that questions are hashed with: whoever can read the file learns nothing about that.
 *
 * A name is told by 64 bits of its hash, and its octets are not kept: nobody who writes a list knows the key, and can make an
 * entry that is taken for another name.
 */
export class SetHash {
  /** Of the name that `begin` was called for last: by the number of labels. */
  readonly hashes: SuffixHashes = new SuffixHashes();
  readonly #key0: number;
  readonly #key1: number;
  /** A name stands where it does in a question: what is read before it is there to be read. */
  readonly #scratch = new Uint8Array(HEADER_OCTETS + NAME_OCTETS_MAX);
  #wire: Uint8Array = this.#scratch;
  #end = 0;

  /** Of 8 octets. */
  constructor(key: Uint8Array<ArrayBuffer>) {
    const view = new DataView(key.buffer, key.byteOffset);
    this.#key0 = view.getInt32(0, true);
    this.#key1 = view.getInt32(4, true);
  }

  /** The name that stands in full at `wire[start … end)` is what is hashed, until it changes. */
  begin(wire: Uint8Array, start: number, end: number): void {
    // hot path
    const k0 = this.#key0;
    const k1 = this.#key1;
    const isInQuestion = start === HEADER_OCTETS;
    this.#wire = isInQuestion ? wire : this.#copy(wire, start, end);
    this.#end = isInQuestion ? end : HEADER_OCTETS + end - start;
    this.hashes.begin(this, k0, k1, 0x6c79_6765 ^ k0, 0x7465_6462 ^ k1, this.#wire, this.#end);
  }

  /** Labels of that name. */
  get labels(): number {
    // hot path
    return this.hashes.labelCount;
  }

  /**
   * Makes the hash of its domain of so many labels, more than before, which then stands in `hashes`. Those of the domains between
   * are not made.
   */
  make(labels: number): void {
    // hot path
    this.hashes.extend(this.#wire, this.#end, labels);
  }

  /** Whether the domain of so many labels is the name itself. */
  isWhole(labels: number): boolean {
    // hot path
    return this.hashes.start(labels) === HEADER_OCTETS;
  }

  #copy(wire: Uint8Array, start: number, end: number): Uint8Array {
    // hot path
    const scratch = this.#scratch;
    for (let from = start, to = HEADER_OCTETS; from < end; from++, to++) scratch[to] = wire[from]!;
    return scratch;
  }
}
