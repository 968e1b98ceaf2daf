import { assertEquals } from "@std/assert";
import { OwnTimers } from "../../../lib/native/reactor/own_timers.ts";
import { FakeTime } from "../../support/fake_time.ts";

const call = (callback: () => void) => callback();

Deno.test("OwnTimers calls those of one moment in the order in which they were started", () => {
  const timers = new OwnTimers(() => 0);
  const called: string[] = [];
  for (const name of ["a", "b", "c"]) timers.start(10, () => void called.push(name));
  timers.start(5, () => void called.push("first"));
  assertEquals([timers.nextMs, timers.expire(4.9, call), timers.expire(10, call)], [5, false, true]);
  assertEquals([called, timers.nextMs], [["first", "a", "b", "c"], Infinity]);
});

Deno.test("OwnTimers does not call what is cancelled, not even by one that is due with it", () => {
  const timers = new OwnTimers(() => 0);
  const called: string[] = [];
  const cancels: (() => void)[] = [];
  timers.start(1, () => cancels.forEach((cancel) => cancel()));
  cancels.push(timers.start(1, () => void called.push("due")), timers.start(9, () => void called.push("later")));
  timers.expire(1, call);
  assertEquals([called, timers.nextMs, timers.expire(100, call)], [[], Infinity, false]);
});

Deno.test("OwnTimers.moveTo() lets other timers have them, with the time that they have left", () => {
  let nowMs = 0;
  const timers = new OwnTimers(() => nowMs);
  const time = new FakeTime();
  const called: string[] = [];
  timers.start(30, () => void called.push("b"));
  timers.start(20, () => void called.push("a"));
  const cancel = timers.start(25, () => void called.push("cancelled"));
  nowMs = 15;
  timers.moveTo(time);
  assertEquals([timers.nextMs, time.armedCount], [Infinity, 3]);
  cancel();
  time.pass(5);
  assertEquals(called, ["a"]);
  time.pass(10);
  assertEquals([called, time.armedCount], [["a", "b"], 0]);
});
