import { sharesOf } from "./budget.ts";
import type { CacheEntry } from "./cache_entry.ts";
import { copyAged, copyWithTtl } from "./copy_message.ts";
import { UNIT_OCTETS } from "./entry_layout.ts";
import { EntrySlab } from "./entry_slab.ts";
import { Eviction } from "./eviction.ts";
import { Ghosts } from "./ghosts.ts";
import { ELSEWHERE, HashIndex } from "./hash_index.ts";
import { NameKey } from "../../names/name_key.ts";
import { type QuestionHash, typesWord } from "../../names/question_hash.ts";
import type { Name } from "../../wire/name.ts";
import { Removal } from "./removal.ts";
import { assertStorable, unitsFor, writeEntry } from "./write_entry.ts";

/** What `find` and `insert` return when there is no entry. */
export const NOT_FOUND: -1 = -1;

/** What a store is made of. */
export interface CacheStoreOptions {
  /** All the memory that it takes, index included; `BUDGET_OCTETS_MIN` to `BUDGET_OCTETS_MAX`. */
  readonly budgetOctets: number;
  /** What questions are hashed by. */
  readonly hash: StoreHash;
}

/** What a store uses of a hash. */
export type StoreHash = Pick<QuestionHash, "hash" | "hashOfName">;

/**
 * Responses in wire format, found by their question. All of it stands in three typed arrays: nothing for the garbage
 * collector to trace, and the budget is kept to the octet. docs/cache.md says what goes when it is full.
 *
 * An entry is named by a *reference*, a number that holds until the next `insert`, `remove` or `clear`.
 */
export class CacheStore {
  /** What it was made with: it never takes more memory than that. */
  readonly budgetOctets: number;
  readonly #hash: StoreHash;
  readonly #slab: EntrySlab;
  readonly #index: HashIndex;
  readonly #eviction: Eviction;
  /** For names that come without a key. */
  readonly #ownKey = new NameKey();

  /** Takes the memory at once; the operating system gives it bit by bit, as it is used. */
  constructor({ budgetOctets, hash }: CacheStoreOptions) {
    this.budgetOctets = budgetOctets;
    this.#hash = hash;
    const { ghostCount, bucketCount, units } = sharesOf(budgetOctets);
    this.#slab = new EntrySlab(units);
    this.#index = new HashIndex(this.#slab, bucketCount);
    this.#eviction = new Eviction({ slab: this.#slab, units, index: this.#index, ghosts: new Ghosts(ghostCount) });
  }

  /** Entries. Some may be of no use any more. */
  get count(): number {
    return this.#eviction.count;
  }

  /** What the entries take, without the index: the rest of the budget is free, or waits to be used again. */
  get usedOctets(): number {
    return this.#eviction.liveUnits * UNIT_OCTETS;
  }

  /** Entries that were thrown out although they were of use. */
  get evictionCount(): number {
    return this.#eviction.evictionCount;
  }

  /** Entries whose room was taken when they were of no use any more. */
  get expiredCount(): number {
    return this.#eviction.expiredCount;
  }

  /**
   * The entry for a question, or `NOT_FOUND`. It counts as used, which keeps it from being thrown out.
   *
   * @param wire A message whose QNAME, in full, stands behind the header; the case of its letters does not matter.
   * @param nameEnd Where the name ends.
   * @param variant What else tells answers apart (DO, CD, a policy view): 32 bits.
   * @param key The name's, where there is one: then it is hashed once for all.
   */
  find(
    wire: Uint8Array,
    nameEnd: number,
    qtype: number,
    qclass: number,
    variant: number,
    key: NameKey = this.#freshKey(),
  ): number {
    // hot path
    const ref = this.#find(key, wire, nameEnd, typesWord(qtype, qclass), variant | 0);
    if (ref === 0) return NOT_FOUND;
    this.#slab.use(ref);
    return ref;
  }

