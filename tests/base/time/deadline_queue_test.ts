import { assertEquals, assertGreater, assertLessOrEqual, assertThrows } from "@std/assert";
import { BrokenInvariantError } from "../../../lib/base/assert.ts";
import { Deadline, DeadlineQueue } from "../../../lib/base/time/deadline_queue.ts";
import fc from "fast-check";

const TICK_MS = 10;
const TURN_MS = 5120;

/** A clock that stands still until told, with the timers that go by it. */
class FakeTime {
  nowMsValue = 0;
  started = 0;
  readonly #armed = new Map<number, { dueMs: number; callback: () => void }>();

  get armedCount(): number {
    return this.#armed.size;
  }

  nowMs(): number {
    return this.nowMsValue;
  }

  start(delayMs: number, callback: () => void): () => void {
    const id = this.started++;
    this.#armed.set(id, { dueMs: this.nowMsValue + delayMs, callback });
    return () => void this.#armed.delete(id);
  }

  /** Lets `ms` pass, firing each timer at its moment. */
  pass(ms: number): void {
    const endMs = this.nowMsValue + ms;
    for (;;) {
      const [first] = [...this.#armed].sort(([, a], [, b]) => a.dueMs - b.dueMs);
      if (first === undefined || first[1].dueMs > endMs) break;
      this.#armed.delete(first[0]);
      this.nowMsValue = Math.max(this.nowMsValue, first[1].dueMs);
      first[1].callback();
    }
    this.nowMsValue = endMs;
  }

  /** Lets `ms` pass at once, as for a program that does not run: timers fire afterwards, late. */
  sleep(ms: number): void {
    this.nowMsValue += ms;
    // What has come meanwhile is read first.
    this.pass(TICK_MS);
  }
}

class Recorded extends Deadline {
  constructor(readonly label: string, readonly log: string[], readonly then: (nowMs: number) => void = () => {}) {
    super();
  }

