import { assertEquals, assertNotEquals } from "@std/assert";
import { SeededRandom } from "../../tests/support/seeded_random.ts";
import { shuffled } from "./shuffled.ts";

Deno.test("shuffled() has every number once, in another order, which follows from the seed", () => {
  const order = shuffled(1000, new SeededRandom(1));
  assertEquals(order.toSorted(), Int32Array.from({ length: 1000 }, (_, i) => i));
  assertNotEquals(order, order.toSorted());
  assertEquals(shuffled(1000, new SeededRandom(1)), order);
  assertNotEquals(shuffled(1000, new SeededRandom(2)), order);
});
