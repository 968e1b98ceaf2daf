import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { sharesOf } from "../../../lib/cache/store/budget.ts";
import { BrokenInvariantError } from "../../../lib/base/assert.ts";
import { NOT_FOUND } from "../../../lib/cache/store/cache_store.ts";
import { HEADER_OCTETS } from "../../../lib/wire/header.ts";
import { octets } from "../../wire/arbitraries.ts";
import {
  cacheEntry,
  cacheStore,
  type EntryParts,
  findEntry,
  hasEntry,
  messageOf,
  octetsOf,
} from "../../support/cache_entries.ts";

Deno.test("CacheStore.find() tells questions apart by name, QTYPE, QCLASS and variant", () => {
  const store = cacheStore();
  const questions: readonly EntryParts[] = [
    {},
    { name: "example.com" },
    { name: "www.example.org" },
    { name: "." },
    { qtype: 28 },
    { qtype: 0xffff },
    { qclass: 3 },
    { qclass: 0xffff },
    { qtype: 0xffff, qclass: 0xffff },
    { variant: 1 },
    { variant: 0x8000_0000 },
    { variant: 0xffff_ffff },
  ];
  for (const [kind, parts] of questions.entries()) {
    assertEquals(hasEntry(store, cacheEntry(parts)), false);
    store.insert(cacheEntry({ ...parts, kind }));
  }
  assertEquals(store.count, questions.length);
  for (const [kind, parts] of questions.entries()) {
    assertEquals(store.kind(findEntry(store, cacheEntry(parts))), kind);
  }
});

Deno.test("[4343_01] [4343_03] CacheStore.find() ignores the case of A–Z, and of no other octet", () => {
  const store = cacheStore();
  store.insert(cacheEntry({ name: "wWw.eXample.org" }));
  assert(hasEntry(store, cacheEntry({ name: "WWW.EXAMPLE.ORG" })));
  assert(hasEntry(store, cacheEntry({ name: "www.example.org" })));
  // Pairs that some alphabet, or a careless mask, takes for one letter.
  const pairs = [[0x40, 0x60], [0x5b, 0x7b], [0xc4, 0xe4], [0x4b, 0xaa], [0x00, 0x20], [0xc1, 0xe1]] as const;
  for (const [a, b] of pairs) {
    store.insert(cacheEntry({ name: Uint8Array.of(1, a, 0) }));
    assertEquals(hasEntry(store, cacheEntry({ name: Uint8Array.of(1, b, 0) })), false);
  }
});

Deno.test("[2181_06] [4343_03] CacheStore.find() finds labels of any octets, and only those", () => {
  const store = cacheStore();
  const label = octets(1, 63);
  fc.assert(fc.property(label, label, (a, b) => {
    store.clear();
    const nameOf = (label: Uint8Array) => Uint8Array.of(label.length, ...label, 0);
    const folded = (label: Uint8Array) => label.map((octet) => octet >= 0x41 && octet <= 0x5a ? octet + 32 : octet);
    store.insert(cacheEntry({ name: nameOf(a) }));
    assert(hasEntry(store, cacheEntry({ name: nameOf(folded(a)) })));
    assertEquals(hasEntry(store, cacheEntry({ name: nameOf(b) })), folded(a).toHex() === folded(b).toHex());
  }));
});

Deno.test("CacheStore.find() takes no other question's entry when all hashes are the same", () => {
  const store = cacheStore({ hash: { hash: () => 7, hashOfName: () => 7 } });
  const names = Array.from({ length: 50 }, (_, i) => `n${i}.example.org`);
  for (const [kind, name] of names.entries()) store.insert(cacheEntry({ name, kind }));
  for (const [kind, name] of names.entries()) {
    assertEquals(store.kind(findEntry(store, cacheEntry({ name }))), kind);
    assertEquals(hasEntry(store, cacheEntry({ name: `x${name.slice(1)}` })), false);
    assertEquals(hasEntry(store, cacheEntry({ name, qtype: 2 })), false);
    assertEquals(hasEntry(store, cacheEntry({ name, qclass: 2 })), false);
    assertEquals(hasEntry(store, cacheEntry({ name, variant: 2 })), false);
  }
  // From beginning, middle and end of where they are.
  for (const kind of [49, 20, 0]) store.remove(findEntry(store, cacheEntry({ name: names[kind]! })));
  assertEquals(names.filter((name) => hasEntry(store, cacheEntry({ name }))).length, 47);
});

