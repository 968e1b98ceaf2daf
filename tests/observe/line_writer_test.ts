import { assert, assertEquals } from "@std/assert";
import { LineWriter } from "../../lib/observe/line_writer.ts";
import { FakeTime, settled } from "../support/fake_time.ts";

/** A writer to a sink that takes what `open` lets it. */
function setUp() {
  const time = new FakeTime();
  const taken: string[] = [];
  const state = { isOpen: true, octetsMax: Infinity, error: null as Error | null, nextError: null as Error | null };
  let waiting: (() => void) | null = null;
  let pendingCount = 0;
  const sink = {
    async write(octets: Uint8Array<ArrayBuffer>): Promise<number> {
      pendingCount++;
      assertEquals(pendingCount, 1, "two writes at a time");
      if (!state.isOpen) await new Promise<void>((resolve) => waiting = resolve);
      pendingCount--;
      if (state.error !== null) throw state.error;
      const count = Math.min(octets.length, state.octetsMax);
      taken.push(new TextDecoder().decode(octets.subarray(0, count)));
      state.error = state.nextError;
      return count;
    },
    isBusy: (error: unknown) => error instanceof Error && error.message === "busy",
  };
  const open = async () => {
    state.isOpen = true;
    waiting?.();
    // Each write takes a few turns.
    for (let i = 0; i < 20; i++) await settled();
  };
  return { writer: new LineWriter(sink, time), taken, state, open, time };
}

const LINE = "x".repeat(99);
/** As many lines of 100 octets as may wait. */
const ROOM = Math.floor(256 * 1024 / 100);

Deno.test("LineWriter writes each line with its line feed, and what came meanwhile together", async () => {
  const { writer, taken, open, state } = setUp();
  state.isOpen = false;
  for (const line of ["a", "b", "c"]) writer.writeLine(line);
  assertEquals(taken, []);
  await open();
  assertEquals([taken, writer.lostCount], [["a\n", "b\nc\n"], 0]);
});

Deno.test("LineWriter writes whole lines, 4096 octets of them at most; a longer one by itself", async () => {
  const { writer, taken, open, state } = setUp();
  state.isOpen = false;
  writer.writeLine("first");
  for (let i = 0; i < 100; i++) writer.writeLine(LINE);
  const long = "y".repeat(10_000);
  writer.writeLine(long);
  writer.writeLine("last");
  await open();
  assertEquals(taken.map(({ length }) => length), [6, 4000, 4000, 2000, 10_001, 5]);
});

Deno.test("LineWriter goes on where a short write ended", async () => {
  const { writer, taken, state } = setUp();
  state.octetsMax = 4;
  writer.writeLine("one line");
  await settled();
  assertEquals(taken.join(""), "one line\n");
});

Deno.test("LineWriter loses lines for which there is no room, and tells of them in their place", async () => {
  const { writer, taken, open, state } = setUp();
  state.isOpen = false;
  for (let i = 0; i < 2 * ROOM; i++) writer.writeLine(LINE);
  assertEquals(writer.lostCount, 2 * ROOM - ROOM);
  await open();
  writer.writeLine("after");
  await settled();
  const lines = taken.join("").split("\n");
  assertEquals(lines.length, ROOM + 3);
  assertEquals(lines.slice(ROOM), [
    `dns-forwarder: warn: ${ROOM} lines of this log are lost: nobody read in time, or the write failed`,
    "after",
    "",
  ]);
});

Deno.test("LineWriter has no more gaps than it fills up: what follows a lost line is lost until the others are written", () => {
  const { writer, taken, state } = setUp();
  state.isOpen = false;
  for (let i = 0; i < ROOM + 1; i++) writer.writeLine(LINE);
  state.isOpen = true;
  writer.writeLine("short");
  assertEquals([writer.lostCount, taken.length], [2, 0]);
});

Deno.test("LineWriter counts what cannot be written, tries the next line, and tells when it can", async () => {
  const { writer, taken, state } = setUp();
  state.error = new Error("No space left on device");
  for (const line of ["a", "b"]) {
    writer.writeLine(line);
    await settled();
  }
  assertEquals([taken, writer.lostCount], [[], 2]);
  state.error = null;
  writer.writeLine("c");
  await settled();
  assertEquals(taken, [
    "dns-forwarder: warn: 2 lines of this log are lost: nobody read in time, or the write failed\nc\n",
  ]);
  assertEquals(writer.lostCount, 2);
});

Deno.test("LineWriter begins a new line after one that broke off", async () => {
  const { writer, taken, state, time } = setUp();
  state.octetsMax = 3;
  state.nextError = new Error("No space left on device");
  writer.writeLine("broken");
  await settled();
  state.error = state.nextError = null;
  state.octetsMax = Infinity;
  writer.writeLine("whole");
  await settled();
  assert(/^bro\ndns-forwarder: warn: 1 line of this log is lost: .*\nwhole\n$/.test(taken.join("")), taken.join(""));
  assertEquals(time.armedCount, 0);
});

Deno.test("LineWriter tries again after a moment where there is no room for now", async () => {
  const { writer, taken, state, time } = setUp();
  state.error = new Error("busy");
  writer.writeLine("a");
  await time.passAndSettle(1000);
  state.error = null;
  await time.passAndSettle(100);
  assertEquals([taken, writer.lostCount, time.armedCount], [["a\n"], 0, 0]);
});

Deno.test("LineWriter.flush() waits for what is being written, but not for ever", async () => {
  const { writer, state, open, time } = setUp();
  await writer.flush(1000);
  state.isOpen = false;
  writer.writeLine("a");
  let isFlushed = false;
  const flushed = writer.flush(1000).then(() => isFlushed = true);
  await time.passAndSettle(999);
  assert(!isFlushed);
  await time.passAndSettle(1);
  await flushed;
  const again = writer.flush(1000);
  await open();
  await again;
  assertEquals(time.armedCount, 0);
});
