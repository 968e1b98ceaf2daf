/**
 * What the steps of a cache hit cost: `deno bench --v8-flags=--expose-gc bench/micro/cache_store_bench.ts`. The
 * times are for 1000 operations, so microseconds are nanoseconds of one. Before that, ten million hits show what they
 * allocate.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { NameKey } from "../../lib/names/name_key.ts";
import { QuestionHash } from "../../lib/names/question_hash.ts";
import { NOT_FOUND } from "../../lib/cache/store/cache_store.ts";
import type { CacheEntry } from "../../lib/cache/store/cache_entry.ts";
import { cacheEntry, cacheStore } from "../../tests/support/cache_entries.ts";
import { makeTrace } from "../cache/cache_traces.ts";
import { SeededRandom } from "../../tests/support/seeded_random.ts";

const MIB = 1024 * 1024;
const ENTRIES = 200_000;
const OPERATIONS = 1000;
const HITS = 10_000_000;

/** Answers to names of 24 octets, 60–120 octets long, with one TTL. */
const entries = Array.from({ length: ENTRIES }, (_, i) => answer(`www.host${100_000 + i}.example`, 60 + i % 61));
const target = new Uint8Array(1232);
const store = cacheStore({ budgetOctets: 64 * MIB });
for (const entry of entries) store.insert(entry);
/** One datagram, whose name is written anew for each query, so that only the store's memory is far apart. */
const { wire, nameEnd } = answer("www.host100000.example", 60);
const queries = { nameCount: ENTRIES, requestCount: OPERATIONS * 1000, randomShare: 0, withTtl: false };
const byZipf = makeTrace({ ...queries, exponent: 1 }).keys;
const anywhere = makeTrace({ ...queries, exponent: 0 }).keys;

showAllocations();

const hash = new QuestionHash(new SeededRandom(1));
const key = new NameKey();
benchEach("a name of 24 octets written, which is in all of these", askFor);
benchEach("hash", (i) => (askFor(i), (key.forget(), hash.hash(key, wire, nameEnd, 1, 0))));
benchEach("hash, of a name that has its key", () => hash.hash(key, wire, nameEnd, 1, 0));
benchEach("the same, multiplications octet by octet", (i) => (askFor(i), mixOctets(wire, nameEnd)));
benchEach("the same, multiplications word by word", (i) => (askFor(i), mixWords(wire, nameEnd)));
benchEach("find, miss", (i) => find(ENTRIES + i));
benchEach("find, hit", find);
benchEach("find and copyMessage", hit);
let start = 0;
benchEach("find and copyMessage, by Zipf's law in 200,000 entries", (i) => hit(next(byZipf, i)));
benchEach("find and copyMessage, anywhere in 200,000 entries", (i) => hit(next(anywhere, i)));

for (const octets of [60, 100, 256, 257, 1232]) {
  const entry = answer(`copy${octets}.example`, octets);
  const ref = cacheStore().insert(entry);
  const one = cacheStore();
  one.insert(entry);
  Deno.bench(`copyMessage of ${octets} octets`, () => {
    for (let i = 0; i < OPERATIONS; i++) one.copyMessage(ref, target, i);
  });
  const octetByOctet = new Uint8Array(64 * MIB).subarray(1);
  Deno.bench(`${octets} octets copied one by one`, () => {
    for (let i = 0; i < OPERATIONS; i++) copyOctets(octetByOctet, octets);
  });
}

for (const count of [2, 4, 8]) {
  const entry = answer(`addresses${count}.example`, 40 + 16 * count);
  const ttlOffsets = Array.from({ length: count }, (_, i) => 40 + 16 * i + 6);
  for (const offset of ttlOffsets) (entry.message as Uint8Array).set([0, 0, 1, 0, 0, 4], offset);
  for (const [what, addresses] of [["in turn", { start: 0, count }], ["as they are", null]] as const) {
    const one = cacheStore();
    const ref = one.insert({ ...entry, ttlOffsets, ttlCount: count, addresses });
    Deno.bench(`copyMessage with ${count} addresses ${what}`, () => {
      for (let i = 0; i < OPERATIONS; i++) one.copyMessage(ref, target, 7);
    });
  }
}

