import { assert, assertEquals } from "@std/assert";
import { Privacy } from "../../../lib/telemetry/privacy.ts";
import { NOTHING_HIDDEN } from "../../../lib/telemetry/privacy/levels.ts";
import { HeavyHitters } from "../../../lib/web/api/live/heavy_hitters.ts";
import { TopCounts } from "../../../lib/web/api/live/top_counts.ts";
import { FakeRecord } from "../../support/fake_record.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const ENCODER = new TextEncoder();

function counted(stream: Iterable<string>, slotCount: number): { hitters: HeavyHitters; truth: Map<string, number> } {
  const hitters = new HeavyHitters(slotCount, 32, new SeededRandom(1));
  const truth = new Map<string, number>();
  for (const key of stream) {
    const octets = ENCODER.encode(key);
    hitters.add(octets, octets.length);
    truth.set(key, (truth.get(key) ?? 0) + 1);
  }
  return { hitters, truth };
}

/** Keys as often as one of their number, and a random one of many for each. */
function* zipf(count: number, keys: number, share: number, random: SeededRandom): Generator<string> {
  const weights = Array.from({ length: keys }, (_, i) => 1 / (i + 1));
  const sums = weights.reduce<number[]>((all, weight) => [...all, (all.at(-1) ?? 0) + weight], []);
  for (let i = 0; i < count; i++) {
    const drawn = random.below(1_000_000) / 1_000_000;
    if (drawn < share) yield `flood${random.below(1_000_000)}`;
    else {
      const point = random.below(1_000_000) / 1_000_000 * sums.at(-1)!;
      yield `key${sums.findIndex((sum) => sum >= point)}`;
    }
  }
}

for (const share of [0, 0.5]) {
  Deno.test(`HeavyHitters never counts too little, knows its error, and has all that are frequent; flood ${share}`, () => {
    const { hitters, truth } = counted(zipf(50_000, 300, share, new SeededRandom(7)), 256);
    const found = new Map(
      [...hitters.list(Infinity)].map(({ key, ...counts }) => [new TextDecoder().decode(key), counts]),
    );
    assertEquals([hitters.total, found.size], [50_000, 256]);
    for (const [key, { count, errorCount }] of found) {
      const real = truth.get(key)!;
      assert(
        count >= real && count - errorCount <= real,
        `${key}: ${real} counted as ${count}, of it ${errorCount} perhaps`,
      );
    }
    for (const [key, real] of truth) {
      if (real > 50_000 / 256) assert(found.has(key), `${key} is missing, ${real} times`);
    }
    assert([...truth].every(([key, real]) => found.has(key) || real <= hitters.rarestCount));
    const greatest = [...found.values()].map(({ count }) => count).sort((a, b) => b - a)[9]!;
    const first = [...hitters.list(10)];
    assert(first.length >= 10 && first.every(({ count }) => count >= greatest));
    assertEquals(first.map(({ key }) => hitters.of(key)), first);
    assertEquals(hitters.of(ENCODER.encode("never")), null);
    assertEquals([...hitters.list(Infinity)].reduce((sum, { count }) => sum + count, 0), 50_000);
  });
}

Deno.test("HeavyHitters counts exactly as long as there is room, and begins anew", () => {
  const { hitters, truth } = counted("abracadabra", 16);
  const list = () =>
    [...hitters.list(Infinity)].map(({ key, count, errorCount }) => [new TextDecoder().decode(key), count, errorCount]);
  assertEquals(new Map(list().map(([key, count]) => [key, count])) as unknown, truth);
  assert(list().every(([, , error]) => error === 0) && hitters.rarestCount === 0);
  hitters.clear();
  assertEquals([list(), hitters.total], [[], 0]);
  hitters.add(ENCODER.encode("a"), 1);
  assertEquals(list(), [["a", 1, 0]]);
});

