import { assertEquals } from "@std/assert";
import { ConnectionLimits, LIMIT_MS, PARALLEL_MAX } from "../../../lib/upstream/stream/pool/connection_limits.ts";
import { FakeTime } from "../../support/fake_time.ts";
import { requestFor } from "../../support/upstream_rig.ts";

const ORG = requestFor("example.org").questionOctets;
const NET = requestFor("example.net").questionOctets;

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
  limits.noteEnd(10, true, ORG);
  assertEquals([limits.queriesMax, limits.isCertain], [10, false]);
  limits.noteEnd(10, true, NET);
  assertEquals([limits.queriesMax, limits.isCertain], [10, true]);
  // The server has been configured anew.
  limits.noteEnd(4, true, ORG);
  assertEquals([limits.queriesMax, limits.isCertain], [4, false]);
});

Deno.test("ConnectionLimits learns nothing from a connection that was idle, or had no reply", () => {
  const { limits } = setUp();
  limits.noteEnd(3, false, NET);
  limits.noteEnd(0, true, ORG);
  assertEquals(limits.queriesMax, Infinity);
  // Unless it ended just where others did.
  limits.noteEnd(3, true, NET);
  limits.noteEnd(3, false, ORG);
  assertEquals([limits.queriesMax, limits.isCertain], [3, true]);
});

Deno.test("ConnectionLimits gives a limit up that was none", () => {
  const { limits } = setUp();
  limits.noteEnd(3, true, NET);
  limits.noteReply(3);
  assertEquals(limits.queriesMax, 3);
  limits.noteReply(4);
  assertEquals(limits.queriesMax, Infinity);
});

Deno.test("ConnectionLimits forgets a limit after 15 minutes, and when told to", () => {
  const { limits, time } = setUp();
  limits.noteEnd(3, true, ORG);
  limits.noteEnd(3, true, NET);
  time.pass(LIMIT_MS - 1);
  assertEquals([limits.queriesMax, limits.isCertain], [3, true]);
  time.pass(1);
  assertEquals([limits.queriesMax, limits.isCertain], [Infinity, false]);
  limits.noteEnd(3, true, ORG);
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

Deno.test("ConnectionLimits is not certain as long as connections end under one and the same name", () => {
  const { limits } = setUp();
  for (let i = 0; i < 5; i++) {
    limits.noteEnd(1, true, i % 2 === 0 ? ORG : requestFor("Example.ORG AAAA").questionOctets);
    assertEquals([limits.queriesMax, limits.isCertain], [1, false]);
  }
  limits.noteEnd(1, true, NET);
  assertEquals(limits.isCertain, true);
});
