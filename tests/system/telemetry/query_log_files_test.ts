import { assertEquals } from "@std/assert";
import { Log } from "../../../lib/observe/log.ts";
import { DENO_FILES } from "../../../lib/system/deno_files.ts";
import { DENO_WRITABLE_FILES } from "../../../lib/system/deno_writable_files.ts";
import { NOTHING_HIDDEN } from "../../../lib/telemetry/privacy/levels.ts";
import { startGzip } from "../../../lib/system/gzip.ts";
import { QueryLog } from "../../../lib/telemetry/query_log/query_log.ts";
import { FakeRecord } from "../../support/fake_record.ts";

const ignore = Deno.permissions.querySync({ name: "write" }).state !== "granted";

function logIn(folder: string, told: string[]): QueryLog {
  const settings = { folder, octetsMax: 1 << 22, only: [], sample: 1, privacy: NOTHING_HIDDEN };
  return new QueryLog(settings, {
    startGzip,
    files: DENO_FILES,
    writableFiles: DENO_WRITABLE_FILES,
    clock: { nowMs: () => performance.now() },
    wallClock: { epochSeconds: () => Math.floor(Date.now() / 1000) },
    timers: {
      start: (delayMs, callback) => {
        const id = setTimeout(callback, delayMs);
        return () => clearTimeout(id);
      },
    },
    random: { fill: (octets) => void crypto.getRandomValues(octets) },
    log: new Log({ level: "info", writeLine: (line) => void told.push(line) }),
  });
}

function see(log: QueryLog, from: number, count: number): void {
  for (let i = from; i < from + count; i++) log.take(new FakeRecord({ name: `n${i}.example` }));
}

async function linesIn(folder: string): Promise<string[]> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name !== "lock");
  // The one that grows has no time in its name, and is the last.
  names.sort((a, b) => a.replace("queries.", "queries-9.") < b.replace("queries.", "queries-9.") ? -1 : 1);
  const texts = await Promise.all(names.map(async (name) => {
    const file = await Deno.open(`${folder}/${name}`);
    const readable = file.readable as ReadableStream<Uint8Array<ArrayBuffer>>;
    return await new Response(name.endsWith(".gz") ? readable.pipeThrough(new DecompressionStream("gzip")) : readable)
      .text();
  }));
  return texts.join("").split("\n").slice(0, -1);
}

function test(fact: string, fn: (folder: string) => Promise<void>): void {
  Deno.test({
    name: `${fact} (needs --allow-read and --allow-write)`,
    ignore,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      try {
        await fn(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

test("QueryLog on a real disk writes, puts aside, compresses, and goes on after it was stopped", async (parent) => {
  const folder = `${parent}/log`;
  const told: string[] = [];
  const first = logIn(folder, told);
  for (let i = 0; i < 10; i++) {
    see(first, 1000 * i, 1000);
    await first.flush();
  }
  await first.stop();
  const second = logIn(folder, told);
  see(second, 10_000, 500);
  await second.stop();
  const lines = await linesIn(folder);
  assertEquals([lines.length, JSON.parse(lines.at(-1)!).name, told], [10_500, "n10499.example", []]);
  const modes = [...Deno.readDirSync(folder)].map(({ name }) => Deno.statSync(`${folder}/${name}`).mode! & 0o777);
  assertEquals([new Set(modes), Deno.statSync(folder).mode! & 0o777], [new Set([0o600]), 0o700]);
});

test("QueryLog tells two of one folder apart: the second waits", async (folder) => {
  const told: string[] = [];
  const [first, second] = [logIn(folder, told), logIn(folder, told)];
  see(first, 0, 1);
  await first.flush();
  see(second, 1, 1);
  await second.flush();
  assertEquals((await linesIn(folder)).length, 1);
  assertEquals(told.length === 1 && told[0]!.includes("another program writes its log there"), true);
  await first.stop();
  await second.flush();
  await second.stop();
  assertEquals((await linesIn(folder)).length, 2);
});