  override onDue(nowMs: number): void {
    this.log.push(this.label);
    assertLessOrEqual(this.dueMs, nowMs, "a deadline is never early");
    this.then(nowMs);
  }
}

function setUp(startMs = 0) {
  const time = new FakeTime();
  time.nowMsValue = startMs;
  return { time, queue: new DeadlineQueue({ clock: time, timers: time }), log: [] as string[] };
}

Deno.test("DeadlineQueue runs deadlines in the order of their ticks, whatever the order of scheduling", () => {
  const { time, queue, log } = setUp();
  for (const dueMs of [305, 15, 2000, 101]) queue.schedule(new Recorded(String(dueMs), log), dueMs);
  assertEquals(queue.size, 4);
  time.pass(3000);
  assertEquals(log, ["15", "101", "305", "2000"]);
});

Deno.test("DeadlineQueue runs each deadline once, never early and at most a tick late, beyond a turn too", () => {
  const delays = fc.integer({ min: -100, max: 3 * TURN_MS });
  fc.assert(
    fc.property(fc.array(delays, { minLength: 1, maxLength: 20 }), fc.nat({ max: 99_999 }), (delaysMs, start) => {
      const { time, queue, log } = setUp(start + 0.25);
      for (const delayMs of delaysMs) {
        const dueMs = time.nowMs() + delayMs;
        const latestMs = Math.max(dueMs, time.nowMs()) + 2 * TICK_MS;
        queue.schedule(new Recorded("", log, (nowMs) => assertLessOrEqual(nowMs, latestMs)), dueMs);
      }
      time.pass(4 * TURN_MS);
      assertEquals(log.length, delaysMs.length);
      assertEquals([queue.size, time.armedCount], [0, 0]);
    }),
    { numRuns: 50 },
  );
});

Deno.test("DeadlineQueue lateness is at most one tick", () => {
  const { time, queue, log } = setUp();
  let ranMs = 0;
  queue.schedule(new Recorded("a", log, (nowMs) => ranMs = nowMs), 50);
  time.pass(1000);
  assertEquals(ranMs, 50 + TICK_MS);
});

Deno.test("DeadlineQueue.schedule() takes a moment that has passed for the next tick", () => {
  const { time, queue, log } = setUp(1000);
  queue.schedule(new Recorded("past", log), 3);
  time.pass(TICK_MS);
  assertEquals(log, ["past"]);
});

Deno.test("DeadlineQueue.schedule() refuses a deadline that is scheduled already", () => {
  const { queue, log } = setUp();
  const deadline = new Recorded("a", log);
  queue.schedule(deadline, 100);
  queue.schedule(new Recorded("b", log), 100);
  assertThrows(() => queue.schedule(deadline, 200), BrokenInvariantError);
});

Deno.test("DeadlineQueue.cancel() takes a deadline back and ignores one that does not wait", () => {
  const { time, queue, log } = setUp();
  const [kept, dropped] = [new Recorded("kept", log), new Recorded("dropped", log)];
  queue.schedule(kept, 100);
  queue.schedule(dropped, 100);
  queue.cancel(dropped);
  queue.cancel(dropped);
  assertEquals(queue.size, 1);
  time.pass(200);
  queue.cancel(kept);
  assertEquals([log, queue.size], [["kept"], 0]);
});

Deno.test("DeadlineQueue lets its timer run when the last deadline is cancelled, and arms no other for what is due later", () => {
  const { time, queue, log } = setUp();
  const deadline = new Recorded("a", log);
  for (const dueMs of [100, 300, 200]) {
    queue.schedule(deadline, dueMs);
    queue.cancel(deadline);
    assertEquals([time.armedCount, time.started], [1, 1]);
  }
  time.pass(200);
  assertEquals([time.armedCount, queue.size], [0, 0]);
  queue.schedule(deadline, 400);
  queue.cancel(deadline);
  queue.schedule(deadline, 600);
  assertEquals(time.started, 2);
  time.pass(500);
  assertEquals([log, time.armedCount, queue.size], [["a"], 0, 0]);
});

Deno.test("DeadlineQueue.clear() takes everything back, from inside onDue too", () => {
  const { time, queue, log } = setUp();
  queue.schedule(new Recorded("clears", log, () => queue.clear()), 100);
  for (const dueMs of [100, 104, 5000]) queue.schedule(new Recorded("never", log), dueMs);
  time.pass(3 * TURN_MS);
  assertEquals([log, queue.size, time.armedCount], [["clears"], 0, 0]);
});

Deno.test("DeadlineQueue holds at most one system timer, armed for the nearest deadline", () => {
  const { time, queue, log } = setUp();
  for (let i = 0; i < 100; i++) queue.schedule(new Recorded("", log), 5000 - i * 40);
  assertEquals(time.armedCount, 1);
  time.pass(1100);
  assertGreater(log.length, 0);
});

Deno.test("Deadline.onDue() may cancel its neighbours of the same tick", () => {
  const { time, queue, log } = setUp();
  const after = new Recorded("after", log);
  const last = new Recorded("last", log);
  queue.schedule(
    new Recorded("first", log, () => {
      queue.cancel(after);
      queue.cancel(last);
    }),
    100,
  );
  queue.schedule(after, 100);
  queue.schedule(last, 104);
  time.pass(500);
  assertEquals([log, queue.size, time.armedCount], [["first"], 0, 0]);
});

Deno.test("Deadline.onDue() may reschedule itself and a neighbour", () => {
  const { time, queue, log } = setUp();
  const neighbour = new Recorded("neighbour", log);
  const again: Recorded = new Recorded("again", log, () => {
    if (log.length > 1) return;
    queue.cancel(neighbour);
    queue.schedule(neighbour, 300);
    queue.schedule(again, 200);
  });
  queue.schedule(again, 100);
  queue.schedule(neighbour, 100);
  time.pass(1000);
  assertEquals(log, ["again", "again", "neighbour"]);
});

Deno.test("DeadlineQueue meets deadlines of every turn after a sleep of several turns, once each", () => {
  const { time, queue, log } = setUp();
  for (const dueMs of [20, TURN_MS + 20, 2 * TURN_MS + 20, 9 * TURN_MS]) {
    queue.schedule(new Recorded(String(dueMs), log), dueMs);
  }
  time.sleep(5 * TURN_MS);
  assertEquals(log, ["20", String(TURN_MS + 20), String(2 * TURN_MS + 20)]);
  time.pass(5 * TURN_MS);
  assertEquals([log.length, queue.size], [4, 0]);
});

Deno.test("DeadlineQueue runs what is overdue in the order of its moments after a sleep of several turns", () => {
  const { time, queue, log } = setUp();
  const duesMs = [4 * TURN_MS, TURN_MS + 20, 40, 2 * TURN_MS + 10, 3000, 7 * TURN_MS];
  for (const dueMs of duesMs) queue.schedule(new Recorded(String(dueMs), log), dueMs);
  time.sleep(5 * TURN_MS);
  assertEquals(log.map(Number), duesMs.slice(0, -1).toSorted((a, b) => a - b));
  time.pass(3 * TURN_MS);
  assertEquals([log.length, queue.size, time.armedCount], [6, 0, 0]);
});

Deno.test("DeadlineQueue gives what has come while the program did not run a tick to be read, before it says that nothing came", () => {
  for (const [stoppedMs, waitedMs] of [[200, 0], [3000, TICK_MS]] as const) {
    const { time, queue, log } = setUp();
    const query = new Recorded("query", log);
    const other = new Recorded("other", log);
    queue.schedule(query, 50);
    queue.schedule(other, 60);
    time.nowMsValue += 50 + stoppedMs;
    time.pass(0);
    assertEquals(log, waitedMs === 0 ? ["query", "other"] : []);
    // The reply of the one was waiting.
    queue.cancel(query);
    queue.schedule(new Recorded("later", log), time.nowMs() + 1000);
    time.pass(TICK_MS);
    assertEquals(log.at(-1), "other");
    assertEquals([queue.size, time.armedCount], [1, 1]);
    queue.clear();
    assertEquals([queue.size, time.armedCount], [0, 0]);
  }
});

Deno.test("DeadlineQueue leaves what onDue schedules for now to a later tick, after a long sleep too", () => {
  const { time, queue, log } = setUp();
  const endless: Recorded = new Recorded("endless", log, (nowMs) => {
    if (log.length > 3) throw new Error("run more than once in one call");
    queue.schedule(endless, nowMs);
  });
  queue.schedule(endless, 100);
  // Its tick and the tick after waking share a slot of the wheel.
  time.nowMsValue = 100 + TURN_MS + TICK_MS;
  queue.expire(time.nowMs());
  assertEquals([log.length, queue.size], [1, 1]);
  queue.clear();
});

Deno.test("DeadlineQueue.replace() puts a deadline where another one waits, and nothing where that does not", () => {
  const { time, queue, log } = setUp();
  const [first, second, third, other] = ["first", "second", "third", "other"].map((label) => new Recorded(label, log));
  for (const deadline of [first!, second!, third!]) queue.schedule(deadline, 105);
  queue.replace(second!, other!);
  assertEquals([queue.size, other!.dueMs], [3, 105]);
  queue.replace(second!, new Recorded("never", log));
  assertEquals(queue.size, 3);
  queue.schedule(second!, 205);
  time.pass(300);
  assertEquals(log, ["first", "other", "third", "second"]);
  assertEquals([queue.size, time.armedCount], [0, 0]);
});
