import type { EntrySlab } from "./entry_slab.ts";

/** No entry, as a link. No entry is ever at 0. */
const NONE = 0;

/**
 * Finds entries by the hash of their question: a table of chains that run through the entries themselves. So an entry
 * costs no slot, none is ever lacking, and a removed one leaves no mark.
 */
export class HashIndex {
  readonly #slab: EntrySlab;
  readonly #heads: Int32Array;
  readonly #mask: number;

  /** A table of `chainCount` chains, a power of two, of entries of `slab`. */
  constructor(slab: EntrySlab, chainCount: number) {
    this.#slab = slab;
    this.#heads = new Int32Array(chainCount);
    this.#mask = chainCount - 1;
  }

  /** The entry that answers this question, 0 when there is none. See `EntrySlab.answers`. */
  find(hash: number, wire: Uint8Array, nameEnd: number, types: number, variant: number): number {
    // hot path
    let ref = this.#heads[hash & this.#mask]!;
    while (ref !== NONE && !this.#slab.answers(ref, hash, wire, nameEnd, types, variant)) ref = this.#slab.next(ref);
    return ref;
  }

  /** Puts an entry into its chain. */
  link(ref: number): void {
    const chain = this.#slab.hash(ref) & this.#mask;
    this.#slab.setNext(ref, this.#heads[chain]!);
    this.#heads[chain] = ref;
  }

  /** Takes an entry out of its chain. */
  unlink(ref: number): void {
    this.#relink(ref, this.#slab.next(ref));
  }

  /** Lets the chain lead to `to` instead of `from`; the entry itself is moved by the caller, afterwards. */
  move(from: number, to: number): void {
    this.#relink(from, to);
  }

  /** Takes all entries out. */
  clear(): void {
    this.#heads.fill(NONE);
  }

  /** Whatever leads to `ref` leads to `target` from then on. */
  #relink(ref: number, target: number): void {
    const chain = this.#slab.hash(ref) & this.#mask;
    let previous = this.#heads[chain]!;
    if (previous === ref) {
      this.#heads[chain] = target;
      return;
    }
    for (let next = this.#slab.next(previous); next !== ref; next = this.#slab.next(previous)) previous = next;
    this.#slab.setNext(previous, target);
  }
}
