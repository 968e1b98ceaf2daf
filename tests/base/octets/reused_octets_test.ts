import { assertEquals, assertStrictEquals } from "@std/assert";
import { firstOf, ReusedOctets } from "../../../lib/base/octets/reused_octets.ts";

Deno.test("ReusedOctets.first() gives the same view each time for the same length, and knows its own", () => {
  const octets = new Uint8Array([1, 2, 3, 4]);
  const reused = new ReusedOctets(octets);
  for (const length of [3, 0, 4]) {
    const view = reused.first(length);
    assertEquals([view, view.buffer === octets.buffer], [octets.slice(0, length), true]);
    assertStrictEquals(reused.first(length), view);
    assertEquals([reused.holds(view), reused.holds(octets.subarray(0, length))], [true, false]);
  }
  assertEquals(reused.holds(new Uint8Array(9)), false);
});

Deno.test("ReusedOctets.copyOf() writes a copy at the beginning, and makes one apart of what is too long", () => {
  const reused = new ReusedOctets(new Uint8Array(4));
  const copy = reused.copyOf(Uint8Array.of(1, 2, 3));
  assertEquals(copy, Uint8Array.of(1, 2, 3));
  assertStrictEquals(copy, reused.first(3));
  const long = Uint8Array.of(1, 2, 3, 4, 5);
  const apart = reused.copyOf(long);
  assertEquals([apart, apart === long, reused.holds(apart)], [long, false, false]);
});

Deno.test("firstOf() makes no view twice of octets that are shared, and one of others each time", () => {
  const reused = new ReusedOctets(new Uint8Array(8)).share();
  assertStrictEquals(firstOf(reused.first(6), 4), reused.first(4));
  const strange = reused.octets.subarray(2, 6);
  assertEquals([firstOf(strange, 3).byteOffset, firstOf(strange, 3).length], [2, 3]);
  const single = new ReusedOctets(new Uint8Array(8));
  assertEquals(firstOf(single.first(6), 4) === single.first(4), false);
});
