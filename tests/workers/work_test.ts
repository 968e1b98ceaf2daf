import { assertEquals, assertRejects } from "@std/assert";
import { DEFAULTS } from "../../lib/config/settings.ts";
import { Counters } from "../../lib/observe/counters.ts";
import type { Order, Report, StartOrder } from "../../lib/workers/messages.ts";
import { work } from "../../lib/workers/work.ts";
import { settled } from "../support/fake_time.ts";

const START: StartOrder = {
  kind: "start",
  config: DEFAULTS,
  number: 1,
  secret: "00".repeat(16),
  announces: true,
};
const STATE = { runningMs: 1, inFlight: 0, lostLines: 0, counters: new Counters(), cache: null, upstreams: [] };

function setUp() {
  const orders = new TransformStream<Order, Order>(undefined, { highWaterMark: 10 });
  const writer = orders.writable.getWriter();
  const reports: Report[] = [];
  const starts: StartOrder[] = [];
  const stopping = Promise.withResolvers<void>();
  let hasEnded = false;
  const ended = work({
    orders: orders.readable,
    report: (report) => void reports.push(report),
    start: (order) => {
      starts.push(order);
      return { state: STATE, stop: () => stopping.promise };
    },
  }).then(() => {
    hasEnded = true;
  });
  return { writer, reports, starts, stopping, ended, hasEnded: () => hasEnded };
}

Deno.test("work() serves, tells how it is doing, and ends when it has stopped", async () => {
  const { writer, reports, starts, stopping, ended, hasEnded } = setUp();
  await writer.write(START);
  await writer.write({ kind: "tell" });
  await writer.write({ kind: "stop" });
  await settled();
  assertEquals(starts, [START]);
  assertEquals(reports, [{ kind: "serving" }, { kind: "status", status: STATE }]);
  assertEquals(hasEnded(), false);
  stopping.resolve();
  await ended;
  assertEquals(reports.at(-1), { kind: "stopped", status: STATE });
});

Deno.test("work() ends at once when there is no supervisor any more, also while it stops", async () => {
  for (const orders of [[START], [START, { kind: "stop" }]] as const) {
    const { writer, reports, ended } = setUp();
    for (const order of orders) await writer.write(order);
    await writer.close();
    await ended;
    assertEquals(reports, [{ kind: "serving" }]);
  }
});

Deno.test("work() ends without having served when it is to stop before it was to start", async () => {
  const { writer, starts, ended } = setUp();
  await writer.write({ kind: "stop" });
  await ended;
  assertEquals(starts, []);
});

Deno.test("work() rejects with whatever keeps it from serving", async () => {
  async function* orders(): AsyncGenerator<Order> {
    yield START;
  }
  const failing = work({
    orders: orders(),
    report: () => {},
    start: () => {
      throw new RangeError("no");
    },
  });
  await assertRejects(() => failing, RangeError, "no");
});