Deno.test("CacheStore finds all types of one name, and all others beside them", () => {
  const store = cacheStore({ budgetOctets: 64 * 1024 * 1024 });
  const others = Array.from({ length: 20_000 }, (_, i) => cacheEntry({ name: `n${i}.example.org` }));
  for (const entry of others) store.insert(entry);
  const one = cacheEntry({ name: "example.org" });
  for (let qtype = 0; qtype <= 0xffff; qtype++) store.insert({ ...one, qtype, streak: qtype & 0xff });
  for (let qtype = 0; qtype <= 0xffff; qtype++) {
    assertEquals(store.streak(findEntry(store, { ...one, qtype })), qtype & 0xff);
  }
  assertEquals(hasEntry(store, { ...one, qclass: 3 }), false);
  assertEquals(others.every((entry) => hasEntry(store, entry)), true);
  for (let qtype = 0; qtype <= 0xffff; qtype++) store.remove(findEntry(store, { ...one, qtype }));
  assertEquals([store.count, others.every((entry) => hasEntry(store, entry))], [others.length, true]);
});

Deno.test("CacheStore evicts when its index is full before its memory is", () => {
  const store = cacheStore();
  // The smallest entries there are: an answer has at least its header and its question.
  for (let i = 0; i < 30_000; i++) {
    store.insert(cacheEntry({ name: i.toString(36), messageOctets: 12, kind: i & 0xff }));
  }
  const entriesMax = Math.floor(sharesOf(store.budgetOctets).bucketCount * 15 * 0.9);
  assertEquals([store.count, store.evictionCount], [entriesMax, 30_000 - entriesMax]);
  const last = 29_999;
  assertEquals(store.kind(findEntry(store, cacheEntry({ name: last.toString(36) }))), last & 0xff);
});

Deno.test("CacheStore.insert() keeps all that it is given", () => {
  const store = cacheStore();
  const options = Uint8Array.from([0, 15, 0, 2, 0, 3]);
  const times = { storedAtMs: 1000.5, expiresAtMs: 61_000.25, keepUntilMs: 9e15, nowMs: 1001 };
  const entry = cacheEntry({ options, kind: 255, streak: 254, messageOctets: 77, ...times });
  const ref = store.insert(entry);
  assertEquals(findEntry(store, entry), ref);
  assertEquals([store.kind(ref), store.streak(ref)], [255, 254]);
  assertEquals([store.storedAtMs(ref), store.expiresAtMs(ref), store.keepUntilMs(ref)], [1000.5, 61_000.25, 9e15]);
  assertEquals([store.hasOptions(ref), store.options(ref)], [true, options]);
  assertEquals([store.messageOctets(ref), messageOf(store, ref)], [77, entry.message]);
});

Deno.test("CacheStore.insert() stores a message without a question section, or with another name in it", () => {
  const store = cacheStore();
  const other = cacheEntry({ name: "target.example.net", messageOctets: 100 }).message;
  const entries = [
    cacheEntry({ name: "a.example.org", messageOctets: HEADER_OCTETS }),
    cacheEntry({ name: "b.example.org", messageOctets: 0 }),
    cacheEntry({ name: "c.example.org", message: other, options: Uint8Array.of(1, 2, 3) }),
  ];
  for (const entry of entries) store.insert(entry);
  for (const entry of entries) assertEquals(messageOf(store, findEntry(store, entry)), entry.message);
  assertEquals(store.usedOctets, entries.reduce((sum, entry) => sum + octetsOf(entry, true), 0));
});

Deno.test("CacheStore.insert() replaces the entry of the same question, whatever the sizes", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 12, max: 2000 }), { minLength: 2, maxLength: 30 }), (sizes) => {
    const store = cacheStore();
    const neighbours = ["before", "after"].map((name) => cacheEntry({ name }));
    store.insert(neighbours[0]!);
    for (const [streak, messageOctets] of sizes.entries()) {
      const entry = cacheEntry({ messageOctets, streak, name: streak % 2 === 0 ? "example.org" : "EXAMPLE.org" });
      store.insert(entry);
      if (streak === 0) store.insert(neighbours[1]!);
      const ref = findEntry(store, entry);
      assertEquals([store.streak(ref), messageOf(store, ref)], [streak, entry.message]);
      assertEquals(store.count, 3);
    }
    for (const entry of neighbours) assertEquals(messageOf(store, findEntry(store, entry)), entry.message);
  }));
});

Deno.test("CacheStore.insert() refuses what is larger than a tenth of the budget, and forgets what was there", () => {
  const store = cacheStore({ budgetOctets: 128 * 1024 });
  assert(store.insert(cacheEntry({ messageOctets: 12_000 })) !== NOT_FOUND);
  store.insert(cacheEntry({ name: "example.net" }));
  assertEquals(store.insert(cacheEntry({ messageOctets: 13_200 })), NOT_FOUND);
  assertEquals(hasEntry(store, cacheEntry()), false);
  assertEquals([store.count, store.usedOctets], [1, octetsOf(cacheEntry({ name: "example.net" }))]);
});

