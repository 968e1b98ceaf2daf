import { assert, assertEquals } from "@std/assert";
import type { Observation } from "../../lib/observe/observation.ts";
import { Epoch } from "../../lib/observe/ring/epoch.ts";
import { ADDRESS_WORD, HEAD } from "../../lib/observe/ring/layout.ts";
import type { ObservationRing } from "../../lib/observe/ring/observation_ring.ts";
import { RingFeed } from "../../lib/observe/ring/ring_feed.ts";
import { RECORD_NAMES } from "../../lib/server/observation_writer.ts";
import { Follower } from "../../lib/workers/follower.ts";
import { Gathering } from "../../lib/workers/gathering.ts";
import type { ObservedReport } from "../../lib/workers/messages.ts";
import { FakeTime } from "../support/fake_time.ts";

const EPOCH_MS = Date.UTC(2026, 10, 30);

/** A worker whose clock is so far ahead of its supervisor's, and the pipe between them. */
class TestWorker {
  readonly reports: ObservedReport[] = [];
  readonly follower: Follower;
  readonly feed: RingFeed;
  readonly #time: FakeTime;
  readonly #aheadMs: number;
  /** What has left, watched or not. */
  count = 0;

  constructor(time: FakeTime, aheadMs: number) {
    this.#time = time;
    this.#aheadMs = aheadMs;
    const clock = { nowMs: () => time.nowMs() + aheadMs };
    const wallClock = { epochSeconds: () => NaN, epochMs: () => EPOCH_MS + time.nowMs() };
    this.feed = new RingFeed({ clock, wallClock, names: RECORD_NAMES, fill: () => () => {} });
    assert(Number.isFinite(new Epoch({ clock, wallClock }).offsetMs));
    this.follower = new Follower({ feed: this.feed, timers: time, report: (report) => void this.reports.push(report) });
  }

  /** Replies leave, as the pipe between processes would carry them. */
  answer(count: number, { upstream = "", reason = "", group = "" } = {}): void {
    for (let i = 0; i < count; i++) {
      this.count++;
      if (this.feed.ring !== null) this.#write(this.feed.ring, upstream, reason, group);
    }
  }

