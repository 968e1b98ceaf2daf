import { assertEquals, assertRejects } from "@std/assert";
import type { FullConfig } from "../../lib/config/config.ts";
import { DEFAULTS } from "../../lib/config/settings.ts";
import { NOTHING_BY_HAND } from "../../lib/operator/by_hand.ts";
import { Counters } from "../../lib/observe/counters.ts";
import type { Order, Report, StartOrder } from "../../lib/workers/messages.ts";
import { work } from "../../lib/workers/work.ts";
import { settled } from "../support/fake_time.ts";
import { NO_TLS } from "../../lib/server/certificates/tls_material.ts";
import { NOTHING_COUNTED } from "../support/statuses.ts";

const START: StartOrder = {
  kind: "start",
  config: DEFAULTS,
  number: 1,
  secret: "00".repeat(16),
  material: NO_TLS,
  pauses: [],
  byHand: NOTHING_BY_HAND,
  lists: null,
  round: 0,
  announces: true,
};
const STATE = {
  runningMs: 1,
  inFlight: 0,
  lostLines: 0,
  pauses: [],
  counters: new Counters(),
  ...NOTHING_COUNTED,
  cache: null,
  upstreams: [],
  groups: [],
};

function setUp() {
  const orders = new TransformStream<Order, Order>(undefined, { highWaterMark: 10 });
  const writer = orders.writable.getWriter();
  const reports: Report[] = [];
  const starts: StartOrder[] = [];
  const stopping = Promise.withResolvers<void>();
  /** What was made ready, followed and undone, by the timeout of its configuration. */
  const changes: string[] = [];
  let hasEnded = false;
  const slow = Promise.withResolvers<void>();
  const ended = work({
    orders: orders.readable,
    report: (report) => void reports.push(report),
    start: (order) => {
      starts.push(order);
      const prepare = ({ timeoutMs }: FullConfig) => {
        if (timeoutMs === UNUSABLE_MS) throw new Error("Cannot listen on 192.0.2.1:53");
        changes.push(`prepare ${timeoutMs}`);
        const prepared = {
          commit: () => void changes.push(`commit ${timeoutMs}`),
          abort: () => void changes.push(`abort ${timeoutMs}`),
        };
        return timeoutMs === SLOW_MS ? slow.promise.then(() => prepared) : prepared;
      };
      return {
        state: STATE,
        prepare,
        show: () => {},
        follower: {
          follow: (round) => void changes.push(`follow ${round}`),
          taken: (round) => void changes.push(`taken ${round}`),
          stop: () => void changes.push("tells the rest"),
        },
        stop: () => stopping.promise,
        useByHand: ({ leftOut }) => void changes.push(`left out ${leftOut.map(({ upstream }) => upstream)}`),
        nameClients: (addresses) => Promise.resolve(addresses.map((name) => ({ name, from: "test" }))),
        usePauses: (pauses) => void changes.push(`pauses ${pauses.length}`),
        flush: ({ name }) => name === null ? Promise.reject(new Error("no store")) : Promise.resolve(7),
        findAddresses: (name, via) => Promise.resolve([`${name} by ${via}`]),
        useLists: (path) => void changes.push(`lists ${path}`),
        explain: ({ name }) => Promise.resolve({ question: name }),
      };
    },
  }).then(() => {
    hasEnded = true;
  });
  return { writer, reports, starts, stopping, ended, changes, slow, hasEnded: () => hasEnded };
}

/** Of a configuration that cannot be followed. */
const UNUSABLE_MS = 666;
/** Of one that takes long to make ready for. */
const SLOW_MS = 777;

