import { assert, assertEquals } from "@std/assert";
import { QuestionHash } from "../../../lib/names/question_hash.ts";
import type { CacheEntry } from "../../../lib/cache/store/cache_entry.ts";
import { BUDGET_OCTETS_MIN } from "../../../lib/cache/store/budget.ts";
import type { CacheStore } from "../../../lib/cache/store/cache_store.ts";
import { cacheEntry, cacheStore, type EntryParts, findEntry, hasEntry, octetsOf } from "../../support/cache_entries.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const BUDGET = 256 * 1024;

/** Asks for a name as a resolver does: what is not there is fetched and stored. Whether it was there. */
function ask(store: CacheStore, name: string, parts: EntryParts = {}): boolean {
  return askEntry(store, cacheEntry({ name, ...parts }));
}

/** The same for a name with what would be fetched. */
function askEntry(store: CacheStore, entry: CacheEntry): boolean {
  if (hasEntry(store, entry)) return true;
  store.insert(entry);
  return false;
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}.example.org`);
}

function countPresent(store: CacheStore, names: readonly string[]): number {
  return names.filter((name) => hasEntry(store, cacheEntry({ name }))).length;
}

Deno.test("CacheStore takes no more memory than its budget, empty or full", () => {
  const budgetOctets = 64 * 1024 * 1024;
  const before = Deno.memoryUsage().external;
  const store = cacheStore({ budgetOctets });
  const random = new SeededRandom(1);
  const entry = cacheEntry({ name: "12345678.example.org", messageOctets: 300 });
  for (let i = 0; i < 300_000; i++) {
    // The label's octets; the message keeps another name, so that the name is stored, too.
    entry.wire.set(random.octets(8), 13);
    store.insert(entry);
  }
  assert(store.evictionCount > 0);
  // Whatever else the process has let go of meanwhile makes this smaller, never larger.
  assert(Deno.memoryUsage().external - before <= budgetOctets + 64 * 1024);
  assert(store.usedOctets <= budgetOctets);
});

Deno.test("CacheStore uses at least 93 % of its budget for entries, at 64 octets each on top of the message", () => {
  for (const messageOctets of [80, 200, 1200]) {
    const store = cacheStore({ budgetOctets: 4 * 1024 * 1024 });
    for (const name of names("n", 60_000)) store.insert(cacheEntry({ name, messageOctets, ttlOffsets: [40] }));
    const octets = octetsOf(cacheEntry({ messageOctets, ttlOffsets: [40] }));
    assert(octets <= 64 + 4 + messageOctets + 7);
    assertEquals(store.usedOctets, store.count * octets);
    assert(store.usedOctets >= 0.93 * store.budgetOctets, `${store.usedOctets} octets`);
  }
});

Deno.test("CacheStore keeps names that are asked for through a flood of random ones, 20 times what it holds", () => {
  const hot = names("hot", 300).map((name) => cacheEntry({ name }));
  const flood = names("random", 20 * BUDGET / octetsOf(cacheEntry())).map((name) => cacheEntry({ name }));
  assert(flood.length > 40_000);
  // Chance has a part in it: a random name in 8,000 is taken for one that is known already, and stays for longer. Which
  // one that is, the hash's key decides. With one key (60 were tried) 0.8 % of the asks miss on average, with a standard
  // deviation of 0.4, and 1.6 % of the names are gone at the end, with one of 0.7. So the mean of eight keys deviates by
  // 0.15 and 0.25, and the bounds are three times that away.
  const floods = Array.from({ length: 8 }, (_, seed) => {
    return askThroughFlood(new QuestionHash(new SeededRandom(seed)), hot, flood);
  });
  const missRate = mean(floods.map(({ missCount, askCount }) => missCount / askCount));
  const lossRate = mean(floods.map(({ presentCount }) => 1 - presentCount / hot.length));
  assert(missRate <= 0.0125 && lossRate <= 0.025, `${missRate} missed, ${lossRate} lost`);
});

/** Asks for a hot name after every 49 of the flood: since it was last asked for, seven times what the store holds came by. */
function askThroughFlood(hash: QuestionHash, hot: readonly CacheEntry[], flood: readonly CacheEntry[]) {
  const store = cacheStore({ budgetOctets: BUDGET, hash });
  for (let round = 0; round < 3; round++) for (const entry of hot) askEntry(store, entry);
  let [askCount, missCount] = [0, 0];
  for (const [i, entry] of flood.entries()) {
    askEntry(store, entry);
    if (i % 49 !== 0) continue;
    if (!askEntry(store, hot[askCount % hot.length]!)) missCount++;
    askCount++;
  }
  return { askCount, missCount, presentCount: hot.filter((entry) => hasEntry(store, entry)).length };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

Deno.test("CacheStore keeps names that were asked for twice through a flood without asking for them once", () => {
  const store = cacheStore({ budgetOctets: BUDGET });
  const twice = names("twice", 200);
  for (let round = 0; round < 2; round++) for (const name of twice) ask(store, name);
  for (const name of names("random", 50_000)) ask(store, name);
  // One random name in 8,000 is taken for one that is known already, and pushes out the oldest of those.
  assert(countPresent(store, twice) >= 0.95 * twice.length);
});

Deno.test("CacheStore keeps hot names through a flood of random names with answers of all sizes", () => {
  const store = cacheStore({ budgetOctets: 4 * 1024 * 1024 });
  const random = new SeededRandom(1);
  const hot = names("hot", 2000);
  const sizeOf = () => random.chance(0.01) ? random.between(30, 65_535) : random.between(30, 600);
  for (let round = 0; round < 3; round++) for (const name of hot) ask(store, name, { messageOctets: 80 + round });
  for (const [i, name] of names("random", 60_000).entries()) {
    ask(store, name, { messageOctets: sizeOf() });
    if (i % 5 === 0) ask(store, hot[(i / 5) % hot.length]!);
  }
  assert(countPresent(store, hot) >= 0.99 * hot.length);
});

Deno.test("CacheStore lets names go that nobody asks for any more", () => {
  const store = cacheStore({ budgetOctets: BUDGET });
  const [old, young] = [names("old", 1000), names("young", 1000)];
  for (const generation of [old, young]) {
    for (let round = 0; round < 8; round++) for (const name of generation) ask(store, name);
  }
  assertEquals(countPresent(store, young), young.length);
  assert(countPresent(store, old) < old.length);
});

Deno.test("CacheStore remembers a name that it threw out, and then keeps it", () => {
  const store = cacheStore({ budgetOctets: BUDGET });
  for (const name of names("first", 5000)) ask(store, name);
  const [name] = names("again", 1);
  ask(store, name!);
  for (const name of names("random", 300)) ask(store, name);
  assertEquals(ask(store, name!), false);
  for (const name of names("more", 5000)) ask(store, name);
  assert(ask(store, name!));
});

Deno.test("CacheStore keeps an entry used while it was on trial, and no entry past its keepUntilMs", () => {
  for (const keepUntilMs of [1000, 999]) {
    const store = cacheStore({ budgetOctets: BUDGET });
    for (const name of names("first", 5000)) ask(store, name);
    const entry = cacheEntry({ keepUntilMs });
    store.insert(entry);
    for (let i = 0; i < 5; i++) findEntry(store, entry);
    assertEquals(store.expiredCount, 0);
    for (const name of names("random", 2000)) ask(store, name, { nowMs: 999 });
    assertEquals(hasEntry(store, entry), keepUntilMs > 999);
    assertEquals(store.expiredCount, keepUntilMs > 999 ? 0 : 1);
  }
});

Deno.test("CacheStore gives the room of what is over to names that were asked for once", () => {
  const store = cacheStore({ budgetOctets: BUDGET });
  for (const name of names("old", 5000)) ask(store, name, { keepUntilMs: 1000 });
  const full = store.count;
  const fresh = names("fresh", Math.round(0.8 * full));
  for (const name of fresh) ask(store, name, { nowMs: 1000 });
  assertEquals(countPresent(store, fresh), fresh.length);
  assertEquals(store.expiredCount, fresh.length);
  assertEquals(store.count <= full, true);
});

Deno.test("CacheStore gives the room of removed entries to others", () => {
  const store = cacheStore({ budgetOctets: BUDGET });
  const old = names("old", 1000);
  for (const name of old) ask(store, name);
  for (const name of old) store.remove(findEntry(store, cacheEntry({ name })));
  assertEquals([store.count, store.usedOctets], [0, 0]);
  const fresh = names("fresh", 1000);
  for (const name of fresh) ask(store, name);
  assertEquals([countPresent(store, fresh), store.evictionCount, store.expiredCount], [1000, 0, 0]);
});

Deno.test("CacheStore counts what it throws out", () => {
  const store = cacheStore({ budgetOctets: BUDGET_OCTETS_MIN });
  for (const name of names("n", 1000)) ask(store, name);
  assertEquals(store.evictionCount, 1000 - store.count);
  assertEquals(store.expiredCount, 0);
});

Deno.test("CacheStore.insert() moves at most 32 entries of its own size on, even when all are in use", () => {
  const store = cacheStore({ budgetOctets: BUDGET });
  const hot = names("hot", 1900);
  for (let round = 0; round < 10; round++) for (const name of hot) ask(store, name);
  const present = hot.filter((name) => hasEntry(store, cacheEntry({ name })));
  for (let i = 0; i < 3; i++) assertEquals(countPresent(store, present), present.length);
  // Each gets into the main ring when it leaves the small one.
  const evictionCount = store.evictionCount;
  for (let i = 0; store.evictionCount === evictionCount; i++) {
    assert(i < 1000);
    ask(store, `new${i}.example.org`);
    ask(store, `new${i}.example.org`);
  }
  // To find the one with the fewest uses among equals, all would have been moved on three times, and the oldest would go.
  const lost = present.findIndex((name) => !hasEntry(store, cacheEntry({ name })));
  assertEquals(lost, 32);
});