  #find(key: NameKey, wire: Uint8Array, nameEnd: number, types: number, variant: number): number {
    // hot path
    const nameHash = this.#hash.hashOfName(key, wire, nameEnd);
    const ref = this.#index.find(nameHash, wire, nameEnd, types, variant);
    if (ref !== ELSEWHERE) return ref;
    const hash = this.#hash.hash(key, wire, nameEnd, types, variant);
    return this.#index.findElsewhere(nameHash, hash, wire, nameEnd, types, variant);
  }

  /**
   * Stores an entry, in place of the one with the same question. Returns its reference, or `NOT_FOUND` when it is larger
   * than a tenth of the budget; then nothing is stored under its question any more.
   */
  insert(entry: CacheEntry): number {
    assertStorable(entry);
    const { key = this.#freshKey(), wire, nameEnd, nowMs } = entry;
    const types = typesWord(entry.qtype, entry.qclass);
    const nameHash = this.#hash.hashOfName(key, wire, nameEnd);
    const hash = this.#hash.hash(key, wire, nameEnd, types, entry.variant | 0);
    const old = this.#find(key, wire, nameEnd, types, entry.variant | 0);
    const units = unitsFor(entry);
    if (units > this.#eviction.unitsMax) {
      if (old !== 0) this.#eviction.remove(old);
      return NOT_FOUND;
    }
    const uses = old === 0 ? 0 : this.#slab.uses(old);
    const ref = old === 0 ? this.#eviction.place(units, hash, nowMs) : this.#eviction.replace(old, units, nowMs);
    writeEntry(this.#slab, ref, units, entry, nameHash, hash);
    this.#slab.setUses(ref, uses);
    this.#index.link(ref);
    return ref;
  }

  #freshKey(): NameKey {
    this.#ownKey.forget();
    return this.#ownKey;
  }

  /** Removes an entry. */
  remove(ref: number): void {
    this.#eviction.remove(ref);
  }

  /**
   * Removes what is remembered for a name, a part at a time: answers and failures of all types, classes and variants.
   *
   * @param isBelowToo Whether the names below it are meant as well.
   */
  removal(name: Name, isBelowToo: boolean): Removal {
    const slab = this.#slab;
    const isMeant = isBelowToo ? (ref: number) => slab.isWithin(ref, name) : (ref: number) => slab.isNamed(ref, name);
    return new Removal(this.#eviction, isMeant);
  }

  /** Removes all entries, and forgets what was asked for. */
  clear(): void {
    this.#eviction.clear();
  }

  /** When the response came. */
  storedAtMs(ref: number): number {
    return this.#slab.storedAtMs(ref);
  }

  /** From when on it is stale. */
  expiresAtMs(ref: number): number {
    return this.#slab.expiresAtMs(ref);
  }

  /** From when on it is of no use to anyone. */
  keepUntilMs(ref: number): number {
    return this.#slab.keepUntilMs(ref);
  }

  /** Not before this time is the response to be fetched again: when it came, until `setRecheckAtMs` says otherwise. */
  recheckAtMs(ref: number): number {
    return this.#slab.recheckAtMs(ref);
  }

  /** See `recheckAtMs`. */
  setRecheckAtMs(ref: number, recheckAtMs: number): void {
    this.#slab.setRecheckAtMs(ref, recheckAtMs);
  }

  /** How often `countHit` was called since the response was stored; stops at 255. */
  hitCount(ref: number): number {
    return this.#slab.hitCount(ref);
  }

  /** See `hitCount`. */
  countHit(ref: number): void {
    this.#slab.countHit(ref);
  }

  /** See `find`. */
  variant(ref: number): number {
    return this.#slab.variant(ref);
  }

  /** The caller's number. */
  kind(ref: number): number {
    return this.#slab.kind(ref);
  }

  /** The caller's number: failures in a row. */
  streak(ref: number): number {
    return this.#slab.streak(ref);
  }

  /** The caller's number, 0–15: who has looked through it. */
  inspectedBy(ref: number): number {
    return this.#slab.inspectedBy(ref);
  }

  /** See `inspectedBy`. */
  setInspectedBy(ref: number, number: number): void {
    this.#slab.setInspectedBy(ref, number);
  }

  /** Length of the message. */
  messageOctets(ref: number): number {
    return this.#slab.messageOctets(ref);
  }

  /**
   * Copies the message to the beginning of `target`, which has room for it, with `ageSeconds` (a whole number) taken off
   * each TTL, down to zero. Returns its length.
   *
   * @param words The same memory as `target`, with room for whole words, where it is at hand: that is faster.
   */
  copyMessage(ref: number, target: Uint8Array, ageSeconds: number, words: Int32Array | null = null): number {
    return copyAged(this.#slab, ref, target, words, ageSeconds);
  }

  /** The same, with every TTL set to `ttlSeconds`. */
  copyMessageWithTtl(ref: number, target: Uint8Array, ttlSeconds: number): number {
    return copyWithTtl(this.#slab, ref, target, ttlSeconds);
  }

  /** Whether EDNS options belong to the response. */
  hasOptions(ref: number): boolean {
    return this.#slab.optionOctets(ref) > 0;
  }

  /** A copy of the EDNS options that belong to the response, encoded. */
  options(ref: number): Uint8Array<ArrayBuffer> {
    const start = this.#slab.messageStart(ref) + this.#slab.messageOctets(ref);
    return this.#slab.octets.slice(start, start + this.#slab.optionOctets(ref));
  }
}
