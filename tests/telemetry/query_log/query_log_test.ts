import { assertEquals } from "@std/assert";
import { NOTHING_HIDDEN } from "../../../lib/telemetry/privacy/levels.ts";
import { CURRENT, numbersIn, QueryLogRig, refuses, textOf } from "./query_log_rig.ts";

/** Lines of which a full buffer, and a full file of the smallest log, have some more than that. */
const BUFFER_LINES = 550;

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

Deno.test("QueryLog writes what it has seen within a second, and opens nothing before", async () => {
  const rig = new QueryLogRig();
  await rig.pass(5000);
  assertEquals([rig.disk.steps, rig.time.armedCount], [[], 0]);
  rig.see(3);
  await rig.pass(999);
  assertEquals(rig.text, "");
  await rig.pass(1);
  assertEquals([rig.numbers, rig.log.lineCount, rig.log.lostCount, rig.lines], [[0, 1, 2], 3, 0, []]);
  await rig.pass(1000);
  assertEquals(rig.time.armedCount, 0);
});

Deno.test("QueryLog writes a full buffer at once", async () => {
  const rig = new QueryLogRig();
  rig.see(2 * BUFFER_LINES);
  await rig.pass(0);
  const { length } = rig.numbers;
  assertEquals([rig.numbers.at(-1), length > BUFFER_LINES, length < 2 * BUFFER_LINES], [length - 1, true, true]);
});

Deno.test("QueryLog.flush() writes what there is now", async () => {
  const rig = new QueryLogRig();
  rig.see(2);
  await rig.log.flush();
  assertEquals(rig.numbers, [0, 1]);
});

Deno.test("QueryLog.stop() writes what there is, and lets go of the folder", async () => {
  const rig = new QueryLogRig();
  rig.see(2);
  await rig.log.stop();
  assertEquals([rig.numbers, [...rig.disk.locked], rig.time.armedCount], [[0, 1], [], 0]);
});

Deno.test("QueryLog writes down what it is told to alone", async () => {
  const rig = new QueryLogRig({ only: ["blocked", "failed", "slow"] });
  rig.see(1, { source: "blocked" });
  rig.see(1, { source: "cache" });
  rig.see(1, { source: "failure", rcode: 2 });
  rig.see(1, { source: "upstream", rcode: 2 });
  rig.see(1, { source: "refused", rcode: 5 });
  rig.see(1, { tookMs: 500 });
  rig.see(1, { tookMs: 499.9, rcode: 3 });
  await rig.pass(1000);
  assertEquals(rig.numbers, [0, 2, 3, 4, 5]);
});

Deno.test("QueryLog draws its sample at random", async () => {
  const rig = new QueryLogRig({ sample: 10 });
  rig.see(3000);
  await rig.pass(1000);
  const { length } = rig.numbers;
  assertEquals([length > 200, length < 400], [true, true]);
  const gaps = new Set(rig.numbers.slice(1).map((number, i) => number - rig.numbers[i]!));
  assertEquals(gaps.size > 10, true);
});

Deno.test("QueryLog.follow() goes on by other settings, but not in another folder", async () => {
  const rig = new QueryLogRig();
  const settings = {
    folder: "/log",
    octetsMax: 1 << 20,
    sample: 1,
    privacy: { ...NOTHING_HIDDEN, clients: "none" as const },
  };
  assertEquals(rig.log.follow({ ...settings, only: ["blocked"] }), true);
  rig.see(2);
  rig.see(1, { source: "blocked" });
  await rig.pass(1000);
  assertEquals([rig.numbers, rig.text.includes("client")], [[2], false]);
  assertEquals(rig.log.follow({ ...settings, only: [], folder: "/other" }), false);
});

