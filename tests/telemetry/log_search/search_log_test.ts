import { assertEquals, assertRejects } from "@std/assert";
import { FileError } from "../../../lib/base/files.ts";
import { NO_FILTER, type QueryFilter } from "../../../lib/telemetry/query_filter.ts";
import { LineFilter } from "../../../lib/telemetry/log_search/line_filter.ts";
import { type LogSearch, searchLog } from "../../../lib/telemetry/log_search/search_log.ts";
import { LINE_OCTETS_MAX, LineEncoder } from "../../../lib/telemetry/query_log/line_encoder.ts";
import { NOTHING_HIDDEN, type PrivacySettings } from "../../../lib/telemetry/privacy/levels.ts";
import { Privacy } from "../../../lib/telemetry/privacy.ts";
import type { Observation } from "../../../lib/observe/observation.ts";
import { FakeFiles } from "../../support/fake_files.ts";
import { scriptedSource } from "../../support/fake_random.ts";
import { FakeRecord } from "../../support/fake_record.ts";

const START_MS = Date.UTC(2026, 10, 30, 14);
const MINUTE_MS = 60_000;

function lineOf(parts: Partial<Observation>, settings: Partial<PrivacySettings> = {}): string {
  const octets = new Uint8Array(LINE_OCTETS_MAX);
  const told = new Privacy({ ...NOTHING_HIDDEN, ...settings }, scriptedSource()).veil(new FakeRecord(parts))!;
  return new TextDecoder().decode(octets.subarray(0, new LineEncoder().write(told, octets, 0)));
}

/** Lines of names with numbers, one a minute. */
function lines(from: number, to: number, parts: Partial<Observation> = {}): string {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  return numbers.map((i) => lineOf({ name: `n${i}.example`, timeMs: START_MS + i * MINUTE_MS, ...parts })).join("");
}

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** 30 lines in three files: the last one grows, and the first one is compressed. */
async function folder(): Promise<FakeFiles> {
  return new FakeFiles({
    "/log/queries-20261130T141000Z.jsonl.gz": await gzip(lines(0, 10)),
    "/log/queries-20261130T142000Z.jsonl": lines(10, 20),
    "/log/queries-20261130T142000Z.jsonl.gz.part": new Uint8Array(3),
    "/log/queries.jsonl": `${lines(20, 30)}{"time":"2026-11-30T14:30:0`,
    "/log/lock": "",
  });
}

async function search(files: FakeFiles, parts: Partial<LogSearch & QueryFilter> = {}, clock = { nowMs: () => 0 }) {
  const filter = new LineFilter({ ...NO_FILTER, ...parts });
  const wanted = { filter, sinceMs: null, untilMs: null, limit: 1000, budgetMs: 1000, ...parts };
  const { lines, searchedBackToMs, problems } = await searchLog("/log", { ...wanted, filter }, { files, clock });
  const numbers = lines.map(({ query }) => Number(/\d+/.exec(query.name ?? "")?.[0] ?? -1));
  const backTo = searchedBackToMs === null ? null : (searchedBackToMs - START_MS) / MINUTE_MS;
  return { numbers, backTo, problems };
}

function down(from: number, to: number): number[] {
  return Array.from({ length: from - to + 1 }, (_, i) => from - i);
}

Deno.test("searchLog() finds all lines, the newest first, in compressed files, too, but none that is not finished", async () => {
  assertEquals(await search(await folder()), { numbers: down(29, 0), backTo: null, problems: [] });
});

Deno.test("searchLog() stops when it has enough, and says how far back it was", async () => {
  assertEquals(await search(await folder(), { limit: 12 }), { numbers: down(29, 18), backTo: 18, problems: [] });
});

Deno.test("searchLog() finds what is within a time, and reads no file that is not", async () => {
  const files = await folder();
  const within = { sinceMs: START_MS + 12 * MINUTE_MS, untilMs: START_MS + 17 * MINUTE_MS };
  assertEquals((await search(files, within)).numbers, down(17, 12));
  assertEquals(files.reads, ["/log/queries-20261130T142000Z.jsonl"]);
});

