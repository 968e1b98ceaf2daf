import { assertEquals } from "@std/assert";
import { readMoment } from "../../../lib/base/time/read_moment.ts";

const NOW_MS = new Date(2026, 10, 30, 14, 2, 37).getTime();

const MOMENTS: readonly [string, number | null][] = [
  ["30s", NOW_MS - 30_000],
  ["2h", NOW_MS - 7_200_000],
  ["7d", NOW_MS - 7 * 86_400_000],
  ["14:02", new Date(2026, 10, 30, 14, 2).getTime()],
  ["9:05:07", new Date(2026, 10, 30, 9, 5, 7).getTime()],
  ["2026-11-29", new Date(2026, 10, 29).getTime()],
  ["2026-11-29 08:00", new Date(2026, 10, 29, 8).getTime()],
  ["2026-11-29T08:00:01.250", new Date(2026, 10, 29, 8, 0, 1, 250).getTime()],
  ["2026-11-29T08:00:01.25Z", Date.UTC(2026, 10, 29, 8, 0, 1, 250)],
  ["2h30m", null],
  ["25:00", null],
  ["2026-13-01", null],
  ["yesterday", null],
  ["", null],
];
for (const [text, moment] of MOMENTS) {
  Deno.test(`readMoment("${text}") is ${moment === null ? "no time" : "a time"}`, () => {
    assertEquals(readMoment(text, NOW_MS), moment);
  });
}