Deno.test("QueryLog puts a full file aside, compresses it, and removes the oldest for room", async () => {
  const rig = new QueryLogRig();
  for (let i = 0; i < 40; i++) {
    rig.see(BUFFER_LINES);
    await rig.pass(1000);
    const octets = [...rig.files.texts.values()].reduce((sum, text) => sum + (text as Uint8Array).length, 0);
    assertEquals(octets <= 1 << 20, true);
  }
  await rig.pass(60_000);
  assertEquals([rig.log.lostCount, rig.lines], [0, []]);
  assertEquals(rig.full.length > 5 && rig.full.every((name) => name.endsWith("Z.jsonl.gz")), true);
  const texts = await Promise.all(rig.full.map(async (name) => {
    const octets = rig.files.texts.get(`/log/${name}`) as Uint8Array<ArrayBuffer>;
    return await new Response(new Blob([octets]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  }));
  assertEquals(numbersIn(texts.join("")).concat(rig.numbers), upTo(40 * BUFFER_LINES));
  const before = rig.full;
  rig.log.follow({ folder: "/log", octetsMax: 100_000, only: [], sample: 1, privacy: NOTHING_HIDDEN });
  rig.see(BUFFER_LINES);
  await rig.pass(60_000);
  const kept = rig.full.slice(0, -1);
  assertEquals([kept.length < before.length, kept], [true, before.slice(before.length - kept.length)]);
});

Deno.test("QueryLog finishes what a killed program has left: a part of a line, a part of a file, a file to compress", async () => {
  const rig = new QueryLogRig();
  const line = '{"name":"n7.example"}\n';
  rig.files.write(CURRENT, new TextEncoder().encode(`${line}{"name":"n8.exa`));
  rig.files.write("/log/queries-20261129T000000Z.jsonl", new TextEncoder().encode(line));
  rig.files.write("/log/queries-20261129T000000Z.jsonl.gz.part", new Uint8Array(4));
  rig.files.write("/log/of-somebody-else.txt", new Uint8Array(4));
  rig.see();
  await rig.pass(2000);
  assertEquals(rig.numbers, [7, 0]);
  assertEquals(rig.full, ["queries-20261129T000000Z.jsonl.gz"]);
  assertEquals(rig.files.texts.has("/log/of-somebody-else.txt"), true);
});

Deno.test("QueryLog goes on when a disk hangs: lines are lost, counted and told of, and nothing else", async () => {
  const rig = new QueryLogRig({ octetsMax: 1 << 24 });
  const { promise, resolve } = Promise.withResolvers<void>();
  rig.disturb("write", () => promise);
  for (let second = 0; second < 130; second++) {
    rig.see(1000);
    await rig.pass(1000);
  }
  const { lostCount } = rig.log;
  assertEquals([lostCount > 10_000, rig.log.lineCount + lostCount], [true, 130_000]);
  assertEquals(rig.lines.map((line) => line.replaceAll(/\d+ lines/g, "N lines")), [
    "warn: query log: cannot write /log/queries.jsonl: the disk does not answer; it is tried again, lines are lost meanwhile",
    "warn: query log: N lines lost so far in /log/queries.jsonl: the disk does not answer",
    "warn: query log: N lines lost so far in /log/queries.jsonl: the disk does not answer",
  ]);
  rig.mend();
  resolve();
  for (let i = 0; i < 10; i++) await rig.pass(1000);
  assertEquals(rig.lines.slice(3), [`query log: written again, ${lostCount} lines lost so far`]);
  assertEquals([rig.numbers.length, rig.numbers.at(-1)], [rig.log.lineCount, rig.log.lineCount - 1]);
});

Deno.test("QueryLog.stop() does not wait for a disk that hangs", async () => {
  const rig = new QueryLogRig();
  rig.disturb("write", () => new Promise(() => {}));
  rig.see();
  let isStopped = false;
  void rig.log.stop().then(() => isStopped = true);
  await rig.pass(2000);
  assertEquals(isStopped, true);
});

for (
  const [what, kind, message] of [
    ["is read-only", "append", "its file system is read-only"],
    ["cannot be written to", "write", "input/output error"],
    ["has no folder, and nobody may make it", "makeFolder", "the operating system forbids it"],
  ] as const
) {
  Deno.test(`QueryLog on a disk that ${what} tells it once, tries again, and keeps what it has room for`, async () => {
    const rig = new QueryLogRig();
    rig.disturb(kind, refuses(message));
    rig.see(10);
    await rig.pass(300_000);
    assertEquals(rig.lines, [
      `warn: query log: cannot write /log/queries.jsonl: ${message}; it is tried again, lines are lost meanwhile`,
    ]);
    assertEquals(rig.log.text.endsWith(`0 lost, ${message}`), true);
    rig.mend();
    await rig.pass(30_000);
    assertEquals([rig.numbers, rig.lines.slice(1)], [upTo(10), ["query log: written again, 0 lines lost so far"]]);
  });
}

Deno.test("QueryLog on a full disk writes each line once, whatever part of it has found room", async () => {
  const rig = new QueryLogRig();
  rig.disk.freeOctets = 400;
  rig.see(10);
  await rig.pass(1000);
  assertEquals(rig.lines, [
    "warn: query log: cannot write /log/queries.jsonl: the disk is full; it is tried again, lines are lost meanwhile",
  ]);
  rig.disk.freeOctets = 500;
  await rig.pass(2000);
  rig.disk.freeOctets = Infinity;
  await rig.pass(30_000);
  assertEquals([rig.numbers, rig.lines.length], [upTo(10), 2]);
});

Deno.test("QueryLog begins a file anew that has been removed or put elsewhere", async () => {
  const rig = new QueryLogRig();
  rig.see();
  await rig.pass(1000);
  rig.files.remove(CURRENT);
  rig.see();
  await rig.pass(1000);
  assertEquals(rig.numbers, [1]);
  rig.files.write("/log/mine.jsonl", rig.files.texts.get(CURRENT)!);
  rig.files.remove(CURRENT);
  rig.see();
  await rig.pass(1000);
  assertEquals([rig.numbers, numbersIn(textOf(rig.files, "/log/mine.jsonl"))], [[2], [1]]);
});

Deno.test("QueryLog does not write into a folder that another program writes to, until that has ended", async () => {
  const rig = new QueryLogRig();
  rig.disk.locked.add("/log/lock");
  rig.see(2);
  await rig.pass(10_000);
  assertEquals(rig.text, "");
  assertEquals(rig.lines, [
    "warn: query log: cannot write /log/queries.jsonl: another program writes its log there; it is tried again, lines are " +
    "lost meanwhile",
  ]);
  rig.disk.locked.delete("/log/lock");
  await rig.pass(30_000);
  assertEquals(rig.numbers, [0, 1]);
});
