import { assertEquals } from "@std/assert";
import { Log, LOG_LEVELS, type LogLevel } from "../../lib/observe/log.ts";

function write(level: LogLevel): string[] {
  const lines: string[] = [];
  const log = new Log({ level, writeLine: (line) => void lines.push(line) });
  log.error("one");
  log.warn("two");
  log.info("three");
  log.debug(() => "four");
  return lines;
}

const ALL = [
  "dns-forwarder: error: one",
  "dns-forwarder: warn: two",
  "dns-forwarder: three",
  "dns-forwarder: debug: four",
];

for (const [i, level] of LOG_LEVELS.entries()) {
  Deno.test(`Log at level ${level} writes what is at least as grave`, () =>
    assertEquals(write(level), ALL.slice(0, i + 1)));
}

Deno.test("Log.debug() builds nothing when nobody reads it", () => {
  let built = 0;
  const log = new Log({ level: "info", writeLine: () => {} });
  log.debug(() => `${built++}`);
  assertEquals(built, 0);
});

Deno.test("Log keeps a message to one line and free of control characters", () => {
  const lines: string[] = [];
  const log = new Log({ level: "error", writeLine: (line) => void lines.push(line) });
  log.error("a\r\nforged: line\x1b[31m red\x7f\x9b\ttab");
  assertEquals(lines, ["dns-forwarder: error: a forged: line [31m red tab"]);
});
