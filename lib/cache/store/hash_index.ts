import type { EntrySlab } from "./entry_slab.ts";

/** What stands where there is no entry. No entry is ever at 0. */
const NONE = 0;
/** What `find` returns when the entry may be elsewhere: see `findElsewhere`. */
export const ELSEWHERE: -1 = -1;
/** Words of a bucket: as long as a cache line of the usual processors. */
const BUCKET_WORDS = 16;
/** Entries of a bucket; the first of its words has another use. */
const BUCKET_ENTRIES = BUCKET_WORDS - 1;
/** Of all places so many may be taken: with more, what is elsewhere would be far away. */
const FILLED_SHARE_MAX = 0.9;
/** Where large blocks of the C library's `malloc` begin behind the beginning of a cache line, in words (glibc, all 64-bit machines). */
const BLOCK_START_WORDS = 4;
/** Spreads what the tag is made of over its upper bits: the golden ratio, Knuth's multiplicative hashing. */
const SPREAD = 0x9e37_79b1;

/**
 * Finds entries: a table of buckets, each of which is one line of the processor's cache. A name's hash says in which bucket
 * its entries are, of all types and variants. So what is known of a name, that it does not exist included (RFC 2308 §5),
 * takes one access to memory; and that nothing is known takes no other, for with each entry's reference stands a tag of what
 * it answers, in the bits that no reference needs: nine with 64 MiB, which mislead once in 60 times, three with 4 GiB.
 *
 * What finds its name's bucket full goes to the bucket that the hash of its whole question says, and from there on to the
 * next ones. Each bucket counts what has been passed on, and only where that is not zero is there anything to look for
 * elsewhere. The table has its size from the beginning: nothing is ever made anew, and nobody waits for it.
 *
 * Both hashes have a secret key, so nobody can make names that meet in a bucket. The types of one name do meet, and there are
 * 65,280 of them; that is why what is passed on goes by the question: in whatever number, it is spread over all of the table.
 */
export class HashIndex {
  /** Entries that there is room for; more must not be linked. */
  readonly entriesMax: number;
  readonly #slab: EntrySlab;
  /** Buckets: how many entries have been passed on, then the entries, those that are there first. */
  readonly #words: Int32Array;
  /** Makes a bucket's number of a hash. */
  readonly #scale: number;
  readonly #bucketCount: number;
  /** The bits of a place that are its reference; the tag has the others. */
  readonly #refMask: number;

  /** A table of `bucketCount` buckets of entries of `slab`. */
  constructor(slab: EntrySlab, bucketCount: number) {
    this.#slab = slab;
    this.#bucketCount = bucketCount;
    this.#scale = bucketCount / 2 ** 32;
    this.entriesMax = Math.floor(bucketCount * BUCKET_ENTRIES * FILLED_SHARE_MAX);
    this.#refMask = 2 ** (32 - Math.clz32(slab.doubles.length - 1)) - 1;
    this.#words = new Int32Array(HashIndex.octetsFor(bucketCount) / 4).subarray(BUCKET_WORDS - BLOCK_START_WORDS);
  }

  /** The memory that a table takes. */
  static octetsFor(bucketCount: number): number {
    return (bucketCount + 1) * BUCKET_WORDS * Int32Array.BYTES_PER_ELEMENT;
  }

  /**
   * The entry that answers this question, 0 when there is none, `ELSEWHERE` when `findElsewhere` would know. See
   * `EntrySlab.answers`.
   */
  find(nameHash: number, wire: Uint8Array, nameEnd: number, types: number, variant: number): number {
    // hot path
    const bucket = this.#bucketOf(nameHash);
    const ref = this.#findIn(bucket, nameHash, wire, nameEnd, types, variant);
    return ref === NONE && this.#words[bucket] !== 0 ? ELSEWHERE : ref;
  }

  /** The entry that answers this question but is not where its name's entries are; 0 when there is none. */
  findElsewhere(
    nameHash: number,
    hash: number,
    wire: Uint8Array,
    nameEnd: number,
    types: number,
    variant: number,
  ): number {
    let bucket = this.#bucketOf(hash);
    for (let i = 0; i < this.#bucketCount; i++) {
      const ref = this.#findIn(bucket, nameHash, wire, nameEnd, types, variant);
      if (ref !== NONE || this.#words[bucket] === 0) return ref;
      bucket = this.#behind(bucket);
    }
    return NONE;
  }

  /** Makes an entry known. */
  link(ref: number): void {
    this.#words[this.#seek(ref, NONE, 1)] = this.#placed(ref);
  }

  /** Makes an entry unknown. */
  unlink(ref: number): void {
    const place = this.#seek(ref, this.#placed(ref), -1);
    // The last of the bucket takes its place, so that looking through it ends where nothing is.
    const end = (place | (BUCKET_WORDS - 1)) + 1;
    let last = place;
    while (last + 1 < end && this.#words[last + 1] !== NONE) last++;
    this.#words[place] = this.#words[last]!;
    this.#words[last] = NONE;
  }

  /** Lets the entry be known at `to` instead of `from`; it is moved by the caller, afterwards. */
  move(from: number, to: number): void {
    const placed = this.#placed(from);
    this.#words[this.#seek(from, placed, 0)] = (placed & ~this.#refMask) | to;
  }

  /** Makes all entries unknown. */
  clear(): void {
    this.#words.fill(NONE);
  }

  #findIn(
    bucket: number,
    nameHash: number,
    wire: Uint8Array,
    nameEnd: number,
    types: number,
    variant: number,
  ): number {
    // hot path
    const words = this.#words;
    const refMask = this.#refMask;
    const tag = tagOf(nameHash, types, variant);
    for (let at = bucket + 1; at < bucket + BUCKET_WORDS; at++) {
      const placed = words[at]!;
      if (placed === NONE) return NONE;
      if (((placed ^ tag) & ~refMask) !== 0) continue;
      const ref = placed & refMask;
      if (this.#slab.answers(ref, nameHash, wire, nameEnd, types, variant)) return ref;
    }
    return NONE;
  }

  /** What stands in the table for an entry. */
  #placed(ref: number): number {
    const slab = this.#slab;
    return (tagOf(slab.nameHash(ref), slab.types(ref), slab.variant(ref)) & ~this.#refMask) | ref;
  }

  /** The first place with `placed` on an entry's way through the buckets; `passed` is added to the counts of those before. */
  #seek(ref: number, placed: number, passed: number): number {
    let bucket = this.#bucketOf(this.#slab.nameHash(ref));
    for (let isHome = true;; isHome = false) {
      for (let at = bucket + 1; at < bucket + BUCKET_WORDS; at++) if (this.#words[at] === placed) return at;
      this.#words[bucket]! += passed;
      bucket = isHome ? this.#bucketOf(this.#slab.hash(ref)) : this.#behind(bucket);
    }
  }

  /** Where the bucket of a hash begins. */
  #bucketOf(hash: number): number {
    // hot path
    return (((hash >>> 0) * this.#scale) | 0) * BUCKET_WORDS;
  }

  /** Where the next bucket begins. */
  #behind(bucket: number): number {
    const next = bucket + BUCKET_WORDS;
    return next < this.#bucketCount * BUCKET_WORDS ? next : 0;
  }
}

/** What tells the entries of a bucket apart; the upper bits count, and are made of all others. */
function tagOf(nameHash: number, types: number, variant: number): number {
  // hot path
  return Math.imul(nameHash ^ types ^ (variant << 20), SPREAD);
}