Deno.test("TopCounts adds up windows of ten minutes, drops what is older than was asked for, and says what time it has counted", () => {
  const startMs = 1_800_000_000_000;
  let nowMs = startMs;
  const wallClock = { epochSeconds: () => Math.floor(nowMs / 1000) };
  const top = new TopCounts(new Privacy(NOTHING_HIDDEN, new SeededRandom(1)), wallClock, new SeededRandom(2));
  const take = (name: string, times: number) => {
    for (let i = 0; i < times; i++) top.take(new FakeRecord({ name, timeMs: nowMs }));
  };
  const rows = (windowSeconds: number) =>
    top.top("name", windowSeconds, 10).rows.map(({ key, count }) => `${key} ${count}`);
  take("old.example", 5);
  nowMs += 1_200_000;
  take("new.example", 2);
  take("old.example", 1);
  assertEquals(rows(3600), ["old.example 6", "new.example 2"]);
  assertEquals([top.top("name", 3600, 1).windowSeconds, top.top("name", 3600, 1).total], [1200, 8]);
  assertEquals(rows(600), ["new.example 2", "old.example 1"]);
  nowMs += 3_600_000;
  assertEquals([rows(3600), top.top("name", 3600, 1).windowSeconds], [[], 0]);
  take("late.example", 1);
  assertEquals(rows(3600), ["late.example 1"]);
});

Deno.test("TopCounts has what was asked for whenever that is asked: some minutes more, and never nothing", () => {
  const startMs = 1_800_000_000_000;
  let nowMs = startMs;
  const wallClock = { epochSeconds: () => Math.floor(nowMs / 1000) };
  const top = new TopCounts(new Privacy(NOTHING_HIDDEN, new SeededRandom(1)), wallClock, new SeededRandom(2));
  for (let minute = 0; minute < 60; minute++, nowMs += 60_000) {
    top.take(new FakeRecord({ name: "a.example", timeMs: nowMs }));
    const { total, windowSeconds } = top.top("name", 300, 10);
    assertEquals(windowSeconds, Math.max(1, (total - 1) * 60), `minute ${minute}`);
    assert(total >= Math.min(minute, 5) && total <= 16, `minute ${minute}: ${total}`);
  }
});

Deno.test("TopCounts counts a part for all where there are very many, and finds the same", () => {
  const random = new SeededRandom(3);
  const wallClock = { epochSeconds: () => 1_800_000_000 };
  const top = new TopCounts(new Privacy(NOTHING_HIDDEN, new SeededRandom(1)), wallClock, new SeededRandom(2));
  // A tenth each second asks for one of ten names, and the rest for others.
  for (let i = 0; i < 200_000; i++) {
    const name = i % 10 === 0 ? `often${i % 100}.example` : `n${random.below(3000)}.example`;
    top.take(new FakeRecord({ name, timeMs: 1_800_000_000_000 - 5000 + i / 40 }));
  }
  const { rows, total } = top.top("name", 3600, 10);
  assertEquals(
    rows.map(({ key }) => key).sort(),
    Array.from({ length: 10 }, (_, i) => `often${10 * i}.example`).sort(),
  );
  for (const { key, count } of rows) assert(Math.abs(count - 2000) < 500, `${key}: ${count}`);
  assert(Math.abs(total - 200_000) < 5000, `${total}`);
});

Deno.test("HeavyHitters adds one for several as that many", () => {
  const [hitters, again] = [0, 1].map(() => new HeavyHitters(4, 8, new SeededRandom(1)));
  for (const [i, key] of [..."abcdeabca"].entries()) {
    const weight = 1 + i % 3;
    hitters!.add(ENCODER.encode(key), 1, weight);
    for (let j = 0; j < weight; j++) again!.add(ENCODER.encode(key), 1);
  }
  const list = (one: HeavyHitters) =>
    [...one.list(Infinity)].map(({ key, count, errorCount }) => `${key.join()} ${count} ${errorCount}`).sort();
  assertEquals([list(hitters!), hitters!.total], [list(again!), again!.total]);
});

Deno.test("TopCounts counts nothing that may not be told", () => {
  const privacy = new Privacy(
    { ...NOTHING_HIDDEN, names: "none", clients: "network", hiddenGroups: ["kids"] },
    new SeededRandom(1),
  );
  const top = new TopCounts(privacy, { epochSeconds: () => 1_800_000_000 }, new SeededRandom(2));
  const timeMs = 1_800_000_000_000;
  top.take(new FakeRecord({ timeMs, client: "192.0.2.77" }));
  top.take(new FakeRecord({ timeMs, client: "198.51.100.7", group: "kids" }));
  const keys = (by: "name" | "client") => top.top(by, 3600, 10).rows.map(({ key }) => key);
  assertEquals([keys("name"), keys("client"), top.top("name", 3600, 10).total], [[], ["192.0.2.0/24"], 1]);
});
