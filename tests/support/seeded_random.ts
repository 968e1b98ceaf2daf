import type { RandomSource } from "../../lib/base/runtime.ts";

/**
 * Random numbers that follow from a seed alone (sfc32, Chris Doty-Humphrey's "Small Fast Counting" generator). The same
 * seed draws the same numbers on every machine; nothing here is unpredictable.
 */
export class SeededRandom implements RandomSource {
  #a = 0;
  #b: number;
  #c: number;
  #counter = 1;

  /** Starts the sequence of `seed`: a number, or any text. */
  constructor(seed: number | string) {
    this.#b = hashText(`${seed}`);
    this.#c = hashText(`${seed} more`);
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** A whole number of 0–4294967295. */
  uint32(): number {
    const result = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = (this.#b ^ (this.#b >>> 9)) >>> 0;
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) >>> 0;
    return result;
  }

  /** A number of 0 up to, but not including, 1. */
  fraction(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** A whole number of 0 to `limit` − 1. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** A whole number of `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  /** True in `probability` of all cases. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** One of `items`. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** `items` in any order. */
  shuffled<T>(items: readonly T[]): T[] {
    return items.map((item) => ({ item, place: this.uint32() })).sort((a, b) => a.place - b.place)
      .map(({ item }) => item);
  }

  /** One key of `weights`, each as often as its number says. */
  pickWeighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let rest = this.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) if ((rest -= weight) < 0) return key;
    return entries.at(-1)![0];
  }

  /** `count` octets. */
  octets(count: number): Uint8Array<ArrayBuffer> {
    const octets = new Uint8Array(count);
    this.fill(octets);
    return octets;
  }

  fill(octets: Uint8Array<ArrayBuffer>): void {
    for (let i = 0; i < octets.length; i++) octets[i] = this.uint32() >>> 11;
  }

  /** A generator of its own for one part of the world: what is drawn there does not shift what is drawn elsewhere. */
  fork(name: string): SeededRandom {
    return new SeededRandom(`${name} ${this.uint32()}`);
  }
}

/** A number of 32 bits that follows from `text` (FNV-1a, its bits stirred once more). Not for secrets. */
export function hashText(text: string): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
