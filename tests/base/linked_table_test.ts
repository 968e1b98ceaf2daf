import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { type Linkable, LinkedTable } from "../../lib/base/linked_table.ts";

class Item implements Linkable<Item> {
  readonly key: number;
  nextInRow: Item | null = null;

  constructor(key: number) {
    this.key = key;
  }
}

/** All with that key, in the order in which they are found. */
function allWith(table: LinkedTable<Item>, key: number): Item[] {
  const found: Item[] = [];
  for (let item = table.first(key); item !== null; item = table.following(item)) found.push(item);
  return found;
}

Deno.test("LinkedTable finds what was added and not removed, the newest of a key first", () => {
  const key = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer());
  const step = fc.record({ key, removes: fc.boolean(), which: fc.nat() });
  fc.assert(fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
    const table = new LinkedTable<Item>();
    const model: Item[] = [];
    for (const { key, removes, which } of steps) {
      if (removes && model.length > 0) {
        const [item] = model.splice(which % model.length, 1);
        table.remove(item!);
        assertStrictEquals(item!.nextInRow, null);
      } else {
        const item = new Item(key);
        table.add(item);
        model.unshift(item);
      }
      assertEquals(table.size, model.length);
    }
    for (const key of new Set(steps.map(({ key }) => key))) {
      assertEquals(allWith(table, key), model.filter((item) => item.key === key));
    }
  }));
});

Deno.test("LinkedTable keeps the order of one key when it grows", () => {
  const table = new LinkedTable<Item>();
  const items = Array.from({ length: 100 }, () => new Item(7));
  for (const item of items) table.add(item);
  assertEquals(allWith(table, 7), items.toReversed());
});

Deno.test("LinkedTable.drain() gives all there is, linked to nothing, and leaves an empty table", () => {
  const table = new LinkedTable<Item>();
  const items = Array.from({ length: 40 }, (_, key) => new Item(key % 5));
  for (const item of items) table.add(item);
  const drained = table.drain();
  assertEquals(new Set(drained), new Set(items));
  assertEquals(drained.map(({ nextInRow }) => nextInRow), Array(40).fill(null));
  assertEquals([table.size, table.first(0)], [0, null]);
});

Deno.test("LinkedTable.replace() puts an item where another one was, between those of its key", () => {
  for (const which of [0, 1, 2]) {
    const table = new LinkedTable<Item>();
    // The second key shares a row with the first.
    const items = [new Item(1), new Item(17), new Item(1), new Item(1)];
    for (const item of items) table.add(item);
    const before = allWith(table, 1);
    const item = new Item(1);
    table.replace(before[which]!, item);
    const expected = before.with(which, item);
    allWith(table, 1).forEach((found, i) => assertStrictEquals(found, expected[i]));
    assertEquals([allWith(table, 1).length, allWith(table, 17).length, table.size], [3, 1, 4]);
    table.add(before[which]!);
    assertStrictEquals(table.first(1), before[which]);
  }
});
