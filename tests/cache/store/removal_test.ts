import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { CacheEntry } from "../../../lib/cache/store/cache_entry.ts";
import { nameFromText } from "../../../lib/wire/name.ts";
import { cacheEntry, cacheStore, type EntryParts, hasEntry } from "../../support/cache_entries.ts";

/** Removes a name to the end; returns how many entries went. */
function remove(store: ReturnType<typeof cacheStore>, name: string, isBelowToo: boolean): number {
  const removal = store.removal(nameFromText(name), isBelowToo);
  while (removal.step());
  return removal.removedCount;
}

const ENTRIES: readonly EntryParts[] = [
  { name: "example.org" },
  { name: "EXAMPLE.org", qtype: 28 },
  { name: "example.org", qtype: 0xff00, variant: 7 },
  { name: "example.org", qclass: 3, messageOctets: 4 },
  { name: "www.example.org" },
  { name: "a.b.Example.Org", variant: 0x1234_0000 | 0 },
  { name: "notexample.org" },
  { name: "org" },
  { name: "." },
];

for (
  const [name, isBelowToo, left] of [
    ["example.org", false, ["www.example.org", "a.b.Example.Org", "notexample.org", "org", "."]],
    ["example.org", true, ["notexample.org", "org", "."]],
    ["WWW.example.ORG", true, ENTRIES.map(({ name }) => name).filter((name) => name !== "www.example.org")],
    ["org", true, ["."]],
    [".", false, ENTRIES.map(({ name }) => name).filter((name) => name !== ".")],
    [".", true, []],
    ["com", true, ENTRIES.map(({ name }) => name)],
  ] as const
) {
  const what = isBelowToo ? "and all below it" : "alone";
  Deno.test(`CacheStore.removal() takes out ${name} ${what}, of every type, class and variant`, () => {
    const store = cacheStore();
    const entries = ENTRIES.map((parts) => cacheEntry(parts));
    for (const entry of entries) store.insert(entry);
    assertEquals(remove(store, name, isBelowToo), ENTRIES.length - left.length);
    assertEquals(ENTRIES.filter((_, i) => hasEntry(store, entries[i]!)).map(({ name }) => name!), [...left]);
    assertEquals(store.count, left.length);
  });
}

Deno.test("CacheStore.removal() meets every entry that stays, whatever comes in, moves and goes between its steps", () => {
  const names = fc.integer({ min: 0, max: 2999 });
  fc.assert(
    fc.property(fc.array(names, { minLength: 4000, maxLength: 12_000, size: "max" }), names, (drawn, marked) => {
      const store = cacheStore({ budgetOctets: 3 * 1024 * 1024 });
      const entryOf = (i: number): CacheEntry => cacheEntry({ name: `n${i}.${i === marked ? "bad" : "good"}.example` });
      // More than one step takes: each is stored under several types.
      for (let qtype = 1; qtype <= 4; qtype++) {
        for (let i = 0; i < 3000; i++) store.insert({ ...entryOf(i), qtype });
      }
      const removal = store.removal(nameFromText("bad.example"), true);
      for (const [i, name] of drawn.entries()) {
        if (name !== marked) store.insert({ ...entryOf(name), qtype: 1 + i % 7, messageOctets: 60 } as CacheEntry);
        if (i % 1000 === 0) removal.step();
      }
      while (removal.step());
      const isThere = [1, 2, 3, 4].some((qtype) => hasEntry(store, { ...entryOf(marked), qtype }));
      assertEquals(isThere, false);
    }),
    { numRuns: 10 },
  );
});

Deno.test("CacheStore.removal() ends when all entries are cleared under it", () => {
  const store = cacheStore();
  for (let i = 0; i < 9000; i++) store.insert(cacheEntry({ name: `n${i}.example` }));
  const removal = store.removal(nameFromText("example"), true);
  removal.step();
  store.clear();
  assertEquals(removal.step(), false);
  assertEquals(store.count, 0);
  store.insert(cacheEntry());
  assertEquals(remove(store, "example.org", false), 1);
});