Deno.test("CacheStore.insert() takes the longest message into a store of 1 MiB", () => {
  const store = cacheStore();
  const entry = cacheEntry({ messageOctets: 65_535, ttlOffsets: [65_531], options: new Uint8Array(2000).fill(9) });
  for (let i = 0; i < 40; i++) {
    store.insert(cacheEntry({ messageOctets: 65_535, name: `n${i}.example.org` }));
    const ref = store.insert(entry);
    assertEquals([store.options(ref), messageOf(store, ref)], [entry.options, entry.message]);
  }
});

Deno.test("CacheStore.insert() does not believe in TTLs outside of the message", () => {
  const store = cacheStore();
  assertThrows(() => store.insert(cacheEntry({ messageOctets: 60, ttlOffsets: [57] })), BrokenInvariantError);
  assert(store.insert(cacheEntry({ messageOctets: 60, ttlOffsets: [56] })) !== NOT_FOUND);
});

Deno.test("CacheStore.remove() removes one entry, and its question can be stored again", () => {
  const store = cacheStore();
  const [a, b] = [cacheEntry({ name: "a.example.org" }), cacheEntry({ name: "b.example.org" })];
  store.insert(a);
  store.insert(b);
  store.remove(findEntry(store, a));
  assertEquals([hasEntry(store, a), hasEntry(store, b), store.count], [false, true, 1]);
  assertEquals(store.usedOctets, octetsOf(b));
  store.insert(a);
  assertEquals([hasEntry(store, a), store.count], [true, 2]);
});

Deno.test("CacheStore.clear() removes all entries", () => {
  const store = cacheStore();
  const names = Array.from({ length: 100 }, (_, i) => `n${i}.example.org`);
  for (const name of names) store.insert(cacheEntry({ name }));
  store.clear();
  assertEquals([store.count, store.usedOctets, store.evictionCount], [0, 0, 0]);
  assertEquals(names.some((name) => hasEntry(store, cacheEntry({ name }))), false);
  for (const name of names) store.insert(cacheEntry({ name }));
  assertEquals(names.every((name) => hasEntry(store, cacheEntry({ name }))), true);
});

Deno.test("CacheStore.countHit() counts up to 255, and from 0 again for a new response", () => {
  const store = cacheStore();
  const ref = store.insert(cacheEntry({ streak: 3, kind: 4 }));
  const counts = Array.from({ length: 300 }, () => {
    store.countHit(ref);
    return store.hitCount(ref);
  });
  assertEquals(counts, Array.from({ length: 300 }, (_, i) => Math.min(i + 1, 255)));
  assertEquals([store.streak(ref), store.kind(ref)], [3, 4]);
  assertEquals(store.hitCount(store.insert(cacheEntry())), 0);
});

Deno.test("CacheStore.setRecheckAtMs() is kept until a new response comes", () => {
  const store = cacheStore();
  const ref = store.insert(cacheEntry({ storedAtMs: 5 }));
  assertEquals(store.recheckAtMs(ref), 5);
  store.setRecheckAtMs(ref, 30_005.5);
  assertEquals(store.recheckAtMs(findEntry(store, cacheEntry())), 30_005.5);
  assertEquals(store.recheckAtMs(store.insert(cacheEntry({ storedAtMs: 9 }))), 9);
});

/** Messages with TTLs at any distance from each other. */
const messagesWithTtls = fc.record({
  message: octets(12, 1200),
  gaps: fc.array(fc.nat(20), { maxLength: 12 }),
  ageSeconds: fc.oneof(fc.nat(100), fc.nat(0xffff_ffff), fc.constantFrom(0x7fff_ffff, 0x8000_0000, 0xffff_ffff)),
}).map(({ message, gaps, ageSeconds }) => {
  let offset = 12;
  const ttlOffsets = gaps.map((gap) => (offset += 4 + gap) - 4).filter((offset) => offset + 4 <= message.length);
  return { message, ttlOffsets, ageSeconds };
});

Deno.test("[1035_09] CacheStore.copyMessage() takes the age off each TTL, down to 0, and changes nothing else", () => {
  const store = cacheStore();
  const target = new Uint8Array(1300);
  const property = fc.property(messagesWithTtls, fc.nat(40), ({ message, ttlOffsets, ageSeconds }, targetOffset) => {
    const ref = store.insert(cacheEntry({ message, ttlOffsets }));
    const expected = message.slice();
    const view = new DataView(expected.buffer);
    for (const offset of ttlOffsets) view.setUint32(offset, Math.max(0, view.getUint32(offset) - ageSeconds));
    target.fill(0xee);
    const length = store.copyMessage(ref, target.subarray(targetOffset), ageSeconds);
    assertEquals(length, message.length);
    assertEquals(target.subarray(targetOffset, targetOffset + length), expected);
    assert(target.subarray(targetOffset + length).every((octet) => octet === 0xee));
    assertEquals(messageOf(store, ref), message);
  });
  fc.assert(property, { numRuns: 1000 });
});

