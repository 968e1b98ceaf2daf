/**
 * Eviction policies as plain models: entries of one size, keys that are small whole numbers. They say what a policy is
 * worth, not what it costs.
 *
 * @module
 */

/** A cache that holds keys. */
export interface PolicyModel {
  /** Asks for `key`; whether it was there. It is now, if the policy wants it. */
  access(key: number): boolean;
}

/** Room for `capacity` keys out of 0 to `keyCount` − 1. */
export interface ModelOptions {
  readonly capacity: number;
  readonly keyCount: number;
}

const NONE = -1;

/** A doubly linked list of keys; a key is in one list of a policy at a time. */
class KeyList {
  head = NONE;
  tail = NONE;
  size = 0;
  readonly #newer: Int32Array;
  readonly #older: Int32Array;

  constructor(keyCount: number) {
    this.#newer = new Int32Array(keyCount);
    this.#older = new Int32Array(keyCount);
  }

  push(key: number): void {
    this.#newer[key] = NONE;
    this.#older[key] = this.head;
    if (this.head === NONE) this.tail = key;
    else this.#newer[this.head] = key;
    this.head = key;
    this.size++;
  }

  remove(key: number): void {
    const newer = this.#newer[key]!;
    const older = this.#older[key]!;
    if (newer === NONE) this.head = older;
    else this.#older[newer] = older;
    if (older === NONE) this.tail = newer;
    else this.#newer[older] = newer;
    this.size--;
  }

  /** Removes the oldest. */
  shift(): number {
    const key = this.tail;
    this.remove(key);
    return key;
  }

  newerThan(key: number): number {
    return this.#newer[key]!;
  }
}

/** First in, first out. */
export class Fifo implements PolicyModel {
  readonly #capacity: number;
  readonly #isIn: Uint8Array;
  readonly #list: KeyList;

  constructor({ capacity, keyCount }: ModelOptions) {
    this.#capacity = capacity;
    this.#isIn = new Uint8Array(keyCount);
    this.#list = new KeyList(keyCount);
  }

