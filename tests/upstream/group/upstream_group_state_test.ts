import { assert, assertEquals } from "@std/assert";
import type { Strategy } from "../../../lib/upstream/group/strategy.ts";
import { endpointAt } from "../../../lib/upstream/endpoint.ts";
import type { UpstreamStatus } from "../../../lib/upstream/health/upstream_status.ts";
import { bucketOf } from "../../../lib/observe/tally/buckets.ts";
import { NO_TRAFFIC } from "../../../lib/upstream/health/upstream_traffic.ts";
import { RCODE } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { settled } from "../../support/fake_time.ts";
import { answering, type Habit, inTurn, saying, SILENT, UNSENDABLE } from "../../support/fake_transport.ts";
import { groupRig } from "../../support/group_rig.ts";
import { registryRig, requestFor, responseTo, streamResponseTo, UPSTREAM } from "../../support/upstream_rig.ts";

/** A server that answers no query with OPT. */
const WITHOUT_EDNS: Habit = (query, count) => {
  return (query.additionals.length > 0 ? saying(RCODE.FORMERR) : answering())(query, count);
};

/** Asks for two names: one alone might be to blame itself when EDNS is rejected. */
async function learnEdns(rig: ReturnType<typeof groupRig>): Promise<void> {
  for (const name of ["example.org", "example.net"]) {
    const asked = rig.ask(name);
    await rig.time.passAndSettle(100);
    await asked;
  }
}

function stateNames({ registry }: ReturnType<typeof groupRig>): string[] {
  return registry.states().map(({ state }) => state);
}

Deno.test("UpstreamGroup.areKnownBad is true while every upstream is down, and recoveredAtMs is when one came back", async () => {
  const rig = groupRig([SILENT, SILENT]);
  assertEquals([rig.upstreams.areKnownBad, rig.upstreams.recoveredAtMs], [false, -Infinity]);
  await rig.askMany(4, 100);
  assertEquals([rig.upstreams.areKnownBad, stateNames(rig)], [true, ["down", "down"]]);
  assertEquals(rig.upstreams.recoveredAtMs, -Infinity);
  rig.servers[1]!.habit = answering(10);
  const startMs = rig.time.nowMs();
  const [outcome] = await rig.askMany(1, 3000);
  assertEquals([outcome!.by, rig.upstreams.areKnownBad, stateNames(rig)], ["192.0.2.2:53", false, ["down", "up"]]);
  assertEquals(rig.upstreams.recoveredAtMs, startMs + 10);
  // Another one that is merely up does not make it later; one that comes back does.
  const laterMs = rig.time.nowMs();
  rig.servers[0]!.habit = answering(10);
  await rig.askMany(1, 100);
  assertEquals([stateNames(rig), rig.upstreams.recoveredAtMs], [["up", "up"], laterMs + 10]);
  rig.upstreams.close();
});

for (const servers of [[SILENT], [SILENT, SILENT]]) {
  Deno.test(`UpstreamGroup.areKnownBad does not take one slow name for an outage, upstreams: ${servers.length}`, async () => {
    const rig = groupRig(servers);
    const questions = ["A", "AAAA", "TXT", "MX"].map((type) => `slow.example ${type}`);
    const asked = questions.map((question) => rig.ask(question));
    await rig.time.passAndSettle(1900);
    assertEquals([rig.upstreams.areKnownBad, stateNames(rig)], [false, servers.map(() => "down")]);
    const other = rig.ask("other.example A");
    await rig.time.passAndSettle(700);
    assertEquals(rig.upstreams.areKnownBad, true);
    await rig.time.passAndSettle(3000);
    await Promise.allSettled([...asked, other]);
    rig.upstreams.close();
  });
}

Deno.test("UpstreamGroup.areKnownBad counts a loop as bad, and a probe under way as no news", async () => {
  const rig = groupRig([SILENT, answering(10)]);
  await rig.askMany(8, 100);
  rig.upstreams.members[1]!.cutLoop();
  assertEquals([rig.upstreams.areKnownBad, stateNames(rig)], [true, ["down", "loop"]]);
  await rig.time.passAndSettle(61_000);
  assertEquals([rig.upstreams.areKnownBad, stateNames(rig)], [false, ["down", "up"]]);
  const asked = rig.ask();
  assertEquals(stateNames(rig), ["probing", "up"]);
  await rig.time.passAndSettle(3000);
  await asked;
  assertEquals(stateNames(rig), ["down", "up"]);
  rig.upstreams.close();
});

/** Who would be asked first when 192.0.2.1 takes 100 ms, .2 takes 200 ms and .3 takes 40 ms. */
const HEDGE_DELAYS: readonly [strategy: Strategy, delaysMs: readonly number[]][] = [
  ["sequential", [100, 100, 100]],
  ["parallel", [100, 100, 100]],
  ["random", [100, 100, 100]],
  ["fastest", [40, 40, 40]],
];

