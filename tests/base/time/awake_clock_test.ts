import { assertEquals } from "@std/assert";
import { AwakeClock } from "../../../lib/base/time/awake_clock.ts";

/** A machine that can be put to sleep: its clock stands still then, its uptime does not. */
function setUp({ isUptimeKnown = true } = {}) {
  const machine = { awakeMs: 5000, uptimeMs: 100_000 };
  const resumes: number[] = [];
  const soon: (() => void)[] = [];
  const clock = new AwakeClock({
    clock: { nowMs: () => machine.awakeMs },
    uptimeSeconds: () => isUptimeKnown ? Math.floor(machine.uptimeMs / 1000) : null,
    timers: {
      start(_delayMs, callback) {
        soon.push(callback);
        return () => {};
      },
    },
    onResume: (sleptMs) => void resumes.push(sleptMs),
  });
  const stayAwake = (ms: number) => {
    machine.awakeMs += ms;
    machine.uptimeMs += ms;
  };
  const fallAsleep = (ms: number) => void (machine.uptimeMs += ms);
  return { clock, stayAwake, fallAsleep, resumes, soon };
}

Deno.test("AwakeClock shows the time of the clock beneath while the machine is awake, to the millisecond", () => {
  const { clock, stayAwake, soon } = setUp();
  let expectedMs = 5000;
  for (const ms of [0, 1, 999, 1000, 1001, 12_345.25, 3_600_000]) {
    stayAwake(ms);
    expectedMs += ms;
    assertEquals(clock.nowMs(), expectedMs);
  }
  assertEquals(soon, []);
});

Deno.test("AwakeClock shows how long the machine has slept, or more, within a second of time awake", () => {
  const { clock, stayAwake, fallAsleep } = setUp();
  fallAsleep(3_600_000);
  stayAwake(1000);
  assertEquals(clock.nowMs(), 5000 + 3_601_000 + 1000);
  fallAsleep(10_000);
  stayAwake(1000);
  assertEquals(clock.nowMs(), 5000 + 3_612_000 + 2000);
});

Deno.test("AwakeClock tells of each sleep once, and not while it is read", () => {
  const { clock, stayAwake, fallAsleep, resumes, soon } = setUp();
  fallAsleep(60_000);
  for (let i = 0; i < 3; i++) {
    stayAwake(1000);
    clock.nowMs();
  }
  assertEquals(resumes, []);
  for (const callback of soon) callback();
  assertEquals(resumes, [61_000]);
});

Deno.test("AwakeClock takes the rounding of the uptime for no sleep", () => {
  const { clock, stayAwake, fallAsleep } = setUp();
  fallAsleep(1999);
  for (let i = 0; i < 10; i++) {
    stayAwake(1000);
    assertEquals(clock.nowMs(), 5000 + 1000 * (i + 1));
  }
});

Deno.test("AwakeClock goes by the clock beneath alone where the uptime is not to be had", () => {
  const { clock, stayAwake, fallAsleep } = setUp({ isUptimeKnown: false });
  fallAsleep(60_000);
  stayAwake(5000);
  assertEquals(clock.nowMs(), 10_000);
});

Deno.test("AwakeClock.waking stands still in a sleep, and tells of it all the same", () => {
  const { clock, stayAwake, fallAsleep, resumes, soon } = setUp();
  fallAsleep(60_000);
  stayAwake(1000);
  assertEquals([clock.waking.nowMs(), clock.sleptMs, clock.nowMs()], [6000, 61_000, 67_000]);
  for (const callback of soon) callback();
  assertEquals(resumes, [61_000]);
});