  access(key: number): boolean {
    if (this.#isIn[key] === 1) return true;
    if (this.#list.size === this.#capacity) this.#isIn[this.#list.shift()] = 0;
    this.#list.push(key);
    this.#isIn[key] = 1;
    return false;
  }
}

/** The one that was not asked for for the longest time goes. */
export class Lru implements PolicyModel {
  readonly #capacity: number;
  readonly #isIn: Uint8Array;
  readonly #list: KeyList;

  constructor({ capacity, keyCount }: ModelOptions) {
    this.#capacity = capacity;
    this.#isIn = new Uint8Array(keyCount);
    this.#list = new KeyList(keyCount);
  }

  access(key: number): boolean {
    if (this.#isIn[key] === 1) {
      this.#list.remove(key);
      this.#list.push(key);
      return true;
    }
    if (this.#list.size === this.#capacity) this.#isIn[this.#list.shift()] = 0;
    this.#list.push(key);
    this.#isIn[key] = 1;
    return false;
  }
}

/** A FIFO whose oldest gets another round when it was asked for (second chance). */
export class Clock implements PolicyModel {
  readonly #capacity: number;
  readonly #isIn: Uint8Array;
  readonly #isUsed: Uint8Array;
  readonly #list: KeyList;

  constructor({ capacity, keyCount }: ModelOptions) {
    this.#capacity = capacity;
    this.#isIn = new Uint8Array(keyCount);
    this.#isUsed = new Uint8Array(keyCount);
    this.#list = new KeyList(keyCount);
  }

  access(key: number): boolean {
    if (this.#isIn[key] === 1) {
      this.#isUsed[key] = 1;
      return true;
    }
    if (this.#list.size === this.#capacity) this.#evict();
    this.#list.push(key);
    this.#isIn[key] = 1;
    this.#isUsed[key] = 0;
    return false;
  }

  #evict(): void {
    for (;;) {
      const key = this.#list.shift();
      if (this.#isUsed[key] === 0) {
        this.#isIn[key] = 0;
        return;
      }
      this.#isUsed[key] = 0;
      this.#list.push(key);
    }
  }
}

/** SIEVE (Zhang et al., NSDI 2024): a hand goes from old to new and takes the first that was not asked for; none moves. */
export class Sieve implements PolicyModel {
  readonly #capacity: number;
  readonly #isIn: Uint8Array;
  readonly #isUsed: Uint8Array;
  readonly #list: KeyList;
  #hand = NONE;

  constructor({ capacity, keyCount }: ModelOptions) {
    this.#capacity = capacity;
    this.#isIn = new Uint8Array(keyCount);
    this.#isUsed = new Uint8Array(keyCount);
    this.#list = new KeyList(keyCount);
  }

  access(key: number): boolean {
    if (this.#isIn[key] === 1) {
      this.#isUsed[key] = 1;
      return true;
    }
    if (this.#list.size === this.#capacity) this.#evict();
    this.#list.push(key);
    this.#isIn[key] = 1;
    this.#isUsed[key] = 0;
    return false;
  }

  #evict(): void {
    let key = this.#hand === NONE ? this.#list.tail : this.#hand;
    while (this.#isUsed[key] === 1) {
      this.#isUsed[key] = 0;
      key = this.#list.newerThan(key);
      if (key === NONE) key = this.#list.tail;
    }
    this.#hand = this.#list.newerThan(key);
    this.#list.remove(key);
    this.#isIn[key] = 0;
  }
}

const [OUT, SMALL, MAIN] = [0, 1, 2] as const;

/** What can be set in S3-FIFO. */
export interface S3FifoOptions extends ModelOptions {
  /** The small queue's part of the capacity. */
  readonly smallShare?: number;
  /** How often a key must have been asked for in the small queue to get into the main one. */
  readonly promotionUses?: number;
  /** Keys that the ghost queue remembers, as a part of the main queue's capacity. */
  readonly ghostShare?: number;
}

/** S3-FIFO (Yang et al., SOSP 2023): a small queue on trial, a main queue with further rounds, ghosts of the small one. */
export class S3Fifo implements PolicyModel {
  readonly #capacity: number;
  readonly #smallCapacity: number;
  readonly #ghostCapacity: number;
  readonly #promotionUses: number;
  readonly #place: Uint8Array;
  readonly #isGhost: Uint8Array;
  readonly #uses: Uint8Array;
  readonly #small: KeyList;
  readonly #main: KeyList;
  readonly #ghosts: KeyList;

  constructor({ capacity, keyCount, smallShare = 0.1, promotionUses = 1, ghostShare = 1 }: S3FifoOptions) {
    this.#capacity = capacity;
    this.#smallCapacity = Math.max(1, Math.round(capacity * smallShare));
    this.#ghostCapacity = Math.round((capacity - this.#smallCapacity) * ghostShare);
    this.#promotionUses = promotionUses;
    this.#place = new Uint8Array(keyCount);
    this.#isGhost = new Uint8Array(keyCount);
    this.#uses = new Uint8Array(keyCount);
    this.#small = new KeyList(keyCount);
    this.#main = new KeyList(keyCount);
    this.#ghosts = new KeyList(keyCount);
  }

  access(key: number): boolean {
    if (this.#place[key] !== OUT) {
      if (this.#uses[key]! < 3) this.#uses[key]!++;
      return true;
    }
    while (this.#small.size + this.#main.size >= this.#capacity) {
      if (this.#small.size >= this.#smallCapacity) this.#evictFromSmall();
      else this.#evictFromMain();
    }
    this.#uses[key] = 0;
    if (this.#isGhost[key] === 1) {
      this.#ghosts.remove(key);
      this.#isGhost[key] = 0;
      this.#pushMain(key);
    } else {
      this.#small.push(key);
      this.#place[key] = SMALL;
    }
    return false;
  }

  #pushMain(key: number): void {
    this.#main.push(key);
    this.#place[key] = MAIN;
  }

  #evictFromSmall(): void {
    const key = this.#small.shift();
    if (this.#uses[key]! >= this.#promotionUses) {
      this.#uses[key] = 0;
      this.#pushMain(key);
      return;
    }
    this.#place[key] = OUT;
    if (this.#ghosts.size === this.#ghostCapacity) this.#isGhost[this.#ghosts.shift()] = 0;
    this.#ghosts.push(key);
    this.#isGhost[key] = 1;
  }

  #evictFromMain(): void {
    for (;;) {
      const key = this.#main.shift();
      if (this.#uses[key] === 0) {
        this.#place[key] = OUT;
        return;
      }
      this.#uses[key]!--;
      this.#main.push(key);
    }
  }
}

const [WINDOW, PROBATION, PROTECTED] = [1, 2, 3] as const;

/** W-TinyLFU (Einziger, Friedman, Manes 2017): a sketch of how often each key is asked for decides who gets in. */
export class WTinyLfu implements PolicyModel {
  readonly #capacity: number;
  readonly #windowCapacity: number;
  readonly #protectedCapacity: number;
  readonly #place: Uint8Array;
  readonly #window: KeyList;
  readonly #probation: KeyList;
  readonly #protected: KeyList;
  readonly #sketch: Uint8Array;
  readonly #mask: number;
  #countdown: number;

  constructor({ capacity, keyCount }: ModelOptions) {
    this.#capacity = capacity;
    this.#windowCapacity = Math.max(1, Math.round(capacity * 0.01));
    this.#protectedCapacity = Math.round((capacity - this.#windowCapacity) * 0.8);
    this.#place = new Uint8Array(keyCount);
    this.#window = new KeyList(keyCount);
    this.#probation = new KeyList(keyCount);
    this.#protected = new KeyList(keyCount);
    const width = 2 ** Math.ceil(Math.log2(capacity * 8));
    this.#sketch = new Uint8Array(width);
    this.#mask = width - 1;
    this.#countdown = capacity * 10;
  }

  access(key: number): boolean {
    this.#count(key);
    const place = this.#place[key]!;
    if (place === OUT) {
      this.#window.push(key);
      this.#place[key] = WINDOW;
      if (this.#window.size > this.#windowCapacity) this.#admit(this.#window.shift());
      return false;
    }
    if (place === WINDOW) {
      this.#window.remove(key);
      this.#window.push(key);
      return true;
    }
    (place === PROBATION ? this.#probation : this.#protected).remove(key);
    this.#protected.push(key);
    this.#place[key] = PROTECTED;
    if (this.#protected.size > this.#protectedCapacity) this.#putOnProbation(this.#protected.shift());
    return true;
  }

  #admit(candidate: number): void {
    this.#putOnProbation(candidate);
    if (this.#window.size + this.#probation.size + this.#protected.size <= this.#capacity) return;
    const victim = this.#probation.tail;
    const loser = this.#frequency(candidate) > this.#frequency(victim) ? victim : candidate;
    this.#probation.remove(loser);
    this.#place[loser] = OUT;
  }

  #putOnProbation(key: number): void {
    this.#probation.push(key);
    this.#place[key] = PROBATION;
  }

  #count(key: number): void {
    for (let row = 0; row < 4; row++) {
      const cell = this.#cell(key, row);
      if (this.#sketch[cell]! < 15) this.#sketch[cell]!++;
    }
    if (--this.#countdown > 0) return;
    for (let i = 0; i < this.#sketch.length; i++) this.#sketch[i]! >>= 1;
    this.#countdown = this.#capacity * 10;
  }

  #frequency(key: number): number {
    let lowest = 15;
    for (let row = 0; row < 4; row++) lowest = Math.min(lowest, this.#sketch[this.#cell(key, row)]!);
    return lowest;
  }

  #cell(key: number, row: number): number {
    let hash = Math.imul(key + 1, 0x9e37_79b1) + Math.imul(row + 1, 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2_ae35);
    return (hash ^ (hash >>> 15)) & this.#mask;
  }
}
