// Several processes that serve one port (`--workers`), as only a kernel shows them.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { DEFAULTS } from "../../lib/config/settings.ts";
import { Log } from "../../lib/observe/log.ts";
import { DENO_NETWORK } from "../../lib/system/network/deno_network.ts";
import { spawnWorker } from "../../lib/system/worker_process.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { decode } from "../../lib/wire/message.ts";
import { freeAddresses } from "../../lib/workers/free_addresses.ts";
import type { Report } from "../../lib/workers/messages.ts";
import { Supervisor } from "../../lib/workers/supervisor.ts";
import { FakeTime } from "../support/fake_time.ts";
import { lines, question, wire } from "../support/messages.ts";
import { CAN_RUN, ChildProgram, outputOf, ROOT } from "./child_program.ts";
import { courseResolver } from "./course_resolver.ts";
import { runProgram, startProgram } from "./program.ts";
import { TcpClient } from "./tcp_client.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";
import { plainListen } from "../../lib/server/listen/listen.ts";

const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("codecrafters.io")] });
const ANSWER = ["codecrafters.io. 3600 IN A 76.76.21.21"];
const CAN_CALL = Deno.build.os === "linux" && Deno.permissions.querySync({ name: "ffi" }).state === "granted";
/** Enough that one of two gets none of them once in 2^63 runs. */
const CLIENT_COUNT = 64;
/** Longer than a worker takes to start or to end on the slowest machine. */
const PATIENCE_MS = 20_000;

function test(name: string, fn: () => Promise<void>): void {
  const needs = "(needs Linux, --allow-ffi and --allow-run)";
  Deno.test({ name: `${name} ${needs}`, ignore: !CAN_RUN || !CAN_CALL, fn });
}

function program(...args: readonly string[]): string[] {
  const permissions = ["--no-prompt", "--allow-net", "--allow-ffi", "--allow-run", "--allow-sys=osUptime,inspector"];
  return [Deno.execPath(), "run", ...permissions, `${ROOT}/main.ts`, "--workers", "2", ...args];
}

const ANY_PORT = ["--listen", "127.0.0.1:0"];

/** Asks from many ports; throws when an answer is missing or wrong. */
async function askFromManyPorts(address: SocketAddress): Promise<void> {
  const clients = Array.from({ length: CLIENT_COUNT }, () => new UdpClient(address));
  const replies = await Promise.all(clients.map((client) => client.ask(QUERY)));
  for (const reply of replies) assertEquals(lines(decode(reply).answers), ANSWER);
  for (const client of clients) client[Symbol.dispose]();
}

/** What has happened, and whoever waits for it. */
class Happenings {
  readonly #all: string[] = [];
  #more = Promise.withResolvers<void>();

  add(what: string): void {
    this.#all.push(what);
    this.#more.resolve();
    this.#more = Promise.withResolvers<void>();
  }