  #write(ring: ObservationRing, upstream: string, reason: string, group: string): void {
    const words = ADDRESS_WORD + 2;
    const at = ring.begin(words);
    const us = Math.floor((this.#time.nowMs() + this.#aheadMs) * 1000);
    ring.words.set([
      words | (3 << HEAD.nameShift),
      us,
      us / 2 ** 32,
      this.count,
      1 << 16,
      ring.texts.upstreams.numberOf(upstream) << 16,
      ring.texts.reasons.numberOf(reason) | (ring.texts.groups.numberOf(group) << 16),
      0x0100_00c0,
      0x0000_4101,
    ], at);
  }
}

function setUp(count = 2) {
  const time = new FakeTime(100_000);
  const workers = Array.from({ length: count }, (_, i) => new TestWorker(time, 1000 * (i + 1)));
  const rounds: number[] = [];
  const wallClock = { epochSeconds: () => NaN, epochMs: () => EPOCH_MS + time.nowMs() };
  const gathering = new Gathering({
    clock: time,
    wallClock,
    follow: (round) => {
      rounds.push(round);
      workers.forEach(({ follower }) => follower.follow(round));
    },
  });
  /** What was told comes over the pipe, and is taken, until nobody has anything more to tell. */
  const carry = () => {
    for (;;) {
      const told = workers.flatMap(({ reports }, i) => reports.splice(0).map((report) => [i + 1, report] as const));
      if (told.length === 0) return;
      for (const [number, report] of told) {
        const carried = JSON.parse(JSON.stringify(report)) as ObservedReport;
        if (gathering.take(number, carried)) workers[number - 1]!.follower.taken(report.round);
      }
    }
  };
  return { time, workers, gathering, rounds, carry };
}

function allOf(reader: ReturnType<Gathering["feed"]["watch"]>): Observation[] {
  const all: Observation[] = [];
  reader.read((record) => void all.push(record.toObservation()), Infinity);
  return all;
}

Deno.test("the feed of a supervisor tells what leaves from all workers, with their numbers, texts and the time of day", () => {
  const { time, workers, gathering, carry } = setUp();
  workers[0]!.answer(1, { upstream: "nobody looks" });
  const reader = gathering.feed.watch();
  workers[0]!.answer(1, { upstream: "192.0.2.1:53" });
  workers[1]!.answer(1, { upstream: "192.0.2.2:53", reason: "list ads", group: "kids" });
  time.pass(100);
  workers[1]!.answer(1, { upstream: "192.0.2.1:53", group: "guests" });
  carry();
  assertEquals(allOf(reader).map(({ worker, upstream, reason, group }) => [worker, upstream, reason, group]), [
    [1, "192.0.2.1:53", "", ""],
    [2, "192.0.2.2:53", "list ads", "kids"],
    [2, "192.0.2.1:53", "", "guests"],
  ]);
  workers[1]!.answer(1, { upstream: "192.0.2.1:53", group: "guests" });
  workers[1]!.answer(2, { upstream: "192.0.2.2:53" });
  time.pass(100);
  carry();
  const [third, ...others] = allOf(reader);
  assertEquals(third, {
    timeMs: EPOCH_MS + 100_100,
    tookMs: 0.003,
    worker: 2,
    channel: "udp",
    client: "192.0.0.1",
    group: "guests",
    name: "a",
    type: 1,
    source: "cache",
    rcode: 0,
    upstream: "192.0.2.1:53",
    reason: "",
    sizeOctets: 0,
    isTruncated: false,
    wantsDnssec: false,
  });
  assertEquals(others.map(({ worker, upstream, group }) => [worker, upstream, group]), [
    [2, "192.0.2.2:53", ""],
    [2, "192.0.2.2:53", ""],
  ]);
});

Deno.test("workers tell as long as somebody reads, and nothing before and after", () => {
  const { time, workers, gathering, rounds, carry } = setUp(1);
  const [worker] = workers;
  const reader = gathering.feed.watch();
  worker!.answer(3);
  time.pass(100);
  const late = worker!.reports.splice(0);
  reader.close();
  assertEquals([worker!.feed.ring, gathering.feed.ring], [null, null]);
  // What was on its way is of no use to whoever reads next.
  const next = gathering.feed.watch();
  for (const report of late) assertEquals(gathering.take(1, report), false);
  worker!.answer(2);
  time.pass(100);
  carry();
  assertEquals([allOf(next).length, next.lostCount, rounds], [2, 0, [1, 0, 2]]);
  next.close();
  time.pass(1000);
  assertEquals(worker!.reports, []);
});

Deno.test("what workers tell and what is lost there is what has left, however much that is", () => {
  const { time, workers, gathering, carry } = setUp();
  const reader = gathering.feed.watch();
  let count = 0;
  for (const burst of [10, 50_000, 0, 100_000, 7, 20_000, 1]) {
    workers[0]!.answer(burst);
    workers[1]!.answer(Math.floor(burst / 2));
    time.pass(100);
    carry();
    count += allOf(reader).length;
  }
  for (let i = 0; i < 20; i++) {
    time.pass(100);
    carry();
    count += allOf(reader).length;
  }
  assert(reader.lostCount > 0);
  assertEquals(count + reader.lostCount, workers[0]!.count + workers[1]!.count);
});

Deno.test("a worker tells no more than a pipe holds before that is taken, and 4 MB a second", () => {
  const { time, workers, gathering, carry } = setUp(1);
  const [worker] = workers;
  const reader = gathering.feed.watch();
  worker!.answer(25_000);
  for (let i = 0; i < 20; i++) time.pass(100);
  // Its supervisor hangs: it waits for nobody.
  assertEquals(worker!.reports.length, 1);
  assert(JSON.stringify(worker!.reports[0]).length < 64 * 1024);
  carry();
  time.pass(100);
  carry();
  const octets = allOf(reader).length * 36;
  assert(octets > 400_000 && octets <= 4 * (2 * 100 + 9) * 1024, `${octets}`);
});

Deno.test("a worker that comes in the place of one that died tells texts anew, which may have other numbers", () => {
  const { time, workers, gathering, carry } = setUp(1);
  const reader = gathering.feed.watch();
  workers[0]!.answer(1, { upstream: "192.0.2.1:53" });
  workers[0]!.answer(1, { upstream: "192.0.2.2:53" });
  time.pass(100);
  carry();
  workers[0] = new TestWorker(time, 7);
  workers[0].follower.follow(1);
  workers[0].answer(1, { upstream: "192.0.2.2:53" });
  time.pass(100);
  carry();
  assertEquals(allOf(reader).map(({ upstream, worker }) => [upstream, worker]), [
    ["192.0.2.1:53", 1],
    ["192.0.2.2:53", 1],
    ["192.0.2.2:53", 1],
  ]);
});

Deno.test("a worker that stops tells the rest", () => {
  const { time, workers, gathering, carry } = setUp(1);
  const reader = gathering.feed.watch();
  workers[0]!.answer(2);
  workers[0]!.follower.stop();
  carry();
  assertEquals([allOf(reader).length, time.armedCount], [2, 0]);
});