for (const [strategy, delaysMs] of HEDGE_DELAYS) {
  Deno.test(`UpstreamGroup.hedgeDelayMs is that of the upstream that is asked first; strategy: ${strategy}`, async () => {
    const rig = groupRig([answering(100), answering(200), answering(40)], { strategy });
    for (const upstream of rig.upstreams.members) {
      const asked = upstream.ask(requestFor("example.org", rig.time.nowMs()));
      await rig.time.passAndSettle(300);
      await asked;
    }
    for (const delayMs of delaysMs) {
      assertEquals(rig.upstreams.hedgeDelayMs, delayMs);
      const asked = rig.ask();
      await rig.time.passAndSettle(300);
      await asked;
    }
    rig.upstreams.close();
  });
}

Deno.test("UpstreamGroup.hedgeDelayMs goes round with round-robin, and is there when all are loops", async () => {
  const rig = groupRig([answering(100), answering(200)], { strategy: "round-robin" });
  for (let i = 0; i < 2; i++) {
    const asked = rig.ask();
    await rig.time.passAndSettle(2000);
    await asked;
  }
  const delaysMs: number[] = [];
  for (let i = 0; i < 4; i++) {
    delaysMs.push(rig.upstreams.hedgeDelayMs);
    const asked = rig.ask();
    await rig.time.passAndSettle(2000);
    await asked;
  }
  assertEquals(delaysMs, [100, 200, 100, 200]);
  for (const upstream of rig.upstreams.members) upstream.cutLoop();
  assertEquals(rig.upstreams.hedgeDelayMs, 100);
  rig.upstreams.close();
});

Deno.test("UpstreamRegistry.states() tells names, round trips, counts since the start and lessons", async () => {
  const rig = groupRig([WITHOUT_EDNS, answering(10)]);
  const unknown = {
    state: "up",
    smoothedMs: 0,
    percentile95Ms: 0,
    queryCount: 0,
    replyCount: 0,
    failureCount: 0,
    traffic: NO_TRAFFIC,
    isAskedWithoutEdns: false,
    isAskedWithoutCookies: false,
    isAskedOverTcp: false,
    problem: null,
    isUnauthenticated: false,
    isAskedInPlainCase: false,
  } as const;
  assertEquals(rig.registry.states(), [
    { name: "192.0.2.1:53", ...unknown },
    { name: "192.0.2.2:53", ...unknown },
  ]);
  await learnEdns(rig);
  // Each with an OPT record and without, in two round trips.
  assertEquals(rig.registry.states()[0], {
    name: "192.0.2.1:53",
    ...unknown,
    smoothedMs: 10,
    percentile95Ms: 10,
    queryCount: 4,
    replyCount: 4,
    traffic: {
      ...NO_TRAFFIC,
      replyTimes: { count: 4, sumMs: 40, buckets: [[bucketOf(10), 4]] },
      rcodes: [[RCODE.NOERROR, 2], [RCODE.FORMERR, 2]],
      queries: { udp: 4 },
    },
    isAskedWithoutEdns: true,
  });
  rig.servers[0]!.habit = SILENT;
  await rig.askMany(1, 100);
  const { state, queryCount, replyCount, failureCount, traffic } = rig.registry.states()[0]!;
  assertEquals([state, queryCount, replyCount, failureCount], ["up", 5, 4, 1]);
  assertEquals([traffic.failures, traffic.queries, traffic.replyTimes.count], [{ timeout: 1 }, { udp: 5 }, 4]);
  rig.upstreams.close();
});

Deno.test("UpstreamRegistry.states() tells that an upstream is asked in the client's spelling", async () => {
  const rig = groupRig([
    inTurn(answering(5, { answers: [] }), answering(), answering(5, { answers: [] }), answering()),
  ]);
  await rig.askMany(2, 100);
  assertEquals(rig.registry.states().map(({ isAskedInPlainCase }) => isAskedInPlainCase), [true]);
  rig.upstreams.close();
});

Deno.test("UpstreamRegistry.states() counts what goes over TCP and what is refused", async () => {
  const rig = registryRig();
  const upstreams = rig.registry.openGroup({
    endpoints: [endpointAt(UPSTREAM)],
    strategy: "sequential",
    socketCount: 2,
  });
  const pending = upstreams.exchange(requestFor("example.org"));
  await settled();
  const socket = rig.network.sockets[0]!;
  socket.deliver(responseTo(socket, { isTruncated: true }), UPSTREAM);
  await settled();
  const [stream] = rig.network.streams;
  stream!.deliverMessages(streamResponseTo(stream!, { rcode: RCODE.REFUSED }));
  await pending;
  const [{ queryCount, replyCount, failureCount }] = rig.registry.states() as [UpstreamStatus];
  assertEquals([queryCount, replyCount, failureCount], [2, 2, 0]);
  upstreams.close();
});