Deno.test("CacheStore.copyMessage() raises no TTL when the age is below zero", () => {
  const store = cacheStore();
  const message = Uint8Array.from({ length: 60 }, (_, i) => i);
  assertEquals(messageOf(store, store.insert(cacheEntry({ message, ttlOffsets: [13, 40] })), -5), message);
});

Deno.test("CacheStore.copyMessageWithTtl() sets each TTL, and changes nothing else", () => {
  const store = cacheStore();
  fc.assert(fc.property(messagesWithTtls, ({ message, ttlOffsets, ageSeconds }) => {
    const ref = store.insert(cacheEntry({ message, ttlOffsets }));
    const expected = message.slice();
    const view = new DataView(expected.buffer);
    for (const offset of ttlOffsets) view.setUint32(offset, ageSeconds);
    const target = new Uint8Array(message.length);
    assertEquals(store.copyMessageWithTtl(ref, target, ageSeconds), message.length);
    assertEquals(target, expected);
  }));
});

Deno.test("CacheStore takes a TTL list longer than what counts of it", () => {
  const store = cacheStore();
  const ttlOffsets = Uint16Array.of(20, 999);
  const ref = store.insert(cacheEntry({ message: new Uint8Array(60).fill(1), ttlOffsets, ttlCount: 1 }));
  assertEquals(messageOf(store, ref, 1).subarray(18, 26), Uint8Array.of(1, 1, 1, 1, 1, 0, 1, 1));
});

/** Addresses in a message of nothing else: four octets of TTL, two of length, and the address. */
function withAddresses(count: number, size: number, start = 0) {
  const recordOctets = 6 + size;
  const head = 30;
  const message = new Uint8Array(head + (start + count) * recordOctets + 7).fill(0xee);
  const ttlOffsets = Array.from({ length: start + count }, (_, i) => head + i * recordOctets);
  for (const [i, offset] of ttlOffsets.entries()) {
    message.set([0, 0, 1, 0, 0, size], offset);
    message.fill(i, offset + 6, offset + recordOctets);
  }
  const addressesIn = (copy: Uint8Array) => {
    const found = ttlOffsets.map((offset) => new Set(copy.subarray(offset + 6, offset + recordOctets)));
    assert(found.every((octets) => octets.size === 1), "addresses are whole");
    return found.map((octets) => [...octets][0]!);
  };
  /** All but the addresses. */
  const restOf = (copy: Uint8Array) => {
    const rest = copy.slice();
    for (const offset of ttlOffsets) rest.fill(0, offset, offset + recordOctets);
    return rest;
  };
  return { entry: cacheEntry({ message, ttlOffsets, addresses: { start, count } }), addressesIn, restOf };
}

for (const size of [4, 16]) {
  Deno.test(`[order_01] CacheStore.copyMessage() lets addresses of ${size} octets take turns, and nothing else move`, () => {
    for (const [count, start] of [[2, 0], [3, 1], [5, 2], [60, 0], [255, 0]] as const) {
      const { entry, addressesIn, restOf } = withAddresses(count, size, start);
      const store = cacheStore();
      const ref = store.insert(entry);
      const before = Array.from({ length: start }, (_, i) => i);
      const turnsOf = (turn: number) => Array.from({ length: count }, (_, i) => start + (i + turn) % count);
      for (let hit = 1; hit <= 2 * count + 1; hit++) {
        const copy = messageOf(store, ref, 6);
        assertEquals(addressesIn(copy), [...before, ...turnsOf(hit % count)]);
        assertEquals(restOf(copy), restOf(entry.message));
        assertEquals([...copy.subarray(30, 36)], [0, 0, 0, 250, 0, size]);
        // Uses are counted beside it.
        findEntry(store, entry);
      }
      const stale = new Uint8Array(entry.message.length);
      store.copyMessageWithTtl(ref, stale, 30);
      assertEquals([addressesIn(stale), stale[33]], [[...before, ...turnsOf(2 % count)], 30]);
    }
  });
}

Deno.test("[order_01] CacheStore keeps turns apart by entry, also where those are asked for in turn", () => {
  const store = cacheStore();
  const one = withAddresses(2, 4);
  const other = withAddresses(2, 16);
  const refs = [store.insert(one.entry), store.insert({ ...other.entry, qtype: 28 })];
  const firsts = Array.from({ length: 6 }, () => {
    return [one.addressesIn(messageOf(store, refs[0]!))[0], other.addressesIn(messageOf(store, refs[1]!))[0]];
  });
  assertEquals(firsts, [[1, 1], [0, 0], [1, 1], [0, 0], [1, 1], [0, 0]]);
});