Deno.test("searchLog() goes on where it was", async () => {
  const files = await folder();
  const found: number[] = [];
  for (let until: number | null = null;;) {
    const untilMs: number | null = until === null ? null : START_MS + until * MINUTE_MS;
    const { numbers, backTo } = await search(files, { limit: 7, untilMs });
    found.push(...numbers);
    if (backTo === null) break;
    until = backTo;
  }
  assertEquals([...new Set(found)], down(29, 0));
});

Deno.test("searchLog() ends when its time is up, and says how far back it was", async () => {
  let nowMs = 0;
  const clock = { nowMs: () => nowMs += 600 };
  const { numbers, backTo } = await search(await folder(), { name: "n1" }, clock);
  assertEquals([numbers, backTo], [down(19, 10), 10]);
});

const SEEN: Partial<Observation> = {
  name: "www.example.com",
  client: "192.0.2.77",
  source: "blocked",
  rcode: 3,
  type: 28,
  channel: "tls",
  upstream: "9.9.9.9:53",
};
const FOUND: readonly [Partial<QueryFilter>, boolean][] = [
  [{}, true],
  [{ name: "example" }, true],
  [{ name: "example.org" }, false],
  // It stands elsewhere in the line.
  [{ name: "tls" }, false],
  [{ client: "192.0.2.77" }, true],
  [{ client: "192.0.2.78" }, false],
  [{ client: "192.0" }, true],
  [{ client: "2001:db8::1" }, false],
  [{ sources: ["blocked"] }, true],
  [{ sources: ["cache", "blocked"] }, true],
  [{ sources: ["cache"] }, false],
  [{ rcodes: [3] }, true],
  [{ rcodes: [0, 2] }, false],
  [{ types: [28, 1] }, true],
  [{ types: [1] }, false],
  [{ channels: ["tls"] }, true],
  [{ channels: ["udp"] }, false],
  [{ upstream: "9.9.9.9" }, true],
  [{ upstream: "8.8.8.8" }, false],
  [{ name: "www", client: "192.0.2.77", sources: ["blocked"], rcodes: [3], types: [28], channels: ["tls"] }, true],
  [{ name: "www", client: "192.0.2.77", sources: ["cache"] }, false],
];
for (const [filter, isFound] of FOUND) {
  Deno.test(`searchLog() ${isFound ? "finds" : "does not find"} a line by ${JSON.stringify(filter)}`, async () => {
    const files = new FakeFiles({ "/log/queries.jsonl": lineOf(SEEN) });
    assertEquals((await search(files, filter)).numbers.length, isFound ? 1 : 0);
  });
}

Deno.test("searchLog() finds an address by the network that is told in its place, and nobody by a pseudonym", async () => {
  const told = async (client: string, clients: PrivacySettings["clients"], wanted: string) => {
    const files = new FakeFiles({ "/log/queries.jsonl": lineOf({ client }, { clients }) });
    return (await search(files, { client: wanted })).numbers.length;
  };
  assertEquals(await told("192.0.2.77", "network", "192.0.2.1"), 1);
  assertEquals(await told("192.0.2.77", "network", "192.0.3.1"), 0);
  assertEquals(await told("2001:db8:1:2::77", "network", "2001:db8:1::1"), 1);
  assertEquals(await told("2001:db8:1:2::77", "network", "2001:db8:2::1"), 0);
  assertEquals(await told("192.0.2.77", "pseudonym", "192.0.2.77"), 0);
  assertEquals(await told("192.0.2.77", "none", "192.0.2.77"), 0);
});

Deno.test("searchLog() goes on past files that cannot be read, and tells of them", async () => {
  const files = await folder();
  files.write("/log/queries-20261130T141000Z.jsonl.gz", new Uint8Array([1, 2, 3]));
  files.write("/log/queries-20261130T142000Z.jsonl", null);
  const { numbers, problems } = await search(files);
  assertEquals([numbers, problems.length, problems[0]], [
    down(29, 20),
    2,
    "queries-20261130T142000Z.jsonl: the operating system forbids it",
  ]);
  await assertRejects(() => search(new FakeFiles()), FileError, "there is no such file");
});
