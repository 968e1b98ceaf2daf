import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { CacheEntry } from "../../../lib/cache/store/cache_entry.ts";
import { BUDGET_OCTETS_MIN } from "../../../lib/cache/store/budget.ts";
import { type CacheStore, NOT_FOUND, type StoreHash } from "../../../lib/cache/store/cache_store.ts";
import { HEADER_OCTETS } from "../../../lib/wire/header.ts";
import { foldCase } from "../../../lib/wire/name.ts";
import { cacheEntry, cacheStore, findEntry, messageOf, octetsOf } from "../../support/cache_entries.ts";

const NAMES = [
  "example.org",
  "EXAMPLE.org",
  "www.example.org",
  "example.com",
  ".",
  "a.",
  "B.",
  "b.",
  "xn--a.test",
  "c.",
];
const BUDGET = BUDGET_OCTETS_MIN;

type Step =
  | { readonly kind: "insert"; readonly entry: CacheEntry }
  | { readonly kind: "find" | "remove"; readonly entry: CacheEntry }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "clear" };

const questions = fc.record({
  name: fc.oneof(fc.constantFrom(...NAMES), fc.nat(400).map((i) => `n${i}.example.org`)),
  qtype: fc.constantFrom(1, 28),
  variant: fc.constantFrom(0, 1),
});
const sizes = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 12, max: 300 }) },
  { weight: 2, arbitrary: fc.integer({ min: 300, max: 6500 }) },
);
let serial = 0;
const entries = fc.record({
  question: questions,
  messageOctets: sizes,
  options: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(60) }),
  ttlOffsets: fc.array(fc.nat(8), { maxLength: 3 }),
  keepMs: fc.oneof({ weight: 3, arbitrary: fc.constant(1e9) }, { weight: 1, arbitrary: fc.nat(100) }),
}).map(({ question, messageOctets, options, ttlOffsets, keepMs }) => {
  const entry = cacheEntry({ ...question, messageOctets, ttlOffsets, keepUntilMs: keepMs });
  // No two insertions are alike, so an old one is told from the last.
  entry.message.set([serial >> 24, serial >> 16, serial >> 8, serial++], 0);
  return { ...entry, options: new Uint8Array(options).fill(serial), streak: serial & 0xff };
});
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 50, arbitrary: entries.map((entry) => ({ kind: "insert" as const, entry })) },
  { weight: 40, arbitrary: questions.map((question) => ({ kind: "find" as const, entry: cacheEntry(question) })) },
  { weight: 6, arbitrary: questions.map((question) => ({ kind: "remove" as const, entry: cacheEntry(question) })) },
  { weight: 6, arbitrary: fc.nat(50).map((ms) => ({ kind: "wait" as const, ms })) },
  { weight: 1, arbitrary: fc.constant({ kind: "clear" as const }) },
);

const HASHES: Readonly<Record<string, StoreHash | null>> = {
  "its own hash": null,
  "one hash for all questions": { hash: () => -1, hashOfName: () => -1 },
  "three hashes": { hash: (_key, _wire, nameEnd) => nameEnd % 3, hashOfName: (_key, _wire, nameEnd) => nameEnd % 3 },
  "one hash for all names": { hash: (_key, wire, nameEnd, types) => sumOf(wire, nameEnd) * types, hashOfName: () => 5 },
};

function sumOf(wire: Uint8Array, nameEnd: number): number {
  return foldCase(wire.slice(HEADER_OCTETS, nameEnd)).reduce((sum, octet) => Math.imul(sum ^ octet, 0x0100_0193), 1);
}

