import { assertEquals } from "@std/assert";
import { LoopDelay } from "../../../lib/telemetry/health/loop_delay.ts";
import { FakeTime } from "../../support/fake_time.ts";

Deno.test("LoopDelay tells by how much its timer was late at most, until that is long ago", () => {
  const time = new FakeTime();
  let latenessMs = 0;
  // Timers that fire late, as those of a busy event loop.
  const timers = { start: (delayMs: number, callback: () => void) => time.start(delayMs + latenessMs, callback) };
  const delay = new LoopDelay({ clock: time, timers });
  time.pass(500);
  assertEquals(delay.peakMs, 0);
  latenessMs = 70;
  time.pass(500);
  latenessMs = 0;
  time.pass(1000);
  assertEquals(delay.peakMs, 70);
  time.pass(29_000);
  assertEquals(delay.peakMs, 70);
  time.pass(60_000);
  assertEquals(delay.peakMs, 0);
  delay.stop();
  assertEquals(time.armedCount, 0);
});
