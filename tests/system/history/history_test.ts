import { assertEquals } from "@std/assert";
import type { Observation } from "../../../lib/observe/observation.ts";
import { answerQuestion } from "../../../lib/system/history/answer_question.ts";
import { HistoryFolder } from "../../../lib/system/history/history_folder.ts";
import { historyServer } from "../../../lib/system/history/serve_history.ts";
import type { HistoryPage, HistorySeries, HistoryTop, SearchQuery } from "../../../lib/telemetry/history/history.ts";
import type { HistoryReport } from "../../../lib/telemetry/history/history_thread.ts";
import { NO_FILTER } from "../../../lib/telemetry/query_filter.ts";
import { LINE_OCTETS_MAX, LineEncoder } from "../../../lib/telemetry/query_log/line_encoder.ts";
import { FakeRecord, OBSERVATION } from "../../support/fake_record.ts";

const MINUTE_MS = 60_000;
const ENCODER = new LineEncoder();
const START_MS = Date.UTC(2026, 10, 30);
const ignore = Deno.permissions.querySync({ name: "write" }).state !== "granted";

function test(fact: string, fn: (rig: Rig) => void): void {
  Deno.test({
    name: `${fact} (needs --allow-read and --allow-write)`,
    ignore,
    fn: () => {
      const folder = Deno.makeTempDirSync({ prefix: "dns-forwarder-history-" });
      const rig = new Rig(folder);
      try {
        fn(rig);
      } finally {
        rig.folder.close();
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}

class Rig {
  readonly path: string;
  readonly told: string[] = [];
  folder: HistoryFolder;

  constructor(parent: string) {
    this.path = `${parent}/history`;
    this.folder = this.open();
  }

  open(octetsMax = 1 << 30): HistoryFolder {
    return new HistoryFolder(this.path, octetsMax, (message) => this.told.push(message));
  }

  /** Rows of names with numbers, one a minute from the start. */
  add(from: number, to: number, parts: Partial<Observation> = {}): void {
    const numbers = Array.from({ length: to - from }, (_, i) => from + i);
    const lines = numbers.map((i) => lineOf({ name: `n${i}.example`, timeMs: START_MS + i * MINUTE_MS, ...parts }));
    this.folder.add(lines, START_MS + from * MINUTE_MS);
  }

  search(query: Partial<SearchQuery> = {}, nowMs: () => number = () => 0): HistoryPage {
    const all = { ...NO_FILTER, sinceMs: null, untilMs: null, before: null, limit: 1000, budgetMs: 1000, ...query };
    return answerQuestion(this.folder, { kind: "search", query: all }, nowMs) as HistoryPage;
  }

  get names(): string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }
}

function lineOf(parts: Partial<Observation>): string {
  const octets = new Uint8Array(LINE_OCTETS_MAX);
  const end = ENCODER.write(new FakeRecord(parts), octets, 0);
  return new TextDecoder().decode(octets.subarray(0, end - 1));
}

function numbersOf({ rows }: HistoryPage): number[] {
  return rows.map(({ observation }) => Number(/\d+/.exec(observation.name)?.[0] ?? -1));
}

function down(from: number, to: number): number[] {
  return Array.from({ length: from - to + 1 }, (_, i) => from - i);
}

test("the history gives back what it was given", (rig) => {
  const seen: Partial<Observation>[] = [
    {
      tookMs: 0.042,
      worker: 3,
      channel: "tls",
      group: "kids",
      source: "blocked",
      rcode: 3,
      upstream: null,
      reason: "list ads",
    },
    { client: "2001:db8::1", type: 65, isTruncated: true, wantsDnssec: true, sizeOctets: 1232, name: "." },
  ];
  rig.folder.add(seen.map(lineOf), START_MS);
  const expected = seen.map((parts) => ({ ...OBSERVATION, ...parts })).reverse();
  assertEquals(rig.search().rows.map(({ observation }) => observation), expected);
});

test("the history begins a file each day, and goes on with it after a restart", (rig) => {
  rig.add(0, 10);
  rig.folder.close();
  rig.folder = rig.open();
  rig.add(10, 20);
  rig.add(24 * 60, 24 * 60 + 5);
  rig.folder.close();
  assertEquals(rig.names, ["history-20261130T000000Z.db", "history-20261201T000000Z.db"]);
  assertEquals(numbersOf(rig.search()), [...down(24 * 60 + 4, 24 * 60), ...down(19, 0)]);
  const modes = rig.names.map((name) => Deno.statSync(`${rig.path}/${name}`).mode! & 0o777);
  assertEquals([modes, Deno.statSync(rig.path).mode! & 0o777], [[0o600, 0o600], 0o700]);
});

test("the history searches from the newest row backwards, page by page, over days", (rig) => {
  rig.add(0, 50);
  rig.add(24 * 60, 24 * 60 + 50);
  const found: number[] = [];
  let before: string | null = null;
  do {
    const page: HistoryPage = rig.search({ limit: 7, before });
    found.push(...numbersOf(page));
    before = page.next;
  } while (before !== null);
  assertEquals(found, [...down(24 * 60 + 49, 24 * 60), ...down(49, 0)]);
});

test("the history finds rows by what they say, and within a time", (rig) => {
  rig.add(0, 30);
  rig.add(30, 40, {
    source: "failure",
    rcode: 2,
    type: 28,
    client: "2001:db8::7",
    upstream: "8.8.8.8:53",
    channel: "quic",
  });
  const found = (query: Partial<SearchQuery>) => numbersOf(rig.search(query));
  assertEquals(found({ sources: ["failure", "stale"] }), down(39, 30));
  assertEquals(found({ rcodes: [2], types: [28] }), down(39, 30));
  assertEquals(found({ client: "db8", upstream: "8.8.8", channels: ["quic", "udp"], name: "n3" }), down(39, 30));
  assertEquals(found({ name: "n1" }), [...down(19, 10), 1]);
  // Nothing of a name stands for other characters.
  assertEquals([found({ name: "n%" }), found({ name: "n_" })], [[], []]);
  assertEquals(found({ sinceMs: START_MS + 5 * MINUTE_MS, untilMs: START_MS + 8 * MINUTE_MS }), down(8, 5));
  assertEquals(found({ channels: ["tcp"] }), []);
});

test("the history ends a search when its time is up, and says how far back it was", (rig) => {
  rig.add(0, 30_000, { timeMs: START_MS });
  let nowMs = 0;
  const page = rig.search({ name: "nothing" }, () => nowMs += 1100);
  assertEquals(page, { rows: [], next: `${rig.folder.files[0]!.beginsMs}.10001`, searchedBackToMs: START_MS });
  assertEquals(rig.search({ name: "nothing", before: page.next }), { rows: [], next: null, searchedBackToMs: null });
});

test("the history adds up each minute, and each name, client and upstream", (rig) => {
  rig.add(0, 120);
  rig.add(0, 60, { source: "blocked", name: "ads.example", client: "192.0.2.9", upstream: null });
  const range = { fromMs: START_MS, toMs: START_MS + 3 * 60 * MINUTE_MS };
  const series = answerQuestion(rig.folder, { kind: "series", query: { ...range, stepMs: 60 * MINUTE_MS } }, () => 0);
  const { counts, sources } = series as HistorySeries;
  assertEquals([counts[sources.indexOf("upstream")], counts[sources.indexOf("blocked")]], [[60, 60, 0], [60, 0, 0]]);
  const top = (by: "name" | "client" | "upstream" | "blocked") => {
    const query = { ...range, by, limit: 2, budgetMs: 1000 };
    return answerQuestion(rig.folder, { kind: "top", query }, () => 0) as HistoryTop;
  };
  assertEquals([top("name").total, top("name").rows[0]], [180, { key: "ads.example", count: 60 }]);
  assertEquals(top("client").rows, [{ key: "192.0.2.77", count: 120 }, { key: "192.0.2.9", count: 60 }]);
  assertEquals(top("upstream").rows, [{ key: "9.9.9.9:53", count: 120 }]);
  assertEquals(top("blocked").rows, [{ key: "ads.example", count: 60 }]);
});

test("the history removes the oldest files when there is no room", (rig) => {
  rig.folder = rig.open(1 << 20);
  for (let day = 0; day < 12; day++) rig.add(day * 24 * 60, day * 24 * 60 + 1000);
  const size = rig.names.reduce((sum, name) => sum + Deno.statSync(`${rig.path}/${name}`).size, 0);
  assertEquals([size <= 1 << 20, rig.folder.files.length < 12, rig.told], [true, true, []]);
  assertEquals(numbersOf(rig.search({ limit: 1 })), [11 * 24 * 60 + 999]);
  rig.folder.limit(1 << 18);
  assertEquals(rig.folder.files.length <= 3, true);
});

test("the history puts a broken file aside, tells it, and goes on with a new one", (rig) => {
  rig.add(0, 10);
  rig.folder.close();
  const [name] = rig.names;
  Deno.writeTextFileSync(
    `${rig.path}/${name}`,
    "no database at all, but a text that is long enough for a head ".repeat(100),
  );
  rig.folder = rig.open();
  rig.add(10, 20);
  assertEquals(numbersOf(rig.search()), down(19, 10));
  assertEquals(rig.names.includes(`${name}.broken`), true);
  assertEquals(rig.told, [
    `${rig.path}/${name} is broken (file is not a database): put aside as ${rig.path}/${name}.broken`,
  ]);
});

test("the history tells what hinders it, and goes on when it no longer does", (rig) => {
  const reports: HistoryReport[] = [];
  const follow = historyServer((report) => reports.push(report));
  const octets = () => new TextEncoder().encode(`${lineOf({})}\n`);
  Deno.writeTextFileSync(`${rig.path}/file`, "");
  follow({ kind: "begin", folder: `${rig.path}/file/below`, octetsMax: 1 << 30 });
  follow({ kind: "rows", octets: octets() });
  assertEquals(reports.length === 1 && reports[0]!.kind === "taken" && reports[0]!.error !== null, true);
  Deno.removeSync(`${rig.path}/file`);
  follow({ kind: "rows", octets: octets() });
  assertEquals(reports[1]!.kind === "taken" && reports[1]!.error === null, true);
  follow({ kind: "stop" });
  assertEquals(reports[2], { kind: "stopped" });
});

Deno.test({
  name: "the history is kept in a thread of its own (needs --allow-read and --allow-write)",
  ignore,
  // The thread's own resources are not the test's.
  sanitizeResources: false,
  sanitizeOps: false,
  fn: async () => {
    const { denoHistory } = await import("../../../lib/system/history/start_history.ts");
    const folder = Deno.makeTempDirSync({ prefix: "dns-forwarder-history-" });
    const stopped = Promise.withResolvers<void>();
    const reports: HistoryReport[] = [];
    const thread = denoHistory(new URL("../../../main.ts", import.meta.url).href)({
      reported: (report) => {
        reports.push(report);
        if (report.kind === "stopped") stopped.resolve();
      },
      ended: (reason) => stopped.reject(new Error(reason)),
    });
    thread.send({ kind: "begin", folder, octetsMax: 1 << 30 });
    thread.send({ kind: "rows", octets: new TextEncoder().encode(`${lineOf({})}\n`) });
    thread.send({ kind: "stop" });
    await stopped.promise;
    thread.end();
    const [taken] = reports;
    assertEquals([taken!.kind === "taken" && taken!.error, reports.length], [null, 2]);
    Deno.removeSync(folder, { recursive: true });
  },
});

test("a file or a folder that somebody removes is told of, and what comes then is kept in another one", (rig) => {
  rig.add(0, 2);
  for (const file of rig.folder.files) Deno.removeSync(file.path);
  rig.add(2, 4);
  assertEquals(numbersOf(rig.search()), [3, 2]);
  Deno.removeSync(rig.path, { recursive: true });
  rig.add(4, 6);
  assertEquals(numbersOf(rig.search()), [5, 4]);
  assertEquals(rig.told.map((line) => line.replace(/^.*db is/, "it is")), [
    "it is gone: another one is begun",
    "it is gone: another one is begun",
  ]);
});
