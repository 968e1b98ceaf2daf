import { NO_TRAFFIC } from "../../lib/upstream/health/upstream_traffic.ts";
import { UPSTREAM } from "../telemetry/metrics/snapshots.ts";
import { assertEquals, assertRejects } from "@std/assert";
import type { FullConfig } from "../../lib/config/config.ts";
import { DEFAULTS } from "../../lib/config/settings.ts";
import { NOTHING_BY_HAND } from "../../lib/operator/by_hand.ts";
import { Counters } from "../../lib/observe/counters.ts";
import { Log } from "../../lib/observe/log.ts";
import { AdminError } from "../../lib/operator/admin/admin_error.ts";
import type { Status } from "../../lib/operator/status.ts";
import type { Order, Report } from "../../lib/workers/messages.ts";
import { shareConfig } from "../../lib/workers/share_config.ts";
import type { WorkerEvents } from "../../lib/workers/worker_process.ts";
import { Supervisor } from "../../lib/workers/supervisor.ts";
import { udp } from "../support/fake_socket.ts";
import { FakeTime, settled } from "../support/fake_time.ts";
import { plainListen } from "../../lib/server/listen/listen.ts";
import { NO_TLS } from "../../lib/server/certificates/tls_material.ts";
import { NOTHING_COUNTED } from "../support/statuses.ts";

const SECRET = Uint8Array.from({ length: 16 }, (_, i) => i);
const CONFIG: FullConfig = { ...DEFAULTS, listen: [plainListen(udp("192.0.2.1", 53))] };

/** A worker process that does what the test says, and tells how it is doing when it serves and is asked. */
class FakeWorker {
  readonly orders: Order[] = [];
  isKilled = false;
  isHung = false;
  followsAtOnce = true;
  /** What becomes of it when it is to make ready for a change. */
  onPrepare: "ready" | "unable" | "dies" | "silent" = "ready";
  received = 0;
  #isServing = false;
  readonly #events: WorkerEvents;

  constructor(events: WorkerEvents) {
    this.#events = events;
  }