function change(number: number, timeoutMs: number): Order {
  return { kind: "prepare", change: number, config: { ...DEFAULTS, timeoutMs }, material: NO_TLS };
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

Deno.test("work() obeys while it makes ready, and lets go of what nobody waits for any more", async () => {
  for (const other of [{ kind: "abort", change: 1 }, change(2, 1000)] as const) {
    const { writer, reports, changes, slow } = setUp();
    for (const order of [START, change(1, SLOW_MS), { kind: "tell" }, other] as const) await writer.write(order);
    await settled();
    const isOther = other.kind === "prepare";
    assertEquals(reports.map(({ kind }) => kind), ["serving", "status", ...(isOther ? ["ready"] : [])]);
    slow.resolve();
    await settled();
    await writer.write({ kind: "commit", change: 1 });
    await writer.write({ kind: "commit", change: 2 });
    await settled();
    assertEquals(
      changes,
      isOther ? ["prepare 777", "prepare 1000", "abort 777", "commit 1000"] : ["prepare 777", "abort 777"],
    );
    await writer.close();
  }
});

Deno.test("work() is ready when all has been made ready", async () => {
  const { writer, reports, changes, slow } = setUp();
  for (const order of [START, change(1, SLOW_MS)] as const) await writer.write(order);
  slow.resolve();
  await settled();
  await writer.write({ kind: "commit", change: 1 });
  await settled();
  assertEquals(reports.slice(1), [{ kind: "ready", change: 1 }, { kind: "following", change: 1 }]);
  assertEquals(changes, ["prepare 777", "commit 777"]);
  await writer.close();
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

Deno.test("work() makes ready for a change, says so, and follows it when it is told to", async () => {
  const { writer, reports, changes } = setUp();
  await writer.write(START);
  await writer.write(change(1, 500));
  await settled();
  assertEquals([reports.slice(1), changes], [[{ kind: "ready", change: 1 }], ["prepare 500"]]);
  await writer.write({ kind: "commit", change: 1 });
  await writer.write({ kind: "commit", change: 1 });
  await settled();
  assertEquals(changes, ["prepare 500", "commit 500"]);
  assertEquals(reports.slice(2), [{ kind: "following", change: 1 }]);
  await writer.close();
});

Deno.test("work() undoes a change when it is told to, and when it is to make ready for another one", async () => {
  const { writer, changes } = setUp();
  await writer.write(START);
  await writer.write(change(1, 500));
  await writer.write({ kind: "abort", change: 1 });
  await writer.write({ kind: "commit", change: 1 });
  await writer.write(change(2, 600));
  await writer.write(change(3, 700));
  await writer.write({ kind: "commit", change: 2 });
  await writer.write({ kind: "commit", change: 3 });
  await settled();
  assertEquals(changes, ["prepare 500", "abort 500", "prepare 600", "abort 600", "prepare 700", "commit 700"]);
  await writer.close();
});

Deno.test("work() says why it cannot follow a change, and goes on", async () => {
  const { writer, reports, changes } = setUp();
  await writer.write(START);
  await writer.write(change(1, UNUSABLE_MS));
  await writer.write({ kind: "commit", change: 1 });
  await writer.write(change(2, 500));
  await settled();
  assertEquals(reports.slice(1), [
    { kind: "unable", change: 1, reason: "Cannot listen on 192.0.2.1:53" },
    { kind: "ready", change: 2 },
  ]);
  assertEquals(changes, ["prepare 500"]);
  await writer.close();
});

Deno.test("work() does what it is asked for by the operator, and tells what has come of it", async () => {
  const { writer, reports, ended } = setUp();
  await writer.write(START);
  const flush = { command: "flush", below: false } as const;
  await writer.write({ kind: "do", id: 1, request: { ...flush, name: "example.org" } });
  await writer.write({ kind: "do", id: 2, request: { ...flush, name: null } });
  const explain = { command: "explain", name: "a.example", type: 1, client: null, dnssec: false, at: null } as const;
  await writer.write({ kind: "do", id: 3, request: explain });
  const find = { command: "find addresses", name: "a.example", via: "second" } as const;
  await writer.write({ kind: "do", id: 4, request: find });
  await settled();
  assertEquals(reports.slice(1), [
    { kind: "done", id: 1, result: 7, error: null },
    { kind: "done", id: 2, error: "no store" },
    { kind: "done", id: 3, result: { question: "a.example" }, error: null },
    { kind: "done", id: 4, result: ["a.example by second"], error: null },
  ]);
  await writer.close();
  await ended;
});

Deno.test("work() lets the program use the pauses that it is told", async () => {
  const { writer, changes } = setUp();
  await writer.write(START);
  await writer.write({ kind: "pauses", pauses: [{ untilSeconds: null, clients: null, lists: ["ads"] }] });
  await writer.write({ kind: "pauses", pauses: [] });
  await settled();
  assertEquals(changes, ["pauses 1", "pauses 0"]);
});

Deno.test("work() lets the program use what was changed by hand, and asks it what clients are called", async () => {
  const { writer, reports, changes } = setUp();
  await writer.write(START);
  const leftOut = [{ upstream: "192.0.2.1:53", untilSeconds: 60 }];
  await writer.write({ kind: "by hand", byHand: { leftOut, logLevel: null } });
  await writer.write({ kind: "do", id: 1, request: { command: "name clients", addresses: ["192.0.2.1"] } });
  await settled();
  assertEquals(changes, ["left out 192.0.2.1:53"]);
  const result = [{ name: "192.0.2.1", from: "test" }];
  assertEquals(reports.slice(1), [{ kind: "done", id: 1, result, error: null }]);
});

Deno.test("work() lets the program use the lists that it is told", async () => {
  const { writer, changes } = setUp();
  await writer.write(START);
  await writer.write({ kind: "lists", lists: "/state/lists-1.set" });
  await settled();
  assertEquals(changes, ["lists /state/lists-1.set"]);
});

Deno.test("work() lets the program tell what leaves as long as it is to, also from the start, and the rest at the end", async () => {
  const { writer, changes, stopping, ended } = setUp();
  const orders: Order[] = [{ ...START, round: 3 }, { kind: "taken", round: 3 }, { kind: "follow", round: 0 }];
  for (const order of orders) await writer.write(order);
  await writer.write({ kind: "stop" });
  stopping.resolve();
  await ended;
  assertEquals(changes, ["follow 3", "taken 3", "follow 0", "tells the rest"]);
});
