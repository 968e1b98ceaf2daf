import { assertEquals, assertRejects } from "@std/assert";
import { Log } from "../../../lib/observe/log.ts";
import { HistoryError } from "../../../lib/telemetry/history/history.ts";
import { HistoryKeeper, type HistorySettings } from "../../../lib/telemetry/history/history_keeper.ts";
import type { HistoryOrder, HistoryReport } from "../../../lib/telemetry/history/history_thread.ts";
import { NOTHING_HIDDEN } from "../../../lib/telemetry/privacy/levels.ts";
import { scriptedSource } from "../../support/fake_random.ts";
import { FakeRecord } from "../../support/fake_record.ts";
import { FakeTime, settled } from "../../support/fake_time.ts";

const SETTINGS: HistorySettings = { folder: "/history", octetsMax: 1 << 30, privacy: NOTHING_HIDDEN };

/** A keeper, and a thread that does what the test says. */
class Rig {
  readonly time: FakeTime = new FakeTime();
  readonly lines: string[] = [];
  readonly orders: HistoryOrder[] = [];
  starts = 0;
  /** Whether rows are written down at once. */
  writes = true;
  report: (report: HistoryReport) => void = () => {};
  end: (reason: string) => void = () => {};
  readonly keeper: HistoryKeeper;

  constructor(settings: Partial<HistorySettings> = {}) {
    this.keeper = new HistoryKeeper({ ...SETTINGS, ...settings }, {
      start: ({ reported, ended }) => {
        this.starts++;
        this.report = reported;
        this.end = ended;
        return { send: (order) => this.#take(order), end: () => {} };
      },
      timers: this.time,
      random: scriptedSource(),
      log: new Log({ level: "info", writeLine: (line) => void this.lines.push(line) }),
    });
  }

  see(count: number): void {
    for (let i = 0; i < count; i++) this.keeper.take(new FakeRecord());
  }

  /** Rows that the thread was given. */
  get rows(): number {
    return this.orders.reduce((sum, order) => {
      return sum + (order.kind === "rows" ? new TextDecoder().decode(order.octets).split("\n").length - 1 : 0);
    }, 0);
  }

  #take(order: HistoryOrder): void {
    this.orders.push(order);
    if (order.kind === "rows" && this.writes) this.report({ kind: "taken", error: null, oldestMs: 7 });
    if (order.kind === "stop") this.report({ kind: "stopped" });
  }
}

Deno.test("HistoryKeeper hands rows over within two seconds, and what is left at its end", async () => {
  const rig = new Rig();
  rig.see(3);
  rig.time.pass(1999);
  assertEquals(rig.rows, 0);
  rig.time.pass(1);
  assertEquals([rig.rows, rig.keeper.oldestMs], [3, 7]);
  rig.see(2);
  await rig.keeper.stop();
  assertEquals([rig.rows, rig.orders.map(({ kind }) => kind), rig.time.armedCount], [5, [
    "begin",
    "rows",
    "rows",
    "stop",
  ], 0]);
  assertEquals(rig.keeper.text, "history: /history: clients full, names full, 5 rows, 0 lost");
});

Deno.test("HistoryKeeper loses rows when they are not written as fast as they come, tells it once a minute, and goes on", () => {
  const rig = new Rig();
  rig.writes = false;
  rig.see(60_000);
  for (let second = 0; second < 90; second++) {
    rig.see(100);
    rig.time.pass(1000);
  }
  const { lostCount } = rig.keeper;
  assertEquals([lostCount > 10_000, rig.lines.length], [true, 2]);
  assertEquals(
    rig.lines[0],
    "dns-forwarder: warn: history: /history: rows are lost, 1 so far: they come faster than they are written",
  );
  rig.writes = true;
  const before = rig.rows;
  rig.report({ kind: "taken", error: null, oldestMs: 7 });
  rig.time.pass(4000);
  assertEquals([rig.rows > before, rig.rows + lostCount], [true, 69_000]);
});

Deno.test("HistoryKeeper tells what hinders whoever writes, once a minute, and that it is over", () => {
  const rig = new Rig();
  rig.writes = false;
  for (let i = 0; i < 40; i++) {
    rig.see(1);
    rig.time.pass(2000);
    rig.report({ kind: "taken", error: "database or disk is full", oldestMs: null });
  }
  rig.writes = true;
  rig.see(1);
  rig.time.pass(2000);
  assertEquals(rig.lines, [
    "dns-forwarder: warn: history: cannot write in /history: database or disk is full; 1 rows lost so far",
    "dns-forwarder: warn: history: cannot write in /history: database or disk is full; 31 rows lost so far",
    "dns-forwarder: history: written again, 40 rows lost so far",
  ]);
});

Deno.test("HistoryKeeper starts another thread when one has ended by itself", async () => {
  const rig = new Rig();
  const asked = rig.keeper.series({ fromMs: 0, toMs: 1, stepMs: 1 });
  rig.end("out of memory");
  await assertRejects(() => asked, HistoryError, "the history cannot be read: it has just ended");
  await assertRejects(
    () => rig.keeper.series({ fromMs: 0, toMs: 1, stepMs: 1 }),
    HistoryError,
    "not there at the moment",
  );
  rig.see(1);
  rig.time.pass(10_000);
  rig.time.pass(2000);
  assertEquals([rig.starts, rig.rows], [2, 1]);
  assertEquals(rig.lines, [
    "dns-forwarder: error: history: its thread has ended: out of memory; started again in 10 s",
  ]);
});

Deno.test("HistoryKeeper waits for answers for as long as they may take, and asks no more than 32 at once", async () => {
  const rig = new Rig();
  const ask = () => rig.keeper.top({ fromMs: 0, toMs: 1, by: "name", limit: 1, budgetMs: 100 });
  const late = Array.from({ length: 32 }, ask).map((asked) =>
    assertRejects(() => asked, HistoryError, "it takes too long")
  );
  await assertRejects(ask, HistoryError, "too many ask");
  rig.time.pass(5100);
  await Promise.all(late);
  const asked = ask();
  await settled();
  rig.report({ kind: "answer", id: 33, answer: { fromMs: 0, toMs: 1, total: 0, rows: [] }, error: null });
  assertEquals((await asked).total, 0);
  const failed = ask();
  await settled();
  rig.report({ kind: "answer", id: 34, answer: null, error: "no such table" });
  await assertRejects(() => failed, HistoryError, "the history cannot be read: no such table");
});

Deno.test("HistoryKeeper.follow() goes on by other settings, but not in another folder", () => {
  const rig = new Rig();
  assertEquals(rig.keeper.follow({ ...SETTINGS, octetsMax: 5, privacy: { ...NOTHING_HIDDEN, clients: "none" } }), true);
  assertEquals(rig.orders.at(-1), { kind: "limit", octetsMax: 5 });
  assertEquals(rig.keeper.text.includes("clients none"), true);
  assertEquals(rig.keeper.follow({ ...SETTINGS, folder: "/other" }), false);
});
