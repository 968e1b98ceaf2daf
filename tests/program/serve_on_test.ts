import { assertEquals } from "@std/assert";
import type { Host } from "../../lib/program/host.ts";
import { serveOn } from "../../lib/program/serve_on.ts";
import type { Log } from "../../lib/observe/log.ts";
import { FakeTime } from "../support/fake_time.ts";

/** Begins to serve on for `seconds`. */
function setUp(seconds: number) {
  const [time, lines] = [new FakeTime(), [] as string[]];
  const hearers: (() => void)[] = [];
  const onStopAgain = (hear: () => void) => {
    hearers.push(hear);
    return () => void hearers.splice(hearers.indexOf(hear), 1);
  };
  const host = { args: [], onStopAgain } as unknown as Host;
  const log = { info: (line: string) => lines.push(line) } as unknown as Log;
  let isOver = false;
  const over = serveOn(seconds, { host, timers: time, log }).then(() => void (isOver = true));
  return { time, lines, hearers, over, isOver: () => isOver };
}

Deno.test("serveOn() serves for the seconds that it is given, and says so", async () => {
  const { time, lines, hearers, over, isOver } = setUp(10);
  assertEquals(lines, ["stopping in 10 s, and serving until then (server.drain)"]);
  await time.passAndSettle(9_999);
  assertEquals(isOver(), false);
  await time.passAndSettle(1);
  await over;
  assertEquals([hearers.length, time.armedCount], [0, 0]);
});

Deno.test("serveOn() ends when the program is to stop again, which then ends it no more", async () => {
  const { time, hearers, over } = setUp(10);
  hearers[0]!();
  await over;
  assertEquals([hearers.length, time.armedCount], [0, 0]);
});

Deno.test("serveOn() does nothing for no seconds", async () => {
  const { lines, hearers, over, time } = setUp(0);
  await over;
  assertEquals([lines, hearers.length, time.armedCount], [[], 0, 0]);
});
