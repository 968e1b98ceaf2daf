import { assertEquals } from "@std/assert";
import { ConnectionLimits, LIMIT_MS, PARALLEL_MAX } from "../../lib/upstream/connection_limits.ts";
import { FakeTime } from "../support/fake_time.ts";

function setUp() {
  const time = new FakeTime();
  return { time, limits: new ConnectionLimits(time) };
}

Deno.test("ConnectionLimits knows none at first", () => {
  const { limits } = setUp();
  assertEquals([limits.queriesMax, limits.isCertain, limits.parallelMax], [Infinity, false, PARALLEL_MAX]);
});

Deno.test("ConnectionLimits learns how many replies there were when a busy connection ended, and is certain the second time", () => {
  const { limits } = setUp();
  limits.noteEnd(10, true);
  assertEquals([limits.queriesMax, limits.isCertain], [10, false]);
  limits.noteEnd(10, true);
  assertEquals([limits.queriesMax, limits.isCertain], [10, true]);
  // The server has been configured anew.
  limits.noteEnd(4, true);
  assertEquals([limits.queriesMax, limits.isCertain], [4, false]);
});

Deno.test("ConnectionLimits learns nothing from a connection that was idle, or had no reply", () => {
  const { limits } = setUp();
  limits.noteEnd(3, false);
  limits.noteEnd(0, true);
  assertEquals(limits.queriesMax, Infinity);
  // Unless it ended just where others did.
  limits.noteEnd(3, true);
  limits.noteEnd(3, false);
  assertEquals([limits.queriesMax, limits.isCertain], [3, true]);
});

Deno.test("ConnectionLimits gives a limit up that was none", () => {
  const { limits } = setUp();
  limits.noteEnd(3, true);
  limits.noteReply(3);
  assertEquals(limits.queriesMax, 3);
  limits.noteReply(4);
  assertEquals(limits.queriesMax, Infinity);
});

Deno.test("ConnectionLimits forgets a limit after 15 minutes, and when told to", () => {
  const { limits, time } = setUp();
  limits.noteEnd(3, true);
  limits.noteEnd(3, true);
  time.pass(LIMIT_MS - 1);
  assertEquals([limits.queriesMax, limits.isCertain], [3, true]);
  time.pass(1);
  assertEquals([limits.queriesMax, limits.isCertain], [Infinity, false]);
  limits.noteEnd(3, true);
  limits.noteCrowded(2);
  limits.forget();
  assertEquals([limits.queriesMax, limits.parallelMax], [Infinity, PARALLEL_MAX]);
});

Deno.test("ConnectionLimits makes fewer connections at a time for a minute after one was turned away, at least one", () => {
  const { limits, time } = setUp();
  limits.noteCrowded(2);
  assertEquals(limits.parallelMax, 2);
  limits.noteCrowded(3);
  assertEquals(limits.parallelMax, 2);
  limits.noteCrowded(0);
  assertEquals(limits.parallelMax, 1);
  time.pass(60_000);
  assertEquals(limits.parallelMax, PARALLEL_MAX);
});

Deno.test("ConnectionLimits tells a refusal by four connections in a row without a reply, within a second of each other", () => {
  const { limits, time } = setUp();
  assertEquals([1, 2, 3, 4].map(() => limits.noteFruitless()), [false, false, false, true]);
  limits.noteReply(1);
  assertEquals(limits.noteFruitless(), false);
  limits.noteFruitless();
  limits.noteFruitless();
  time.pass(1001);
  assertEquals(limits.noteFruitless(), false);
});
