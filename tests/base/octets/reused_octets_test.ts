import { assertEquals, assertStrictEquals } from "@std/assert";
import { ReusedOctets } from "../../../lib/base/octets/reused_octets.ts";

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
