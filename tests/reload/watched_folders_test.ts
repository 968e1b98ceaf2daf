import { assertEquals } from "@std/assert";
import { FileError } from "../../lib/base/files.ts";
import { Log } from "../../lib/observe/log.ts";
import { WatchedFolders } from "../../lib/reload/watched_folders.ts";
import { FakeTime } from "../support/fake_time.ts";

function setUp() {
  const time = new FakeTime();
  const watched = new Map<string, () => void>();
  const lines: string[] = [];
  const changedAtMs: number[] = [];
  const folders = new WatchedFolders({
    clock: time,
    timers: time,
    log: new Log({ level: "info", writeLine: (line) => void lines.push(line) }),
    files: {
      watch: (folder, tell) => {
        if (folder === "/gone") throw new FileError("there is no such file");
        watched.set(folder, tell);
        return () => void watched.delete(folder);
      },
    },
    onChange: () => void changedAtMs.push(time.nowMs()),
  });
  return { time, watched, lines, changedAtMs, folders };
}

Deno.test("WatchedFolders tells of changes when nothing has happened for 200 ms, however many there were, and once for what it begins to watch", () => {
  const { time, watched, changedAtMs, folders } = setUp();
  folders.watch(["/etc/a", "/etc/b"]);
  time.pass(200);
  assertEquals(changedAtMs.splice(0), [200]);
  for (let i = 0; i < 5; i++) {
    watched.get("/etc/a")!();
    watched.get("/etc/b")!();
    time.pass(150);
  }
  assertEquals(changedAtMs, []);
  time.pass(1000);
  assertEquals(changedAtMs, [1000]);
});

Deno.test("WatchedFolders waits for nobody who writes all the time for longer than 2 s", () => {
  const { time, watched, changedAtMs, folders } = setUp();
  folders.watch(["/etc/a"]);
  time.pass(0);
  for (let i = 0; i < 100; i++) {
    watched.get("/etc/a")!();
    time.pass(50);
  }
  assertEquals(changedAtMs, [2000, 4000]);
});

Deno.test("WatchedFolders.watch() watches what is new, and no longer what is gone", () => {
  const { watched, folders, time } = setUp();
  folders.watch(["/etc/a", "/etc/b"]);
  const before = watched.get("/etc/b");
  folders.watch(["/etc/b", "/etc/c"]);
  assertEquals([[...watched.keys()], watched.get("/etc/b") === before], [["/etc/b", "/etc/c"], true]);
  watched.get("/etc/c")!();
  folders.stop();
  assertEquals([watched.size, time.armedCount], [0, 0]);
});

Deno.test("WatchedFolders says which folder it cannot watch, and watches the others", () => {
  const { watched, folders, lines } = setUp();
  folders.watch(["/gone", "/etc/a"]);
  assertEquals([...watched.keys()], ["/etc/a"]);
  assertEquals(lines, [
    "dns-forwarder: warn: Cannot watch /gone: there is no such file; changes there are followed at a reload",
  ]);
});