  send(order: Order): void {
    this.orders.push(order);
    if (!this.#isServing || this.isHung) return;
    if (order.kind === "tell") this.tell();
    if (order.kind === "prepare") this.prepare(order.change);
    if (order.kind === "commit" && this.followsAtOnce) this.report({ kind: "following", change: order.change });
  }

  serve(): void {
    this.#isServing = true;
    this.#events.reported({ kind: "serving" });
    // What it was told while it started.
    for (const order of this.orders) if (order.kind === "prepare") this.prepare(order.change);
  }

  tell(): void {
    this.#events.reported({ kind: "status", status: status(this.received) });
  }

  prepare(change: number): void {
    if (this.onPrepare === "ready") this.#events.reported({ kind: "ready", change });
    if (this.onPrepare === "unable") this.#events.reported({ kind: "unable", change, reason: "no such address" });
    if (this.onPrepare === "dies") this.end("SIGSEGV", 139);
  }

  kill(): void {
    this.isKilled = true;
    this.end("SIGKILL", 137);
  }

  report(report: Report): void {
    this.#events.reported(report);
  }

  end(how = "exit code 1", exitCode = 1): void {
    this.#events.ended(how, exitCode);
  }

  get kinds(): string[] {
    return this.orders.map(({ kind }) => kind);
  }
}

function setUp(count = 2) {
  const time = new FakeTime();
  const workers: FakeWorker[] = [];
  const lines: string[] = [];
  const deaths: string[] = [];
  let refusal: Error | null = null;
  const supervisor = new Supervisor({
    count,
    config: { ...CONFIG, workers: count },
    secret: SECRET,
    spawn: (events) => {
      if (refusal !== null) throw refusal;
      const worker = new FakeWorker(events);
      workers.push(worker);
      return worker;
    },
    clock: time,
    wallClock: { epochSeconds: () => 0, epochMs: () => time.nowMs() },
    timers: time,
    log: new Log({ level: "info", writeLine: (line) => void lines.push(line) }),
    lostLineCount: () => 0,
    usage: () => ({ cpuMs: 1, residentOctets: 2 }),
    onDeath: (reason) => void deaths.push(reason),
  });
  return { time, workers, lines, deaths, supervisor, refuse: (error: Error | null) => void (refusal = error) };
}

/** The same with all workers serving. */
async function serving(count = 2) {
  const rig = setUp(count);
  const started = rig.supervisor.start();
  rig.workers[0]!.serve();
  await settled();
  for (const worker of rig.workers.slice(1)) worker.serve();
  assertEquals(await started, 0);
  return rig;
}

function status(received: number): Status {
  const counters = Object.assign(new Counters(), { received });
  return {
    runningMs: 1,
    inFlight: 1,
    lostLines: 0,
    pauses: [],
    counters,
    ...NOTHING_COUNTED,
    replies: received === 0 ? [] : [{ channel: "udp", source: "cache", rcode: 0, count: received }],
    cache: null,
    upstreams: [],
    groups: [],
  };
}

Deno.test("Supervisor.start() starts one worker, which announces, and the others when it serves", async () => {
  const { supervisor, workers } = setUp(3);
  const started = supervisor.start();
  await settled();
  assertEquals(workers.length, 1);
  workers[0]!.serve();
  await settled();
  const orders = workers.map(({ orders }) => orders[0]);
  const config = shareConfig(CONFIG, 3);
  const common = { kind: "start", config, material: NO_TLS, secret: SECRET.toHex(), lists: null, round: 0 } as const;
  assertEquals(orders, [
    { ...common, number: 1, pauses: [], byHand: NOTHING_BY_HAND, announces: true },
    { ...common, number: 2, pauses: [], byHand: NOTHING_BY_HAND, announces: false },
    { ...common, number: 3, pauses: [], byHand: NOTHING_BY_HAND, announces: false },
  ]);
  workers[1]!.serve();
  workers[2]!.serve();
  assertEquals(await started, 0);
});

Deno.test("Supervisor.start() gives the exit code of a first worker that ends before it serves, and starts no other", async () => {
  const { supervisor, workers, time, lines } = setUp();
  const started = supervisor.start();
  workers[0]!.end("exit code 2", 2);
  assertEquals(await started, 2);
  await supervisor.stop();
  assertEquals([workers.length, time.armedCount], [1, 0]);
  assertEquals(lines, ["dns-forwarder: stopped: nothing happened"]);
});

Deno.test("Supervisor.start() gives the exit code of any worker that ends before it serves", async () => {
  const { supervisor, workers } = setUp(3);
  const started = supervisor.start();
  workers[0]!.serve();
  await settled();
  workers[1]!.end("exit code 1", 1);
  workers[2]!.serve();
  assertEquals(await started, 1);
});

Deno.test("Supervisor.start() starts a worker again that a signal has ended before it could listen for it", async () => {
  const { supervisor, workers, time, lines } = setUp(2);
  const started = supervisor.start();
  workers[0]!.end("SIGHUP", 129);
  await time.passAndSettle(100);
  assertEquals(workers[1]!.orders[0], workers[0]!.orders[0]);
  workers[1]!.serve();
  await settled();
  workers[2]!.end("SIGUSR2", 140);
  await time.passAndSettle(100);
  workers[3]!.serve();
  assertEquals(await started, 0);
  assertEquals(lines, [
    "dns-forwarder: error: worker 1 has died (SIGHUP): another one starts in 0.1 s",
    "dns-forwarder: error: worker 2 has died (SIGUSR2): another one starts in 0.1 s",
  ]);
});

Deno.test("Supervisor replaces a worker that dies, says so, and keeps what it had counted", async () => {
  const { supervisor, workers, time, lines } = await serving();
  Object.assign(workers[0]!, { received: 30 });
  await time.passAndSettle(10_000);
  workers[0]!.end("SIGKILL", 137);
  assertEquals(lines, ["dns-forwarder: error: worker 1 has died (SIGKILL): another one starts in 0.1 s"]);
  await time.passAndSettle(99);
  assertEquals(workers.length, 2);
  await time.passAndSettle(1);
  const order = workers[2]!.orders[0]!;
  assertEquals(order.kind === "start" && [order.number, order.announces], [1, false]);
  workers[2]!.serve();
  Object.assign(workers[1]!, { received: 5 });
  Object.assign(workers[2]!, { received: 600 });
  assertEquals((await supervisor.status()).slice(0, 4), [
    "running for 10 s, 2 questions in flight",
    "workers: 2 of 2 serve, 1 have died",
    "clients: received=635 replied=0 ignored=0 prohibited=0 rateLimited=0 overloaded=0 postponed=0 unsendable=0 broken=0",
    "replies: udp=635, cache=635, NOERROR=635",
  ]);
});

Deno.test("what sinks of a worker were told and have lost stays in the sum when it dies", async () => {
  const { supervisor, workers, time } = await serving(2);
  const tell = (worker: number, recordCount: number, droppedCount: number) => {
    const sinks = [{ name: "dnstap", recordCount, droppedCount }];
    workers[worker]!.report({ kind: "status", status: { ...status(0), sinks } });
  };
  tell(0, 100, 7);
  tell(1, 10, 1);
  workers[0]!.end("SIGKILL", 137);
  await time.passAndSettle(100);
  workers[2]!.serve();
  tell(2, 5, 0);
  const dnstap = supervisor.state.sinks.filter(({ name }) => name === "dnstap");
  assertEquals(dnstap, [{ name: "dnstap", recordCount: 115, droppedCount: 8 }]);
});

Deno.test("Supervisor waits twice as long after each death, half a minute at most, and begins anew after a good minute", async () => {
  const { workers, time, lines } = await serving(1);
  const pauses: number[] = [];
  for (let death = 0; death < 11; death++) {
    workers.at(-1)!.end();
    pauses.push(Number(/starts in ([0-9.]+) s/.exec(lines.at(-1)!)![1]));
    await time.passAndSettle(30_000);
    // It does not get as far as serving, which is no better than dying a little later.
    if (death % 2 === 0) workers.at(-1)!.serve();
  }
  assertEquals(pauses, [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30]);
  await time.passAndSettle(60_000);
  workers.at(-1)!.end();
  assertEquals(/starts in ([0-9.]+) s/.exec(lines.at(-1)!)![1], "0.1");
});

Deno.test("Supervisor keeps what a worker that dies had sent upstream, remembered and used of the processor", async () => {
  const { supervisor, workers, time } = await serving();
  const traffic = { ...NO_TRAFFIC, queries: { udp: 4 }, failures: { timeout: 1 }, rcodes: [[0, 3]] as const };
  const counted = { ...UPSTREAM, queryCount: 4, replyCount: 3, failureCount: 1, handshakeCount: 2, traffic };
  const cache = { count: 10, usedOctets: 20, budgetOctets: 100, evictionCount: 7 };
  const tell = (worker: FakeWorker, fields: Partial<Status>) => {
    worker.report({ kind: "status", status: { ...status(0), upstreams: [counted], cache, ...fields } });
  };
  for (const worker of workers) tell(worker, { usage: { cpuMs: 500, residentOctets: 1000 } });
  const told = () => {
    const { upstreams: [upstream], cache, usage } = supervisor.state;
    const { queryCount, replyCount, failureCount, handshakeCount, traffic } = upstream!;
    return { queryCount, replyCount, failureCount, handshakeCount, traffic, cache, usage };
  };
  const before = told();
  assertEquals(before.usage, { cpuMs: 1001, residentOctets: 2002 });
  workers[0]!.end("SIGKILL", 137);
  await time.passAndSettle(100);
  workers[2]!.serve();
  tell(workers[2]!, { upstreams: [UPSTREAM], cache: { ...cache, count: 0, evictionCount: 0 } });
  assertEquals(told(), {
    ...before,
    cache: { ...before.cache!, count: 10 },
    usage: { cpuMs: 1001, residentOctets: 1002 },
  });
});

Deno.test("Supervisor tells of each worker whether it serves, how long it is silent, late, and how often it was replaced", async () => {
  const { supervisor, workers, time } = await serving();
  workers[1]!.isHung = true;
  await time.passAndSettle(5000);
  const [first, second] = supervisor.state.workers!;
  assertEquals(first, { number: 1, isServing: true, silentMs: 1000, delayMs: 0, restartCount: 0 });
  // It owes an answer since two seconds after its start.
  assertEquals(second, { number: 2, isServing: true, silentMs: 5000, delayMs: 3000, restartCount: 0 });
  workers[1]!.isHung = false;
  workers[1]!.tell();
  await time.passAndSettle(1000);
  const [, late] = supervisor.state.workers!;
  assertEquals([late!.silentMs, late!.delayMs], [0, 3000]);
  workers[1]!.end();
  const [, dead] = supervisor.state.workers!;
  assertEquals([dead!.isServing, dead!.silentMs, dead!.restartCount], [false, 0, 1]);
});

Deno.test("Supervisor.status() waits a second for a worker that does not answer, and tells its last status", async () => {
  const { supervisor, workers, time } = await serving();
  Object.assign(workers[0]!, { received: 1 }).tell();
  workers[0]!.isHung = true;
  workers[1]!.received = 20;
  const told = supervisor.status();
  await time.passAndSettle(999);
  assertEquals(await Promise.race([told, Promise.resolve("waiting")]), "waiting");
  await time.passAndSettle(1);
  assertEquals((await told)[2]!.split(" ")[1], "received=21");
});

Deno.test("Supervisor.status() does not wait for a worker that dies meanwhile", async () => {
  const { supervisor, workers } = await serving();
  workers[0]!.isHung = true;
  const told = supervisor.status();
  workers[0]!.end();
  assertEquals((await told)[1], "workers: 1 of 2 serve, 1 have died");
});

Deno.test("Supervisor asks every worker how it is doing every two seconds", async () => {
  const { workers, time } = await serving();
  await time.passAndSettle(4000);
  assertEquals(workers.map(({ kinds }) => kinds), [["start", "tell", "tell"], ["start", "tell", "tell"]]);
});

Deno.test("Supervisor kills and replaces a worker that owes three signs of life, says so, and keeps the others", async () => {
  const { supervisor, workers, time, lines } = await serving();
  Object.assign(workers[0]!, { received: 30 });
  await time.passAndSettle(2000);
  workers[0]!.isHung = true;
  await time.passAndSettle(7999);
  assertEquals([workers[0]!.isKilled, lines], [false, []]);
  await time.passAndSettle(1);
  assertEquals(lines, [
    "dns-forwarder: error: worker 1 hangs: no sign of life for 6 s; it is killed",
    "dns-forwarder: error: worker 1 has died (SIGKILL): another one starts in 0.1 s",
  ]);
  await time.passAndSettle(100);
  workers[2]!.serve();
  await time.passAndSettle(60_000);
  assertEquals(workers.map(({ isKilled }) => isKilled), [true, false, false]);
  assertEquals((await supervisor.status()).slice(1, 3), [
    "workers: 2 of 2 serve, 1 have died",
    "clients: received=30 replied=0 ignored=0 prohibited=0 rateLimited=0 overloaded=0 postponed=0 unsendable=0 broken=0",
  ]);
});

Deno.test("Supervisor waits twice as long after each worker that hangs, as after any death", async () => {
  const { workers, time, lines } = await serving(1);
  for (let death = 0; death < 3; death++) {
    workers.at(-1)!.isHung = true;
    await time.passAndSettle(8000);
    await time.passAndSettle(400);
    workers.at(-1)!.serve();
  }
  const pauses = lines.flatMap((line) => /starts in ([0-9.]+) s/.exec(line)?.[1] ?? []);
  assertEquals(pauses, ["0.1", "0.2", "0.4"]);
});

Deno.test("Supervisor.start() gives the exit code of a first worker that has to be killed half a minute after its start", async () => {
  const { supervisor, workers, time, lines } = setUp();
  const started = supervisor.start();
  await time.passAndSettle(31_999);
  assertEquals(workers[0]!.isKilled, false);
  await time.passAndSettle(1);
  assertEquals(await started, 137);
  assertEquals([workers.length, time.armedCount], [1, 0]);
  assertEquals(lines, ["dns-forwarder: error: worker 1 hangs: no sign of life for 30 s; it is killed"]);
});

Deno.test("Supervisor tries again when a worker cannot be started", async () => {
  const rig = await serving(1);
  rig.refuse(new Error("Resource temporarily unavailable"));
  rig.workers[0]!.end();
  await rig.time.passAndSettle(100);
  assertEquals(rig.lines.slice(1), [
    "dns-forwarder: error: Cannot start worker 1: Resource temporarily unavailable",
    "dns-forwarder: error: worker 1 has died (it could not be started): another one starts in 0.2 s",
  ]);
  rig.refuse(null);
  await rig.time.passAndSettle(200);
  assertEquals(rig.workers[1]!.kinds, ["start"]);
});

Deno.test("Supervisor.stop() while the first worker starts lets no other start", async () => {
  const { supervisor, workers } = setUp();
  const started = supervisor.start();
  const stopped = supervisor.stop();
  workers[0]!.serve();
  workers[0]!.end("exit code 0", 0);
  await stopped;
  assertEquals([await started, workers.length], [0, 1]);
});

Deno.test("Supervisor.stop() asks for no sign of life any more: a worker that hangs is killed when its patience ends", async () => {
  const { supervisor, workers, time, lines } = await serving(1);
  workers[0]!.isHung = true;
  await time.passAndSettle(4000);
  const stopped = supervisor.stop();
  await time.passAndSettle(7000);
  await stopped;
  assertEquals(workers[0]!.kinds, ["start", "tell", "tell", "stop"]);
  assertEquals([workers[0]!.isKilled, lines], [true, ["dns-forwarder: stopped: nothing happened"]]);
});

Deno.test("Supervisor.stop() lets each worker finish, and adds up what they have counted", async () => {
  const { supervisor, workers, time, lines } = await serving();
  const stopped = supervisor.stop();
  assertEquals(workers.map(({ kinds }) => kinds.at(-1)), ["stop", "stop"]);
  for (const [i, worker] of workers.entries()) {
    worker.report({ kind: "stopped", status: status(i + 1) });
    worker.end("exit code 0", 0);
  }
  await stopped;
  assertEquals(lines, ["dns-forwarder: stopped: received=3"]);
  assertEquals([workers.length, time.armedCount], [2, 0]);
});

Deno.test("Supervisor.stop() starts no other worker in the place of one that has died", async () => {
  const { supervisor, workers, time } = await serving();
  workers[0]!.end();
  const stopped = supervisor.stop();
  workers[1]!.end("exit code 0", 0);
  await stopped;
  await time.passAndSettle(60_000);
  assertEquals([workers.length, time.armedCount], [2, 0]);
});

Deno.test("Supervisor.stop() kills a worker that is not done five seconds after the last query", async () => {
  const { supervisor, workers, time } = await serving(1);
  const stopped = supervisor.stop();
  await time.passAndSettle(6999);
  assertEquals(workers[0]!.isKilled, false);
  await time.passAndSettle(1);
  assertEquals(workers[0]!.isKilled, true);
  await stopped;
});

const CHANGED: FullConfig = { ...CONFIG, timeoutMs: 500 };

/** What a worker was told about changes. */
function changesOf({ orders }: FakeWorker): string[] {
  return orders.filter(({ kind }) => kind !== "tell").map((order) => {
    return "change" in order ? `${order.kind} ${order.change}` : order.kind;
  });
}

/** The timeout that a worker was started with. */
function startedWith({ orders: [first] }: FakeWorker): number | null {
  return first?.kind === "start" ? first.config.timeoutMs : null;
}

Deno.test("Supervisor.prepare() lets all workers make ready, and none follows the change before all are", async () => {
  const { supervisor, workers } = await serving();
  workers[1]!.onPrepare = "silent";
  const preparing = supervisor.prepare(CHANGED);
  await settled();
  assertEquals(workers.map(changesOf), [["start", "prepare 1"], ["start", "prepare 1"]]);
  const order = workers[0]!.orders.at(-1)!;
  assertEquals(order.kind === "prepare" && order.config, shareConfig(CHANGED, 2));
  workers[1]!.report({ kind: "ready", change: 1 });
  (await preparing).commit();
  assertEquals(workers.map(changesOf), Array(2).fill(["start", "prepare 1", "commit 1"]));
});

for (
  const [what, onPrepare, reason] of [
    ["cannot follow it", "unable", "no such address"],
    ["dies", "dies", "worker 2 has died (SIGSEGV)"],
    ["says nothing for 5 s", "silent", "not all workers are ready within 5 s"],
  ] as const
) {
  Deno.test(`Supervisor.prepare() fails when a worker ${what}, and no worker follows the change`, async () => {
    const { supervisor, workers, time } = await serving(3);
    workers[1]!.onPrepare = onPrepare;
    const failing = assertRejects(() => supervisor.prepare(CHANGED), Error, reason);
    await time.passAndSettle(5000);
    await failing;
    const told = ["start", "prepare 1", "abort 1"];
    assertEquals(workers.slice(0, 3).map(changesOf), [told, onPrepare === "dies" ? told.slice(0, 2) : told, told]);
    assertEquals(startedWith(workers[3] ?? workers[0]!), CONFIG.timeoutMs);
  });
}

Deno.test("Supervisor.prepare() waits for no worker that has died, and the next one begins with what is followed", async () => {
  const { supervisor, workers, time } = await serving();
  workers[1]!.end();
  (await supervisor.prepare(CHANGED)).commit();
  await time.passAndSettle(100);
  assertEquals(workers.map(startedWith), [CONFIG.timeoutMs, CONFIG.timeoutMs, CHANGED.timeoutMs]);
});

Deno.test("Supervisor.prepare() waits for no worker that starts, which follows the change when it serves", async () => {
  const { supervisor, workers, time } = await serving();
  workers[1]!.end();
  await time.passAndSettle(100);
  (await supervisor.prepare(CHANGED)).commit();
  assertEquals(changesOf(workers[2]!), ["start", "prepare 1", "commit 1"]);
  assertEquals(startedWith(workers[2]!), CONFIG.timeoutMs);
  workers[2]!.serve();
  assertEquals(workers[2]!.isKilled, false);
});

Deno.test("Supervisor kills a worker that has begun with the former configuration and cannot follow the change", async () => {
  const { supervisor, workers, time, lines } = await serving();
  workers[1]!.end();
  await time.passAndSettle(100);
  (await supervisor.prepare(CHANGED)).commit();
  workers[2]!.onPrepare = "unable";
  workers[2]!.serve();
  assertEquals(workers[2]!.isKilled, true);
  assertEquals(
    lines.at(-2),
    "dns-forwarder: error: worker 2 cannot follow the configuration (no such address); it is killed",
  );
  await time.passAndSettle(200);
  assertEquals(startedWith(workers[3]!), CHANGED.timeoutMs);
});

Deno.test("Supervisor lets a worker that dies between its readiness and the commit be followed by one with the change", async () => {
  const { supervisor, workers, time, deaths } = await serving();
  const prepared = await supervisor.prepare(CHANGED);
  workers[0]!.end("SIGKILL", 137);
  prepared.commit();
  await time.passAndSettle(100);
  assertEquals(startedWith(workers[2]!), CHANGED.timeoutMs);
  assertEquals(deaths, ["worker 1 has died (SIGKILL)"]);
});

Deno.test("Supervisor lets a worker that dies after the commit be followed by one with the change", async () => {
  const { supervisor, workers, time } = await serving();
  (await supervisor.prepare(CHANGED)).commit();
  workers[0]!.end("SIGKILL", 137);
  await time.passAndSettle(100);
  assertEquals(startedWith(workers[2]!), CHANGED.timeoutMs);
});

Deno.test("Supervisor lets a change that is not followed after all be forgotten", async () => {
  const { supervisor, workers, time } = await serving();
  (await supervisor.prepare(CHANGED)).abort();
  workers[0]!.end("SIGKILL", 137);
  await time.passAndSettle(100);
  assertEquals(startedWith(workers[2]!), CONFIG.timeoutMs);
  (await supervisor.prepare(CHANGED)).commit();
  assertEquals(changesOf(workers[1]!), ["start", "prepare 1", "abort 1", "prepare 2", "commit 2"]);
});

const FLUSH = { command: "flush", name: "example.org", below: true } as const;
const EXPLAIN = { command: "explain", name: "a.example", type: 1, client: null, dnssec: false, at: null } as const;

Deno.test("Supervisor.flush() lets all workers that serve forget, and adds up what they have forgotten", async () => {
  const { supervisor, workers, time } = await serving(3);
  workers[2]!.end();
  const flushed = supervisor.flush(FLUSH);
  for (const [i, worker] of workers.slice(0, 2).entries()) {
    assertEquals(worker.orders.at(-1), { kind: "do", id: 1, request: FLUSH });
    worker.report({ kind: "done", id: 1, result: 10 + i, error: null });
  }
  assertEquals(workers[2]!.orders.at(-1)!.kind, "start");
  assertEquals(await flushed, 21);
  const left = supervisor.stop();
  for (const worker of workers.slice(0, 2)) worker.end("exit code 0", 0);
  await left;
  assertEquals(time.armedCount, 0);
});

Deno.test("Supervisor.usePauses() tells all workers, and those that take the place of others begin with them", async () => {
  const { supervisor, workers, time } = await serving(2);
  const pauses = [{ untilSeconds: 600, clients: ["kids"], lists: null }];
  supervisor.usePauses(pauses);
  assertEquals(workers.map(({ orders }) => orders.at(-1)), [{ kind: "pauses", pauses }, { kind: "pauses", pauses }]);
  workers[0]!.end();
  await time.passAndSettle(100);
  const order = workers[2]!.orders[0]!;
  assertEquals(order.kind === "start" && order.pauses, pauses);
  assertEquals(supervisor.pauses, pauses);
});

Deno.test("Supervisor.useByHand() tells all workers, and those that take the place of others begin with it", async () => {
  const { supervisor, workers, time } = await serving(2);
  const byHand = { leftOut: [{ upstream: "192.0.2.1:53", untilSeconds: 60 }], logLevel: "debug" } as const;
  supervisor.useByHand(byHand);
  assertEquals(workers.map(({ orders }) => orders.at(-1)), [{ kind: "by hand", byHand }, { kind: "by hand", byHand }]);
  workers[0]!.end();
  await time.passAndSettle(100);
  const order = workers[2]!.orders[0]!;
  assertEquals(order.kind === "start" && order.byHand, byHand);
});

Deno.test("Supervisor.useLists() tells all workers, and those that take the place of others begin with them", async () => {
  const { supervisor, workers, time } = await serving(2);
  const held = { path: "/state/lists-1.set", descriptor: 21 };
  supervisor.useLists(held);
  const told = { kind: "lists", lists: "/state/lists-1.set" } as const;
  assertEquals(workers.map(({ orders }) => orders.at(-1)), [told, told]);
  workers[0]!.end();
  await time.passAndSettle(100);
  const order = workers[2]!.orders[0]!;
  // Whoever is started has its file, and others do not.
  assertEquals(order.kind === "start" && order.lists, held);
});

Deno.test("Supervisor.findAddresses() asks a worker that serves", async () => {
  const { supervisor, workers } = await serving(2);
  const found = supervisor.findAddresses("lists.example.org", "second");
  const request = { command: "find addresses", name: "lists.example.org", via: "second" } as const;
  assertEquals(workers[0]!.orders.at(-1), { kind: "do", id: 1, request });
  workers[0]!.report({ kind: "done", id: 1, result: ["192.0.2.1"], error: null });
  assertEquals(await found, ["192.0.2.1"]);
});

Deno.test("Supervisor.explain() asks the first worker that serves, whose reports may come in any order", async () => {
  const { supervisor, workers } = await serving(2);
  const explained = [supervisor.explain(EXPLAIN), supervisor.explain({ ...EXPLAIN, name: "b.example" })];
  assertEquals(workers.map(({ kinds }) => kinds.filter((kind) => kind === "do").length), [2, 0]);
  for (const id of [2, 1]) {
    workers[0]!.report({ kind: "done", id, result: { question: `${id}` } as never, error: null });
  }
  // Told twice, or by nobody who was asked.
  for (const id of [1, 99]) workers[0]!.report({ kind: "done", id, result: null, error: null });
  assertEquals(await Promise.all(explained), [{ question: "1" }, { question: "2" }] as never);
});

Deno.test("Supervisor.explain() says so when the worker fails, dies or does not answer, or none serves", async () => {
  const { supervisor, workers, time } = await serving(1);
  const [worker] = workers;
  const failed = assertRejects(() => supervisor.explain(EXPLAIN), AdminError, "out of sockets");
  worker!.report({ kind: "done", id: 1, error: "out of sockets" });
  await failed;
  const late = assertRejects(() => supervisor.explain(EXPLAIN), AdminError, "the worker does not answer");
  await time.passAndSettle(20_000);
  await late;
  const dead = assertRejects(() => supervisor.explain(EXPLAIN), AdminError, "the worker has died");
  worker!.end();
  await dead;
  await assertRejects(() => supervisor.explain(EXPLAIN), AdminError, "no worker serves");
});

Deno.test("what Supervisor.prepare() gives is committed when all who serve say so, and after a second in any case", async () => {
  const { supervisor, workers, time } = await serving(3);
  for (const worker of workers) worker.followsAtOnce = false;
  let isFollowed = false;
  const commit = async () => {
    isFollowed = false;
    await (await supervisor.prepare(CHANGED)).commit();
    isFollowed = true;
  };
  const first = commit();
  await settled();
  workers[0]!.report({ kind: "following", change: 1 });
  workers[1]!.report({ kind: "following", change: 1 });
  await settled();
  assertEquals(isFollowed, false);
  workers[2]!.end("SIGKILL", 137);
  await first;
  const second = commit();
  await time.passAndSettle(999);
  assertEquals(isFollowed, false);
  await time.passAndSettle(1);
  await second;
});

Deno.test("Supervisor lets all workers tell what leaves while somebody reads, those that follow dead ones from the start", async () => {
  const { supervisor, workers, time } = await serving();
  const reader = supervisor.observations.watch();
  assertEquals(workers.map(({ orders }) => orders.at(-1)), [{ kind: "follow", round: 1 }, {
    kind: "follow",
    round: 1,
  }]);
  const nothing = { upstreams: [], reasons: [], groups: [] };
  workers[1]!.report({
    kind: "observed",
    round: 1,
    isFirst: true,
    words: "",
    lostCount: 3,
    offsetMs: 0,
    texts: nothing,
  });
  assertEquals([workers[1]!.orders.at(-1), reader.lostCount], [{ kind: "taken", round: 1 }, 3]);
  workers[0]!.end();
  await time.passAndSettle(100);
  const [first] = workers.at(-1)!.orders;
  assertEquals(first!.kind === "start" && [first!.number, first!.round], [1, 1]);
  reader.close();
  assertEquals(workers.at(-1)!.orders.at(-1), { kind: "follow", round: 0 });
});
