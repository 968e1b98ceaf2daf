import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { COUNTED_TYPES, QuestionCounts } from "../../../lib/observe/tally/question_counts.ts";
import { ReplySizes, SIZE_BOUNDS, sumSizes } from "../../../lib/observe/tally/reply_sizes.ts";
import { TYPE } from "../../../lib/wire/iana.ts";

Deno.test("ReplySizes counts each reply below the first bound that it does not exceed", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 12, max: 65_535 })), (lengths) => {
    const sizes = new ReplySizes();
    for (const octets of lengths) sizes.add(octets);
    const expected = SIZE_BOUNDS.map((bound, i) => {
      return lengths.filter((octets) => octets <= bound && (i === 0 || octets > SIZE_BOUNDS[i - 1]!)).length;
    });
    assertEquals(sizes.sizes, { sumOctets: lengths.reduce((a, b) => a + b, 0), counts: expected });
  }));
});

Deno.test("ReplySizes counts lengths at the bounds", () => {
  const sizes = new ReplySizes();
  for (const bound of SIZE_BOUNDS) sizes.add(bound);
  assertEquals(sizes.sizes.counts, SIZE_BOUNDS.map(() => 1));
});

Deno.test("sumSizes() adds up, also nothing", () => {
  const sizes = new ReplySizes();
  sizes.add(100);
  assertEquals(sumSizes([sizes.sizes, sizes.sizes]), { sumOctets: 200, counts: [0, 2, 0, 0, 0, 0, 0, 0] });
  assertEquals(sumSizes([]), { sumOctets: 0, counts: [0, 0, 0, 0, 0, 0, 0, 0] });
});

Deno.test("QuestionCounts names fifteen types, and counts all others together", () => {
  const counts = new QuestionCounts(2);
  for (const name of COUNTED_TYPES) counts.count(1, true, TYPE[name]);
  for (const type of [0, 99, 256, 257, 65_535]) counts.count(0, false, type);
  assertEquals(counts.list(), [
    { channel: 0, family: 4, type: "other", count: 5 },
    ...COUNTED_TYPES.map((type) => ({ channel: 1, family: 6, type, count: 1 })),
  ]);
});
