import { assertEquals } from "@std/assert";
import { FileError } from "../../lib/base/files.ts";
import { QUIET_MS, QUIET_MS_MAX } from "../../lib/base/settled_version.ts";
import { LOOK_MS, WatchedPaths } from "../../lib/base/watched_paths.ts";
import { EventTime } from "../support/event_time.ts";
import { FakeFiles } from "../support/fake_files.ts";

/** As long as it takes until a change is told of. */
const TOLD_MS = LOOK_MS + QUIET_MS;

function setUp(tellsOfNew = false) {
  const time = new EventTime();
  const files = new FakeFiles({ "/etc/a": "one", "/etc/b": "one", "/etc/c.d/x": "one" });
  const told: (readonly string[])[] = [];
  const paths = new WatchedPaths({
    files,
    clock: time,
    timers: time,
    onChange: (paths) => told.push(paths),
    tellsOfNew,
  });
  return { time, files, told, paths };
}

Deno.test("WatchedPaths tells of files that others have written, come or gone, once, when they have stayed so for a moment", async () => {
  const { time, files, told, paths } = setUp();
  paths.watch(["/etc/a", "/etc/b", "/etc/new"]);
  await time.pass(10 * TOLD_MS);
  assertEquals(told, []);
  files.write("/etc/a", "two");
  await time.pass(TOLD_MS);
  assertEquals(told.splice(0), [["/etc/a"]]);
  files.write("/etc/new", "one");
  files.remove("/etc/b");
  await time.pass(TOLD_MS);
  assertEquals(told.splice(0), [["/etc/b", "/etc/new"]]);
  await time.pass(10 * TOLD_MS);
  assertEquals(told, []);
  paths.stop();
  assertEquals(time.timerCount, 0);
});

Deno.test("WatchedPaths tells of a folder that something has come to", async () => {
  const { time, files, told, paths } = setUp();
  paths.watch(["/etc/c.d", "/etc/d.d"]);
  files.write("/etc/c.d/y", "two");
  await time.pass(TOLD_MS);
  assertEquals(told.splice(0), [["/etc/c.d"]]);
  files.write("/etc/d.d/x", "one");
  await time.pass(TOLD_MS);
  assertEquals(told, [["/etc/d.d"]]);
  paths.stop();
});

Deno.test("WatchedPaths waits until nothing has happened for a moment, and for nobody who writes all the time for long", async () => {
  const { time, files, told, paths } = setUp();
  paths.watch(["/etc/a"]);
  const toldAtMs: number[] = [];
  for (let i = 0; time.nowMs() < LOOK_MS + QUIET_MS_MAX + QUIET_MS; i++) {
    files.write("/etc/a", `${i}`);
    await time.pass(50);
    while (toldAtMs.length < told.length) toldAtMs.push(time.nowMs());
  }
  assertEquals(toldAtMs, [LOOK_MS + QUIET_MS_MAX]);
  paths.stop();
});

Deno.test("WatchedPaths.watch() goes on with what it knows, and tells of no more than is watched", async () => {
  const { time, files, told, paths } = setUp();
  paths.watch(["/etc/a", "/etc/b"]);
  files.write("/etc/a", "two");
  files.write("/etc/b", "two");
  paths.watch(["/etc/b", "/etc/c.d/x"]);
  await time.pass(TOLD_MS);
  assertEquals(told, [["/etc/b"]]);
  paths.watch([]);
  assertEquals(time.timerCount, 0);
});

Deno.test("WatchedPaths tells once of what it begins to watch, where that was read before", async () => {
  const { time, told, paths } = setUp(true);
  paths.watch(["/etc/a", "/etc/gone"]);
  await time.pass(QUIET_MS);
  assertEquals(told.splice(0), [["/etc/a", "/etc/gone"]]);
  paths.watch(["/etc/a", "/etc/gone"]);
  await time.pass(10 * TOLD_MS);
  assertEquals(told, []);
  paths.watch(["/etc/a", "/etc/b"]);
  await time.pass(QUIET_MS);
  assertEquals(told, [["/etc/b"]]);
  paths.stop();
});

Deno.test("WatchedPaths takes for a change that something cannot be looked at any more", async () => {
  const { time, files, told, paths } = setUp();
  const stat = files.stat.bind(files);
  paths.watch(["/etc/a"]);
  files.stat = () => Promise.reject(new FileError("the operating system forbids it"));
  await time.pass(TOLD_MS);
  files.stat = stat;
  await time.pass(TOLD_MS);
  assertEquals(told, [["/etc/a"], ["/etc/a"]]);
  paths.stop();
});
