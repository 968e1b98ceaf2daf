// Numbers and health of the real program, over real sockets, with signals and workers.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { decode } from "../../../lib/wire/message.ts";
import { lines, question, wire } from "../../support/messages.ts";
import { CAN_RUN, outputOf } from "../child_program.ts";
import { courseResolver } from "../course_resolver.ts";
import { UdpClient } from "../udp_client.ts";
import { UdpServer } from "../udp_server.ts";
import { resolver, sumOf, WatchedProgram } from "./watched_program.ts";

const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("codecrafters.io")] });
/** What remains of its TTL is memory's business. */
const ANSWER = /^codecrafters\.io\. \d+ IN A 76\.76\.21\.21$/;
const CAN_CALL = Deno.build.os === "linux" && Deno.permissions.querySync({ name: "ffi" }).state === "granted";
const QUERIES = "dns_forwarder_queries_total";
const RESPONSES = "dns_forwarder_responses_total";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} (needs --allow-run)`, ignore: !CAN_RUN, fn });
}

function testWorkers(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} (needs Linux, --allow-ffi and --allow-run)`, ignore: !CAN_RUN || !CAN_CALL, fn });
}

/** Asks from so many ports, one after the other. */
async function askFrom(program: WatchedProgram, count: number): Promise<void> {
  const address = await program.address();
  for (let i = 0; i < count; i++) {
    using client = new UdpClient(address);
    assertMatch(lines(decode(await client.ask(QUERY)).answers).join(), ANSWER);
  }
}

test("the program tells with --allow-net alone what it was asked and has answered", async () => {
  await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
  await using program = new WatchedProgram(resolver(upstream.address));
  await askFrom(program, 3);
  const metrics = await program.metrics();
  assertEquals([
    metrics.get(`${QUERIES}{transport="udp",family="ipv4",type="A"}`),
    metrics.get(`${RESPONSES}{rcode="NOERROR",source="upstream"}`),
    metrics.get(`${RESPONSES}{rcode="NOERROR",source="cache"}`),
    metrics.get(`dns_forwarder_response_duration_seconds_count{source="cache"}`),
    metrics.get(`dns_forwarder_response_size_bytes_count`),
    metrics.get(`dns_forwarder_cache_requests_total{result="hit"}`),
    metrics.get(`dns_forwarder_cache_entries`),
    sumOf(metrics, "dns_forwarder_upstream_up"),
  ], [3, 1, 2, 2, 3, 2, 1, 1]);
  // The first question is asked together with one that finds out whether the upstream leads back here.
  assertEquals(sumOf(metrics, "dns_forwarder_upstream_replies_total", 'rcode="NOERROR"'), 2);
  assert(metrics.get("process_cpu_seconds_total")! > 0);
  assert(metrics.get("process_resident_memory_bytes")! > 10_000_000);
  assertEquals((await program.get("/healthz")).status, 200);
  assertEquals((await program.get("/readyz?upstreams")).status, 200);
  program.child.signal("SIGTERM");
  assertEquals((await program.child.end()).exitCode, 0);
});

test("SIGTERM makes the program say that it is not ready while it serves on, and a second one ends that", async () => {
  await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
  await using program = new WatchedProgram([...resolver(upstream.address), "--drain", "600"]);
  assertEquals((await program.get("/readyz")).status, 200);
  program.child.signal("SIGTERM");
  await program.child.line(/stopping in 600 s, and serving until then/);
  assertEquals((await program.get("/readyz")).status, 503);
  assertEquals((await program.get("/healthz")).status, 200);
  await askFrom(program, 1);
  program.child.signal("SIGTERM");
  const { exitCode, lines: log } = await program.child.end();
  assertEquals([exitCode, log.some((line) => /stopped: received=1 /.test(line))], [0, true]);
});

test("a hundred reads a second cost no answer, and no memory", async () => {
  await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
  await using program = new WatchedProgram(resolver(upstream.address));
  const [url, address] = [await program.url(), await program.address()];
  await askFrom(program, 1);
  const memory = async () => (await program.metrics()).get("process_resident_memory_bytes")!;
  const round = async (reads: number) => {
    using client = new UdpClient(address);
    const answers = (async () => {
      for (let i = 0; i < 4 * reads; i++) assertEquals((await client.ask(QUERY)).length > 0, true);
    })();
    // Ten connections, each with one read after the other.
    const readers = Array.from({ length: 10 }, async () => {
      using client = Deno.createHttpClient({});
      for (let i = 0; i < reads / 10; i++) {
        const response = await fetch(`${url}/metrics`, { client });
        assertEquals([response.status, (await response.text()).length > 10_000], [200, true]);
      }
    });
    await Promise.all([answers, ...readers]);
  };
  await round(500);
  const before = await memory();
  await round(1000);
  const grownMib = (await memory() - before) / 2 ** 20;
  // What one scrape leaves behind would be a hundred times that.
  assert(grownMib < 24, `${grownMib} MiB more`);
  // Whoever reads soon after another gets the same.
  await program.metricsWhen((metrics) => sumOf(metrics, RESPONSES) === 1 + 4 * 1500);
});

testWorkers(
  "the supervisor alone tells numbers, of all workers together, and they do not fall when one dies",
  async () => {
    await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
    await using program = new WatchedProgram([...resolver(upstream.address), "--workers", "2"], { isNative: true });
    // It is when both serve that they are told of.
    await program.url();
    await askFrom(program, 64);
    const before = await program.metricsWhen((metrics) => sumOf(metrics, RESPONSES) === 64);
    assertEquals(before.get("dns_forwarder_worker_restarts_total"), 0);
    // Each has asked for itself: a cache is a worker's own.
    assertEquals(before.get(`${RESPONSES}{rcode="NOERROR",source="upstream"}`), 2);
    assertEquals(JSON.parse((await program.get("/healthz")).text).checks.workers.ok, true);
    const [worker] = (await outputOf("pgrep", "-P", `${program.child.pid}`)).trim().split("\n").map(Number);
    Deno.kill(worker!, "SIGKILL");
    const after = await program.metricsWhen((metrics) => metrics.get("dns_forwarder_worker_restarts_total") === 1);
    const counted = [
      QUERIES,
      RESPONSES,
      "dns_forwarder_upstream_queries_total",
      "dns_forwarder_upstream_replies_total",
    ];
    assertEquals(counted.filter((name) => sumOf(after, name) < sumOf(before, name)), []);
    await program.child.line(/serves in the place of the one that died/);
    await askFrom(program, 32);
    await program.metricsWhen((metrics) => sumOf(metrics, RESPONSES) === 96);
    program.child.signal("SIGTERM");
    assertEquals((await program.child.end()).exitCode, 0);
  },
);