for (const [name, hash] of Object.entries(HASHES)) {
  Deno.test(`CacheStore finds what was last stored under a question or nothing, with ${name}`, () => {
    let evictionCount = 0;
    let expiredCount = 0;
    const property = fc.property(fc.array(steps, { maxLength: 1000, size: "max" }), (steps) => {
      const store = cacheStore({ budgetOctets: BUDGET, ...(hash === null ? {} : { hash }) });
      const model = new Model(store);
      for (const step of steps) model.take(step);
      model.compareAll();
      evictionCount += store.evictionCount;
      expiredCount += store.expiredCount;
    });
    fc.assert(property, { numRuns: 100 });
    assert(evictionCount > 1000 && expiredCount > 100, "the steps fill the store");
  });
}

/** A `Map` next to the store. What the store throws out stays in the map, until it is stored again. */
class Model {
  readonly #store: CacheStore;
  readonly #entries = new Map<string, CacheEntry>();
  #inserted = 0;
  #nowMs = 0;

  constructor(store: CacheStore) {
    this.#store = store;
  }

  take(step: Step): void {
    if (step.kind === "insert") this.#insert({ ...step.entry, ...this.#timesOf(step.entry) });
    if (step.kind === "find") this.#compare(step.entry);
    if (step.kind === "remove") this.#remove(step.entry);
    if (step.kind === "wait") this.#nowMs += step.ms;
    if (step.kind === "clear") {
      this.#store.clear();
      this.#entries.clear();
    }
  }

  /** All that is there is right, and nothing else is counted. */
  compareAll(): void {
    const found = [...this.#entries.values()].filter((entry) => this.#compare(entry));
    assertEquals(this.#store.count, found.length);
    assertEquals(this.#store.usedOctets, found.reduce((sum, entry) => sum + this.#octetsOf(entry), 0));
    assert(this.#store.usedOctets <= BUDGET);
  }

  #insert(entry: CacheEntry): void {
    const ref = this.#store.insert(entry);
    this.#inserted += octetsOf(entry);
    if (this.#octetsOf(entry) > BUDGET / 10) assertEquals(ref, NOT_FOUND);
    if (ref === NOT_FOUND) {
      assert(this.#octetsOf(entry) > BUDGET * 0.09);
      this.#entries.delete(keyOf(entry));
    } else {
      this.#entries.set(keyOf(entry), entry);
      // The newest one is there, whatever had to go.
      assertEquals(findEntry(this.#store, entry), ref);
    }
    this.#compare(entry);
  }

  #remove(entry: CacheEntry): void {
    const ref = findEntry(this.#store, entry);
    if (ref !== NOT_FOUND) this.#store.remove(ref);
    this.#entries.delete(keyOf(entry));
    assertEquals(findEntry(this.#store, entry), NOT_FOUND);
  }

  #compare(question: CacheEntry): boolean {
    const store = this.#store;
    const ref = findEntry(store, question);
    if (ref === NOT_FOUND) {
      // Until the small ring is full for the first time, nothing is lost.
      assert(this.#inserted > BUDGET * 0.08 || !this.#entries.has(keyOf(question)));
      return false;
    }
    const entry = this.#entries.get(keyOf(question))!;
    assertEquals(messageOf(store, ref), entry.message);
    assertEquals(store.options(ref), entry.options);
    const times = [store.storedAtMs(ref), store.expiresAtMs(ref), store.keepUntilMs(ref)];
    assertEquals(times, [entry.storedAtMs, entry.expiresAtMs, entry.keepUntilMs]);
    assertEquals(store.streak(ref), entry.streak);
    return true;
  }

  #timesOf(entry: CacheEntry): Pick<CacheEntry, "nowMs" | "storedAtMs" | "keepUntilMs"> {
    return { nowMs: this.#nowMs, storedAtMs: this.#nowMs, keepUntilMs: this.#nowMs + entry.keepUntilMs };
  }

  #octetsOf(entry: CacheEntry): number {
    return octetsOf(entry, entry.message.length < entry.nameEnd);
  }
}

function keyOf({ wire, nameEnd, qtype, variant }: CacheEntry): string {
  return `${foldCase(wire.slice(12, nameEnd)).toHex()} ${qtype} ${variant}`;
}