const full = cacheStore({ budgetOctets: 8 * MIB });
benchEach("insert, in place of another answer", (i) => store.insert(entries[i]!));
let serial = 0;
benchEach("insert into a full store", (i) => {
  const entry = entries[i]!;
  serial++;
  entry.wire[14] = serial;
  entry.wire[15] = serial >> 8;
  entry.wire[16] = serial >> 16;
  full.insert(entry);
});

function answer(name: string, messageOctets: number): CacheEntry {
  return cacheEntry({ name, messageOctets, ttlOffsets: [messageOctets - 10] });
}

/** The queries of a trace, a piece at a time. */
function next(trace: Int32Array, index: number): number {
  if (index === 0) start = (start + OPERATIONS) % trace.length;
  return trace[start + index]!;
}

/** Writes the name of the entry number `index` into the datagram. */
function askFor(index: number): void {
  for (let i = nameEnd - 10, rest = 100_000 + index; i > nameEnd - 16; i--, rest = (rest / 10) | 0) {
    wire[i] = 0x30 + rest % 10;
  }
}

function find(index: number): number {
  askFor(index);
  return store.find(wire, nameEnd, 1, 1, 0);
}

function hit(index: number): number {
  const ref = find(index);
  if (ref === NOT_FOUND) throw new Error("it is there");
  store.countHit(ref);
  return store.expiresAtMs(ref) > 0 ? store.copyMessage(ref, target, 7) : 0;
}

function benchEach(name: string, run: (index: number) => unknown): void {
  Deno.bench(name, () => {
    for (let i = 0; i < OPERATIONS; i++) run(i);
  });
}

/** What a hit leaves to the garbage collector, after it has been compiled. */
function showAllocations(): void {
  const gc = (globalThis as { gc?: () => void }).gc;
  let octets = 0;
  for (let i = 0; i < 1_000_000; i++) octets += hit(i % OPERATIONS);
  gc?.();
  const before = Deno.memoryUsage().heapUsed;
  for (let i = 0; i < HITS; i++) octets += hit(i % OPERATIONS);
  const grown = Deno.memoryUsage().heapUsed - before;
  console.log(`${HITS} hits, ${octets} octets copied: the heap grew by ${grown} octets`);
}

/** What `QuestionHash` rejects: a multiplicative mix, two lanes. */
function mixOctets(wire: Uint8Array, nameEnd: number): number {
  let a = 0x1234_5678;
  let b = 0x7abc_def0;
  for (let i = 12; i < nameEnd; i++) {
    let octet = wire[i]!;
    if (octet >= 0x41 && octet <= 0x5a) octet += 0x20;
    a = Math.imul(a ^ octet, 0x9e37_79b1);
    a ^= a >>> 15;
    b = Math.imul(b ^ octet, 0x85eb_ca6b);
    b ^= b >>> 13;
  }
  return a ^ b;
}

function mixWords(wire: Uint8Array, nameEnd: number): number {
  let a = 0x1234_5678;
  let b = 0x7abc_def0;
  for (let i = 12; i < nameEnd; i += 4) {
    let word = 0;
    if (i + 4 <= nameEnd) word = wire[i]! | (wire[i + 1]! << 8) | (wire[i + 2]! << 16) | (wire[i + 3]! << 24);
    else for (let rest = i; rest < nameEnd; rest++) word = (word << 8) | wire[rest]!;
    const low7 = word & 0x7f7f_7f7f;
    word |= (((low7 + 0x3f3f_3f3f) ^ (low7 + 0x2525_2525)) & ~word & 0x8080_8080) >>> 2;
    a = Math.imul(a ^ word, 0x9e37_79b1);
    a ^= a >>> 15;
    b = Math.imul(b ^ word, 0x85eb_ca6b);
    b ^= b >>> 13;
  }
  return a ^ b;
}

function copyOctets(source: Uint8Array, count: number): void {
  for (let i = 0; i < count; i++) target[i] = source[i]!;
}