Deno.test("UpstreamRegistry.reset() asks what is in flight again from fresh sockets, and holds nothing against anybody", async () => {
  const rig = groupRig([SILENT, SILENT]);
  const asked = Array.from({ length: 8 }, () => rig.ask());
  await rig.time.passAndSettle(20);
  const before = rig.network.sockets.slice();
  for (const server of rig.servers) server.habit = answering(10);
  rig.registry.reset();
  assertEquals([before.length, before.every(({ isClosed }) => isClosed)], [4, true]);
  await rig.time.passAndSettle(20);
  assertEquals((await Promise.all(asked)).map(({ tookMs }) => tookMs), Array(8).fill(30));
  // Each of them failed once on a closed socket: more than enough for the breaker.
  const [first] = rig.registry.states();
  assertEquals([first!.state, first!.failureCount, rig.lines], ["up", 0, []]);
  rig.upstreams.close();
});

Deno.test("UpstreamRegistry.reset() takes those that were down back in, and forgets what was learned", async () => {
  const rig = groupRig([inTurn(...Array(4).fill(WITHOUT_EDNS), UNSENDABLE, UNSENDABLE, UNSENDABLE, SILENT)]);
  await learnEdns(rig);
  const asked = [];
  for (let i = 0; i < 4; i++) {
    asked.push(rig.ask());
    await rig.time.passAndSettle(100);
  }
  // Until silence counts as a failure.
  await rig.time.passAndSettle(300);
  const [before] = rig.registry.states();
  assertEquals([before!.state, before!.isAskedWithoutEdns], ["down", true]);
  assert(before!.smoothedMs > 0);
  rig.upstreams.members[0]!.cutLoop();
  rig.registry.reset();
  const [after] = rig.registry.states();
  assertEquals([after!.state, after!.isAskedWithoutEdns, after!.smoothedMs], ["up", false, 0]);
  // What is counted since the start stays; what is in flight is sent again.
  assertEquals([after!.queryCount > before!.queryCount, after!.failureCount], [true, before!.failureCount]);
  assertEquals([rig.upstreams.areKnownBad, rig.upstreams.recoveredAtMs], [false, rig.time.nowMs()]);
  await rig.time.passAndSettle(3000);
  await Promise.all(asked);
  rig.upstreams.close();
});

Deno.test("UpstreamRegistry.reset() lets an upstream that was down answer what is in flight", async () => {
  const rig = groupRig([SILENT]);
  const asked = Array.from({ length: 4 }, () => rig.ask());
  // 600 ms of silence have been counted.
  await rig.time.passAndSettle(700);
  const [before] = rig.registry.states();
  // Each has been sent a second time meanwhile.
  assertEquals([before!.state, before!.queryCount, rig.upstreams.members[0]!.isSuspect], ["down", 8, true]);
  rig.servers[0]!.habit = answering(10);
  rig.registry.reset();
  assertEquals([stateNames(rig), rig.upstreams.members[0]!.isSuspect], [["up"], false]);
  await rig.time.passAndSettle(3000);
  assertEquals((await Promise.all(asked)).map(({ by, tookMs }) => [by, tookMs]), Array(4).fill(["192.0.2.1:53", 710]));
  const [after] = rig.registry.states();
  assertEquals([after!.queryCount, after!.failureCount - before!.failureCount, rig.deadlines.size], [12, 0, 0]);
  rig.upstreams.close();
});

Deno.test("UpstreamRegistry.reset() closes TCP connections: what waits on them is asked on a fresh one", async () => {
  const rig = registryRig();
  const upstreams = rig.registry.openGroup({
    endpoints: [endpointAt(UPSTREAM)],
    strategy: "sequential",
    socketCount: 2,
  });
  const pending = upstreams.exchange(requestFor("example.org"));
  await settled();
  const socket = rig.network.sockets[0]!;
  socket.deliver(responseTo(socket, { isTruncated: true }), UPSTREAM);
  await settled();
  const [dead] = rig.network.streams;
  assertEquals([rig.registry.openStreams, dead!.messages.length], [1, 1]);
  rig.registry.reset();
  assertEquals([rig.registry.openSockets, dead!.isClosed], [0, true]);
  await settled();
  const fresh = rig.network.streams[1]!;
  fresh.deliverMessages(streamResponseTo(fresh));
  assertEquals([decode((await pending).octets).isTruncated, rig.registry.openStreams], [false, 1]);
  upstreams.close();
});
