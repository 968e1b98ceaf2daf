import { assertEquals } from "@std/assert";
import { followLog } from "../../../lib/telemetry/log_search/follow_log.ts";
import { LineFilter } from "../../../lib/telemetry/log_search/line_filter.ts";
import { NO_FILTER, type QueryFilter } from "../../../lib/telemetry/query_filter.ts";
import { FakeFiles } from "../../support/fake_files.ts";
import { FakeTime } from "../../support/fake_time.ts";

const CURRENT = "/log/queries.jsonl";
/** Longer than a look takes to come. */
const LOOK_MS = 300;

function lines(from: number, to: number): string {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  return numbers.map((i) =>
    `{"time":"2026-11-30T14:02:37.123Z","tookMs":0.000,"channel":"udp","name":"n${i}.example","type":"A",` +
    `"source":"${i % 2 === 0 ? "cache" : "upstream"}","rcode":"NOERROR","sizeOctets":58}\n`
  ).join("");
}

/** Somebody who follows a log, and what he was told: numbers in names, a list each time. */
class Rig {
  readonly files = new FakeFiles();
  readonly time = new FakeTime();
  readonly told: number[][] = [];
  readonly missing: string[] = [];
  readonly #end = new AbortController();
  #following = Promise.resolve();

  async begin(text: string | null, lastCount: number, filter: Partial<QueryFilter> = {}): Promise<void> {
    if (text !== null) this.files.write(CURRENT, text);
    this.#following = followLog("/log", {
      filter: new LineFilter({ ...NO_FILTER, ...filter }),
      lastCount,
      tell: (lines) => void this.told.push(lines.map(({ query }) => Number(/\d+/.exec(query.name!)![0]))),
      onMissing: (why) => void this.missing.push(why),
      signal: this.#end.signal,
    }, { files: this.files, timers: this.time });
    await this.look();
  }

  /** A look, however many pieces there are. */
  async look(): Promise<void> {
    for (let i = 0; i < 20; i++) await this.time.passAndSettle(LOOK_MS / 20);
  }

  append(text: string): void {
    this.files.write(CURRENT, `${this.files.texts.get(CURRENT) ?? ""}${text}`);
  }

  async end(): Promise<void> {
    this.#end.abort();
    await this.#following;
    assertEquals([this.files.openCount, this.time.armedCount], [0, 0]);
  }
}

Deno.test("followLog() tells of the last lines, and of each that comes once it is whole", async () => {
  const rig = new Rig();
  await rig.begin(lines(0, 5), 2);
  assertEquals(rig.told, [[3, 4]]);
  const next = lines(5, 7);
  rig.append(next.slice(0, -20));
  await rig.look();
  rig.append(next.slice(-20));
  await rig.look();
  assertEquals(rig.told.slice(1), [[5], [6]]);
  await rig.look();
  await rig.end();
  assertEquals(rig.told.length, 3);
});

Deno.test("followLog() tells of no line that is there already when nobody wants any", async () => {
  const rig = new Rig();
  await rig.begin(lines(0, 5), 0);
  rig.append(lines(5, 6));
  await rig.look();
  assertEquals(rig.told, [[5]]);
  await rig.end();
});

Deno.test("followLog() tells of those alone that the filter finds", async () => {
  const rig = new Rig();
  await rig.begin(lines(0, 6), 2, { sources: ["upstream"] });
  rig.append(lines(6, 10));
  await rig.look();
  assertEquals(rig.told, [[3, 5], [7, 9]]);
  await rig.end();
});

Deno.test("followLog() goes on in the next file, and misses nothing of the one that was put aside", async () => {
  const rig = new Rig();
  await rig.begin(lines(0, 1), 10);
  rig.append(lines(1, 3));
  rig.files.move(CURRENT, "/log/queries-20261130T140300Z.jsonl");
  await rig.look();
  assertEquals(rig.told, [[0], [1, 2]]);
  rig.files.write(CURRENT, lines(3, 20));
  await rig.look();
  await rig.look();
  // All of it is new.
  assertEquals(rig.told.slice(2).flat(), Array.from({ length: 17 }, (_, i) => 3 + i));
  await rig.end();
});

Deno.test("followLog() begins anew in a file that somebody has emptied", async () => {
  const rig = new Rig();
  await rig.begin(lines(0, 3), 10);
  rig.files.write(CURRENT, "");
  await rig.look();
  rig.append(lines(3, 4));
  await rig.look();
  assertEquals(rig.told, [[0, 1, 2], [3]]);
  await rig.end();
});

Deno.test("followLog() waits for a file that is not there, and says so once", async () => {
  const rig = new Rig();
  await rig.begin(null, 1);
  await rig.look();
  assertEquals(rig.missing, ["there is no such file"]);
  rig.append(lines(0, 3));
  await rig.look();
  await rig.look();
  assertEquals(rig.told, [[0, 1, 2]]);
  await rig.end();
});
