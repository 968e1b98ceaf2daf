import { assertEquals } from "@std/assert";
import { LineAMinute } from "../../lib/observe/line_a_minute.ts";
import { settableClock } from "../support/serving.ts";

Deno.test("LineAMinute.note() writes at the first time, then at most once a minute, and counts all", () => {
  const clock = settableClock(5000);
  const lines: string[] = [];
  const refusals = new LineAMinute(clock, (line) => lines.push(line));
  const noteAt = (nowMs: number) => {
    clock.set(nowMs);
    refusals.note((count) => `refused ${count}`);
  };
  noteAt(5000);
  assertEquals(lines, ["refused 1"]);
  for (let nowMs = 5001; nowMs < 65_000; nowMs += 1000) noteAt(nowMs);
  assertEquals(lines, ["refused 1"]);
  noteAt(65_000);
  assertEquals(lines, ["refused 1", "refused 62"]);
  noteAt(1_000_000);
  noteAt(1_000_001);
  assertEquals(lines, ["refused 1", "refused 62", "refused 63"]);
});
