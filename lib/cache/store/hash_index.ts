import type { EntrySlab } from "./entry_slab.ts";

/** No entry, as a link. No entry is ever at 0. */
const NONE = 0;
/** A mark is chosen by the hash's upper bits, as many as this: the lower ones choose the chain. */
const MARK_HASH_BITS = 6;

/**
 * Finds entries by the hash of their question: a table of chains that run through the entries themselves. So an entry
 * costs no slot, none is ever lacking, and a removed one leaves nothing behind.
 *
 * The head of a chain is the reference of its first entry; in the bits that no reference needs stands a mark for each of its
 * entries, by their hashes, so that most questions that nothing answers are known as such before an entry is touched, which
 * is memory that no processor has at hand. There are nine marks with 64 MiB, three with 4 GiB.
 */
export class HashIndex {
  readonly #slab: EntrySlab;
  readonly #heads: Int32Array;
  readonly #mask: number;
  /** The bits of a head that are its reference. */
  readonly #refMask: number;
  /** How many these are; the marks stand above. */
  readonly #refBits: number;

  /** A table of `chainCount` chains, a power of two, of entries of `slab`. */
  constructor(slab: EntrySlab, chainCount: number) {
    this.#slab = slab;
    this.#heads = new Int32Array(chainCount);
    this.#mask = chainCount - 1;
    this.#refBits = 32 - Math.clz32(slab.doubles.length - 1);
    this.#refMask = 2 ** this.#refBits - 1;
  }

  /** The entry that answers this question, 0 when there is none. See `EntrySlab.answers`. */
  find(hash: number, wire: Uint8Array, nameEnd: number, types: number, variant: number): number {
    // hot path
    const head = this.#heads[hash & this.#mask]!;
    if ((head & this.#mark(hash)) === 0) return NONE;
    let ref = head & this.#refMask;
    while (ref !== NONE && !this.#slab.answers(ref, hash, wire, nameEnd, types, variant)) ref = this.#slab.next(ref);
    return ref;
  }

  /** Puts an entry into its chain. */
  link(ref: number): void {
    const hash = this.#slab.hash(ref);
    const head = this.#heads[hash & this.#mask]!;
    this.#slab.setNext(ref, head & this.#refMask);
    this.#heads[hash & this.#mask] = (head & ~this.#refMask) | this.#mark(hash) | ref;
  }

  /** Takes an entry out of its chain. */
  unlink(ref: number): void {
    this.#relink(ref, this.#slab.next(ref));
    // Others may have the same mark.
    const chain = this.#slab.hash(ref) & this.#mask;
    const first = this.#heads[chain]! & this.#refMask;
    let marks = 0;
    for (let next = first; next !== NONE; next = this.#slab.next(next)) marks |= this.#mark(this.#slab.hash(next));
    this.#heads[chain] = marks | first;
  }

  /** Lets the chain lead to `to` instead of `from`; the entry itself is moved by the caller, afterwards. */
  move(from: number, to: number): void {
    this.#relink(from, to);
  }

  /** Takes all entries out. */
  clear(): void {
    this.#heads.fill(NONE);
  }

  /** Whatever leads to `ref` leads to `target` from then on. The marks stay. */
  #relink(ref: number, target: number): void {
    const chain = this.#slab.hash(ref) & this.#mask;
    const head = this.#heads[chain]!;
    let previous = head & this.#refMask;
    if (previous === ref) {
      this.#heads[chain] = (head & ~this.#refMask) | target;
      return;
    }
    for (let next = this.#slab.next(previous); next !== ref; next = this.#slab.next(previous)) previous = next;
    this.#slab.setNext(previous, target);
  }

  /** The bit that stands in a head for entries with this hash. */
  #mark(hash: number): number {
    // hot path
    const markCount = 32 - this.#refBits;
    return 1 << (this.#refBits + (((hash >>> (32 - MARK_HASH_BITS)) * markCount) >> MARK_HASH_BITS));
  }
}
