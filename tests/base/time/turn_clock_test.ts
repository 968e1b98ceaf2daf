import { assertEquals } from "@std/assert";
import { TurnClock } from "../../../lib/base/time/turn_clock.ts";

/** A clock that goes on by a millisecond at each reading. */
function setUp() {
  let readings = 0;
  const clock = new TurnClock({ nowMs: () => ++readings });
  return { clock, readings: () => readings };
}

Deno.test("TurnClock.nowMs() reads the clock once for all that happens without a pause", async () => {
  const { clock, readings } = setUp();
  assertEquals([clock.nowMs(), clock.nowMs(), clock.nowMs(), readings()], [1, 1, 1, 1]);
  await null;
  assertEquals([clock.nowMs(), clock.nowMs(), readings()], [2, 2, 2]);
});

Deno.test("TurnClock.nowMs() does not show to those who waited what it showed before", async () => {
  const { clock } = setUp();
  const { promise, resolve } = Promise.withResolvers<void>();
  const waiters = [1, 2, 3].map(() => promise.then(() => clock.nowMs()));
  const before = clock.nowMs();
  resolve();
  assertEquals([before, ...await Promise.all(waiters)], [1, 2, 2, 2]);
});

Deno.test("TurnClock.nowMs() reads nothing while nobody asks", async () => {
  const { clock, readings } = setUp();
  clock.nowMs();
  await null;
  await null;
  assertEquals(readings(), 1);
});

Deno.test("TurnClock.nowMs() shows one time from beginTurn() to endTurn(), and another afterwards", () => {
  const { clock, readings } = setUp();
  clock.beginTurn();
  assertEquals([clock.nowMs(), clock.nowMs(), readings()], [1, 1, 1]);
  clock.endTurn();
  assertEquals([clock.nowMs(), clock.nowMs(), readings()], [2, 2, 2]);
});

Deno.test("TurnClock.beginTurn() reads nothing, and goes on with a time that is shown already", async () => {
  const { clock, readings } = setUp();
  assertEquals(clock.nowMs(), 1);
  clock.beginTurn();
  assertEquals([clock.nowMs(), readings()], [1, 1]);
  clock.endTurn();
  assertEquals(clock.nowMs(), 2);
  await null;
  assertEquals(clock.nowMs(), 3);
});
