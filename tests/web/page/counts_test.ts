import { assertEquals, assertStrictEquals } from "@std/assert";
import { cell } from "../../../page/base/download.js";
import { extended, lastFailing, perSecond, totals, untilNow } from "../../../page/base/counts.js";
import type { LiveAnswer, SeriesAnswer } from "../../../lib/web/api/answers.ts";

function series(counts: Record<string, number[]>, stepMs = 1000): SeriesAnswer {
  return { stepMs, fromAtMs: 100_000, sources: Object.keys(counts), counts: Object.values(counts), from: "memory" };
}

function news(nowAtMs: number, counts: Record<string, number>): LiveAnswer {
  return { nowAtMs, counts } as unknown as LiveAnswer;
}

Deno.test("extended() puts the last full second at the end, and takes off what is older than the time shown", () => {
  const before = series({ cache: [1, 2, 3], failure: [0, 0, 1] });
  assertEquals(extended(before, news(104_020, { cache: 7 }), 3), {
    ...before,
    fromAtMs: 101_000,
    counts: [[2, 3, 7], [0, 1, 0]],
  });
});

Deno.test("extended() bridges a second or two that fall between two events, and leaves longer gaps empty", () => {
  const before = series({ cache: [1, 2, 3] });
  assertEquals(extended(before, news(106_500, { cache: 9 }), 10).counts, [[1, 2, 3, 9, 9, 9]]);
  assertEquals(extended(before, news(107_500, { cache: 9 }), 10).counts, [[1, 2, 3, 0, 0, 0, 9]]);
});

Deno.test("untilNow() leaves out a step that has only just begun, and counts a longer one by what has passed of it", () => {
  const before = series({ cache: [1, 2, 3] }, 60_000);
  assertEquals(untilNow(before, 229_999).counts, [[1, 2]]);
  const begun = untilNow(before, 250_000);
  assertEquals([begun.counts, perSecond(begun, 3, 1), perSecond(begun, 3, 2)], [[[1, 2, 3]], 0.05, 0.1]);
  assertEquals(totals(begun).seconds, 150);
  assertEquals(untilNow(before, 280_000), { ...before, lastStepMs: 60_000 });
  assertEquals(untilNow(before, 90_000).counts, [[1]]);
  assertEquals(untilNow(series({ cache: [1, 2, 3] }), 102_900).counts, [[1, 2]]);
});

Deno.test("extended() changes nothing for a second that is there already, or a gap as long as all of it", () => {
  const before = series({ cache: [1, 2, 3] });
  assertStrictEquals(extended(before, news(103_900, { cache: 9 }), 3), before);
  assertStrictEquals(extended(before, news(999_000, { cache: 9 }), 3), before);
});

Deno.test("totals() adds up each source and all of them", () => {
  const { total, bySource, seconds } = totals(series({ cache: [1, 2], upstream: [3, 4] }, 10_000));
  assertEquals([total, bySource, seconds], [10, { cache: 3, upstream: 7 }, 20]);
  assertEquals(totals(series({})), { total: 0, bySource: {}, seconds: 0 });
});

Deno.test("lastFailing() finds the first failure of those that short breaks divide", () => {
  const failure = new Array<number>(300).fill(0);
  for (const at of [10, 200, 229, 256, 285]) failure[at] = 1;
  const found = lastFailing(series({ failure, cache: failure.map(() => 1) }))!;
  assertEquals([found.fromAtMs, found.toAtMs, found.count, found.isOver], [300_000, 385_000, 4, false]);
  assertEquals([found.ratio, found.isTrouble], [4 / 90, true]);
});

Deno.test("lastFailing() calls a few of a thousand no trouble", () => {
  const failure = [0, 1, 1];
  assertEquals(lastFailing(series({ failure, cache: [200, 200, 200] }))!.isTrouble, false);
});

Deno.test("lastFailing() says that it is over when nothing has failed for long enough", () => {
  const failure = new Array<number>(300).fill(0);
  for (const at of [100, 101]) failure[at] = 3;
  const found = lastFailing(series({ failure }))!;
  assertEquals([found.fromAtMs, found.toAtMs, found.isOver, found.isTrouble], [200_000, 201_000, true, false]);
});

Deno.test("lastFailing() is null where nothing has failed", () => {
  assertEquals([lastFailing(series({ failure: [0, 0] })), lastFailing(series({}))], [null, null]);
});

Deno.test("cell() quotes as RFC 4180 has it, and gives a spreadsheet nothing to work out", () => {
  const cases: readonly (readonly [value: string | number | boolean, expected: string])[] = [
    ["www.example.org", "www.example.org"],
    ['a"b', '"a""b"'],
    ["a,b", '"a,b"'],
    ["a\nb", '"a\nb"'],
    ["=1+1", "'=1+1"],
    ["@x", "'@x"],
    ["+1", "'+1"],
    [-1, "-1"],
    [true, "true"],
  ];
  for (const [value, expected] of cases) assertEquals(cell(value), expected);
});
