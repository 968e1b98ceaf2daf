import { assertEquals } from "@std/assert";
import { SpareSends } from "../../../lib/upstream/health/spare_sends.ts";

/** How many there are to spend. */
function spendAll(spare: SpareSends): number {
  let count = 0;
  for (; spare.hasAny; count++) spare.spend();
  return count;
}

Deno.test("[9520_04] SpareSends has none before a reply has come, and two for each reply", () => {
  const spare = new SpareSends();
  assertEquals(spendAll(spare), 0);
  spare.earn();
  assertEquals(spendAll(spare), 2);
  // What is sent without is not owed.
  spare.spend();
  spare.earn();
  assertEquals(spendAll(spare), 2);
});

Deno.test("[9520_04] SpareSends saves up 64: no more can be left for an upstream that falls silent", () => {
  const spare = new SpareSends();
  for (let i = 0; i < 1000; i++) spare.earn();
  assertEquals(spendAll(spare), 64);
});
