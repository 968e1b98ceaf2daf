import { assertEquals } from "@std/assert";
import type { ObservationFeed, ObservationRecord } from "../../lib/observe/observation.ts";
import { Drain, type Sink } from "../../lib/telemetry/drain.ts";
import { FakeRecord } from "../support/fake_record.ts";
import { FakeTime, settled } from "../support/fake_time.ts";

/** A feed whose records the test makes; of those that nobody takes it keeps so many. */
class TestFeed implements ObservationFeed {
  readonly waiting: FakeRecord[] = [];
  readerCount = 0;
  lostCount = 0;
  onMany = () => {};
  readonly #keptMax: number;

  constructor(keptMax = Infinity) {
    this.#keptMax = keptMax;
  }

  add(count: number): void {
    for (let i = 0; i < count; i++) {
      if (this.readerCount > 0) this.waiting.push(new FakeRecord());
    }
    while (this.waiting.length > this.#keptMax) {
      this.waiting.shift();
      this.lostCount++;
    }
  }

  watch(onMany: () => void = () => {}) {
    this.onMany = onMany;
    this.readerCount++;
    const read = (take: (record: ObservationRecord) => void, countMax: number) => {
      const records = this.waiting.splice(0, countMax);
      records.forEach(take);
      return records.length;
    };
    const lostCount = () => this.lostCount;
    return {
      read,
      get lostCount() {
        return lostCount();
      },
      close: () => void this.readerCount--,
    };
  }
}

function setUp(keptMax = Infinity) {
  const feed = new TestFeed(keptMax);
  const time = new FakeTime();
  return { feed, time, drain: new Drain({ feed, clock: time, timers: time }) };
}

function sink(name: string, take: () => void = () => {}): Sink & { count: number } {
  const counted = {
    name,
    count: 0,
    take: () => {
      counted.count++;
      take();
    },
  };
  return counted;
}

Deno.test("Drain reads as long as there is a sink, and not before and after", async () => {
  const { feed, time, drain } = setUp();
  assertEquals([feed.readerCount, time.armedCount], [0, 0]);
  const [first, second] = [sink("first"), sink("second")];
  const removeFirst = drain.add(first);
  const removeSecond = drain.add(second);
  assertEquals([feed.readerCount, time.armedCount], [1, 1]);
  feed.add(3);
  await time.passAndSettle(100);
  assertEquals([first.count, second.count], [3, 3]);
  removeFirst();
  removeFirst();
  feed.add(2);
  await time.passAndSettle(100);
  assertEquals([first.count, second.count, feed.readerCount], [3, 5, 1]);
  // What has come is not lost to who leaves.
  feed.add(1);
  removeSecond();
  assertEquals([second.count, feed.readerCount, time.armedCount], [6, 0, 0]);
});

Deno.test("Drain gives a sink what leaves from then on, and nothing that was before", async () => {
  const { feed, time, drain } = setUp();
  const [first, second] = [sink("first"), sink("second")];
  drain.add(first);
  feed.add(4);
  drain.add(second);
  feed.add(1);
  await time.passAndSettle(100);
  assertEquals([first.count, second.count], [5, 1]);
});

Deno.test("Drain stops after 2 ms, and goes on in the next turn", async () => {
  const { feed, time, drain } = setUp();
  // Each takes 10 µs: 256 of them are more than 2 ms.
  const slow = sink("slow", () => time.pass(0.01));
  drain.add(slow);
  feed.add(1000);
  const counts: number[] = [];
  await time.passAndSettle(100);
  counts.push(slow.count);
  for (let i = 0; i < 3; i++) {
    await time.passAndSettle(3);
    counts.push(slow.count);
  }
  assertEquals(counts, [256, 512, 768, 1000]);
  feed.add(1);
  await time.passAndSettle(90);
  assertEquals(slow.count, 1000);
  await time.passAndSettle(20);
  assertEquals(slow.count, 1001);
});

Deno.test("Drain hands out many as soon as replies have left, and no more than a little at a time", async () => {
  const { feed, time, drain } = setUp();
  const one = sink("one");
  drain.add(one);
  feed.add(1000);
  const counts: number[] = [];
  // In the midst of a burst, and once more before it has ended.
  feed.onMany();
  feed.onMany();
  counts.push(one.count);
  // What leaves does so in the reaction that was queued before.
  await Promise.resolve().then(() => counts.push(one.count));
  await settled();
  counts.push(one.count);
  feed.onMany();
  await settled();
  counts.push(one.count);
  assertEquals(counts, [0, 0, 128, 256]);
  await time.passAndSettle(100);
  assertEquals(one.count, 1000);
});

Deno.test("Drain that has nobody to hand it to does not mind that there were many", async () => {
  const { feed, drain } = setUp();
  const one = sink("one");
  const remove = drain.add(one);
  feed.add(10);
  feed.onMany();
  remove();
  await settled();
  assertEquals([one.count, feed.readerCount], [10, 0]);
});

Deno.test("Drain counts what a sink got and what was lost: before it came, by its failure, and by itself", async () => {
  const { feed, time, drain } = setUp(10);
  let calls = 0;
  const first = {
    ...sink("first", () => {
      if (calls++ === 0) throw new Error("full");
    }),
    lostCount: 2,
  };
  drain.add(first);
  feed.add(13);
  await time.passAndSettle(100);
  drain.add(sink("second"));
  feed.add(1);
  await time.passAndSettle(100);
  assertEquals(drain.sinks, [
    { name: "first", recordCount: 11, droppedCount: 3 + 1 + 2 },
    { name: "second", recordCount: 1, droppedCount: 0 },
  ]);
});
