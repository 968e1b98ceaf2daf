import { assertEquals } from "@std/assert";
import { Watchdog } from "../../lib/workers/watchdog.ts";
import { FakeTime } from "../support/fake_time.ts";

/** A watchdog and its worker, which answers at once, or not at all. */
function setUp({ hasStarted = true } = {}) {
  const time = new FakeTime();
  const rig = { asked: 0, hung: [] as number[], isAnswering: false, stoodStillMs: 0 };
  const watchdog = new Watchdog({
    // Timers do not fire while everything stands still, but the clock may go on.
    clock: { nowMs: () => time.nowMs() + rig.stoodStillMs },
    timers: time,
    ask: () => {
      rig.asked++;
      if (rig.isAnswering) watchdog.heard();
    },
    onHung: (silentMs) => void rig.hung.push(silentMs),
  });
  if (hasStarted) watchdog.heard();
  return { time, rig, watchdog };
}

Deno.test("Watchdog asks every two seconds, and finds no fault with who answers", () => {
  const { time, rig } = setUp();
  rig.isAnswering = true;
  time.pass(60_000);
  assertEquals([rig.asked, rig.hung], [30, []]);
});

Deno.test("Watchdog tells once that three signs of life are owed, the last for two seconds, and asks no more", () => {
  const { time, rig } = setUp();
  time.pass(7999);
  assertEquals([rig.asked, rig.hung], [3, []]);
  time.pass(1);
  assertEquals([rig.asked, rig.hung, time.armedCount], [3, [6000], 0]);
});

Deno.test("Watchdog.heard() clears what is owed, also when the answer comes at the last moment", () => {
  const { time, rig, watchdog } = setUp();
  time.pass(7999);
  watchdog.heard();
  time.pass(6000);
  assertEquals([rig.asked, rig.hung], [6, []]);
  time.pass(2000);
  assertEquals(rig.hung, [6000]);
});

Deno.test("Watchdog leaves a worker that starts half a minute", () => {
  const { time, rig } = setUp({ hasStarted: false });
  time.pass(31_999);
  assertEquals(rig.hung, []);
  time.pass(1);
  assertEquals(rig.hung, [30_000]);
});

Deno.test("Watchdog blames nobody when it asks late itself: the machine was busy, or all was stopped for a while", () => {
  for (const stoodStillMs of [1000, 3_600_000]) {
    const { time, rig } = setUp();
    time.pass(7000);
    rig.stoodStillMs = stoodStillMs;
    time.pass(1000);
    assertEquals([rig.asked, rig.hung], [4, []]);
    // Who hangs nevertheless is found out a little later.
    time.pass(5999);
    assertEquals(rig.hung, []);
    time.pass(1);
    assertEquals(rig.hung, [6000]);
  }
});

Deno.test("Watchdog takes a little lateness of its own for what it is", () => {
  const { time, rig } = setUp();
  time.pass(7000);
  rig.stoodStillMs = 999;
  time.pass(1000);
  assertEquals(rig.hung, [6000]);
});

Deno.test("Watchdog.stop() ends it", () => {
  const { time, rig, watchdog } = setUp();
  time.pass(5000);
  watchdog.stop();
  time.pass(60_000);
  assertEquals([rig.asked, rig.hung, time.armedCount], [2, [], 0]);
});