  /** Resolves when `what` has happened so often. */
  async times(what: string, count: number): Promise<void> {
    const tooLate = () => this.#more.reject(new Error(`"${what}" is not among: ${this.#all.join(", ")}`));
    const timer = setTimeout(tooLate, PATIENCE_MS);
    try {
      while (this.#all.filter((other) => other === what).length < count) await this.#more.promise;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A counter in a closing line. */
function count(name: string, line: string): number {
  return Number(new RegExp(` ${name}=(\\d+)`).exec(line)?.[1] ?? 0);
}

test("SIGHUP to all of the program's processes costs one line, and no worker, nor does SIGUSR2 while they start", async () => {
  await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
  await using child = new ChildProgram(program(...ANY_PORT, "--resolver", formatSocketAddress(upstream.address)));
  // The first worker serves, the second one is starting, and would not hear a signal yet.
  await child.line(/listens on/);
  Deno.kill(child.pid, "SIGUSR2");
  Deno.kill(child.pid, "SIGHUP");
  await child.line(/^dns-forwarder: SIGHUP: nothing to reload/);
  await child.line(/: 2 workers serve$/);
  child.signal("SIGHUP");
  child.signal("SIGPIPE");
  await askFromManyPorts(await child.address());
  child.signal("SIGTERM");
  const { exitCode, lines: log } = await child.end();
  assertEquals({ exitCode, hangups: log.filter((line) => line.includes("SIGHUP")).length }, {
    exitCode: 0,
    hangups: 2,
  });
  assertEquals(log.filter((line) => / worker .* died/.test(line)), []);
});

test("two workers share a port over UDP and TCP, SIGTERM stops both, and what they have counted is added up", async () => {
  await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
  await using child = new ChildProgram(program(...ANY_PORT, "--resolver", formatSocketAddress(upstream.address)));
  await child.line(/: 2 workers serve$/);
  await askFromManyPorts(await child.address());
  for (let i = 0; i < 4; i++) {
    using client = await TcpClient.connect(await child.address());
    assertEquals(lines(decode(await client.ask(QUERY)).answers), ANSWER);
  }
  child.signal("SIGUSR2");
  assertMatch(await child.line(/clients: /), / received=68 replied=68 /);
  await child.line(/: workers: 2 of 2 serve, 0 have died$/);
  child.signal("SIGTERM");
  const { exitCode, stdout, lines: log } = await child.end();
  assertEquals({ exitCode, stdout }, { exitCode: 0, stdout: "" });
  assertEquals(log.filter((line) => line.includes("listens on")).length, 1);
  const [first, second] = [1, 2].map((n) => log.find((line) => line.includes(`worker ${n}: stopped: `))!);
  const total = log.at(-1)!;
  assertMatch(total, /^dns-forwarder: stopped: /);
  assert(count("received", first!) > 0 && count("received", second!) > 0, `${first}\n${second}`);
  for (const name of ["received", "replied", "connections", "upstreamQueries"]) {
    assertEquals(count(name, total), count(name, first!) + count(name, second!), name);
  }
  assertEquals([count("replied", total), count("connections", total)], [CLIENT_COUNT + 4, 4]);
});

test("SIGTERM lets the queries in flight of all workers be answered", async () => {
  const [allAsked, stopping] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let asked = 0;
  await using upstream = new UdpServer(async ({ octets }) => {
    // One exchange for each worker, since they all ask the same.
    if (++asked === 2) allAsked.resolve();
    await stopping.promise;
    return courseResolver(octets);
  });
  const resolver = formatSocketAddress(upstream.address);
  await using child = new ChildProgram(program(...ANY_PORT, "--timeout", "10000", "--resolver", resolver));
  await child.line(/: 2 workers serve$/);
  const address = await child.address();
  const clients = Array.from({ length: CLIENT_COUNT }, () => new UdpClient(address));
  await Promise.all(clients.map((client) => client.send(QUERY)));
  await allAsked.promise;
  child.signal("SIGTERM");
  // What has come after the signal is not taken any more.
  await child.line(/worker 1: stopping, [1-9]\d* questions in flight/);
  await child.line(/worker 2: stopping, [1-9]\d* questions in flight/);
  stopping.resolve();
  const { exitCode, lines: log } = await child.end();
  for (const client of clients) client[Symbol.dispose]();
  const total = log.at(-1)!;
  assertEquals([exitCode, count("replied", total)], [0, count("received", total)]);
  assert(count("replied", total) >= 2, total);
});

test("a second signal ends all workers although queries are in flight", async () => {
  const asked = Promise.withResolvers<void>();
  await using upstream = new UdpServer(() => {
    asked.resolve();
    return null;
  });
  const resolver = formatSocketAddress(upstream.address);
  await using child = new ChildProgram(program(...ANY_PORT, "--timeout", "10000", "--resolver", resolver));
  await child.line(/: 2 workers serve$/);
  using client = new UdpClient(await child.address());
  await client.send(QUERY);
  await asked.promise;
  child.signal("SIGTERM");
  await child.line(/stopping, 1 questions in flight/);
  child.signal("SIGTERM");
  // Its standard error ends when the last worker has ended.
  const { exitCode, lines: log } = await child.end();
  assertEquals([exitCode, log.some((line) => /: stopped: .*received=1/.test(line))], [0, false]);
});

test("a worker that is killed is replaced, and clients of all ports are served again", async () => {
  await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
  await using child = new ChildProgram(program(...ANY_PORT, "--resolver", formatSocketAddress(upstream.address)));
  await child.line(/: 2 workers serve$/);
  const [victim] = (await outputOf("pgrep", "-P", String(child.pid))).trim().split("\n").map(Number);
  Deno.kill(victim!, "SIGKILL");
  assertMatch(await child.line(/has died/), /error: worker [12] has died \(SIGKILL\): another one starts in 0.1 s$/);
  await child.line(/worker [12]: serves in the place of the one that died/);
  await askFromManyPorts(await child.address());
  child.signal("SIGINT");
  assertEquals((await child.end()).exitCode, 0);
});

test("a worker that a signal has stopped is killed and replaced, and clients of all ports are served again", async () => {
  await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
  const time = new FakeTime();
  const happened = new Happenings();
  using workers = new DisposableStack();
  const [listen] = freeAddresses(
    DENO_NETWORK,
    [plainListen({ transport: "udp", hostname: "127.0.0.1", port: 0 })],
    false,
  );
  const supervisor = new Supervisor({
    count: 2,
    config: { ...DEFAULTS, listen: [listen!], upstreams: [endpointAt(upstream.address)], logLevel: "error" },
    secret: new Uint8Array(16),
    lostLineCount: () => 0,
    usage: () => ({ cpuMs: 1, residentOctets: 2 }),
    spawn: (events) => {
      const reported = (report: Report) => {
        events.reported(report);
        happened.add(report.kind);
      };
      const worker = spawnWorker(`file://${ROOT}/main.ts`, { ...events, reported });
      workers.defer(() => worker.kill());
      return worker;
    },
    // Real processes in fake time: nothing but their answers is waited for.
    clock: time,
    wallClock: { epochSeconds: () => Math.floor(time.nowMs() / 1000) },
    timers: time,
    log: new Log({ level: "info", writeLine: (line) => happened.add(line.replace(/worker [12]/, "worker N")) }),
  });
  assertEquals(await supervisor.start(), 0);
  const [victim] = (await outputOf("pgrep", "-P", String(Deno.pid), "-f", "main.ts worker$")).trim().split("\n");
  Deno.kill(Number(victim), "SIGSTOP");
  for (let asked = 1; asked <= 3; asked++) {
    time.pass(2000);
    // The other one answers.
    await happened.times("status", asked);
  }
  time.pass(2000);
  await happened.times("dns-forwarder: error: worker N hangs: no sign of life for 6 s; it is killed", 1);
  await happened.times("dns-forwarder: error: worker N has died (SIGKILL): another one starts in 0.1 s", 1);
  time.pass(100);
  await happened.times("dns-forwarder: worker N: serves in the place of the one that died", 1);
  await askFromManyPorts(listen!.address);
  await supervisor.stop();
});

test("workers end with their supervisor, however that ends", async () => {
  await using child = new ChildProgram(program(...ANY_PORT));
  await child.line(/: 2 workers serve$/);
  Deno.kill(child.pid, "SIGKILL");
  // Standard error, which they share, would stay open else.
  assertEquals((await child.end()).exitCode, 137);
});

for (const flags of [[], ["--workers", "2"]]) {
  test(`a port in use by a program ${flags.join(" ")} ends another with workers, with exit code 1 and one line`, async () => {
    await using other = flags.length === 0 ? null : new ChildProgram(program(...ANY_PORT));
    await using same = flags.length === 0 ? startProgram() : null;
    const address = same?.address ?? await other!.address();
    await using child = new ChildProgram(program("--listen", formatSocketAddress(address)));
    const { exitCode, stdout, lines } = await child.end();
    assertEquals({ exitCode, stdout, count: lines.length }, { exitCode: 1, stdout: "", count: 1 });
    assertMatch(lines[0]!, new RegExp(`^dns-forwarder: Cannot listen on .*: port ${address.port} is in use there; `));
    other?.signal("SIGTERM");
    if (other !== null) await other.end();
  });
}

test("--workers 2 ends with exit code 2 where processes may not be started", async () => {
  const command = program().filter((word) => word !== "--allow-run");
  await using child = new ChildProgram(command);
  const line = "dns-forwarder: Cannot use --workers 2: --allow-run is not given";
  assertEquals(await child.end(), { exitCode: 2, stdout: "", lines: [line] });
});

Deno.test("--workers 2 with --io plain ends with exit code 2 and says why", async () => {
  const { exitCode, lines } = await runProgram("--workers", "2", "--io", "plain");
  const line = "dns-forwarder: Cannot use --workers 2: with --io plain a port cannot be shared";
  assertEquals({ exitCode, lines }, { exitCode: 2, lines: [line] });
});

Deno.test("--workers auto with --io plain serves with one worker, and says so where there could be more", async () => {
  await using program = startProgram("--workers", "auto", "--io", "plain");
  const said = program.lines.filter((line) =>
    line.includes("one worker serves: with --io plain a port cannot be shared")
  );
  assertEquals(said.length, navigator.hardwareConcurrency > 1 ? 1 : 0);
});
