import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { UpstreamError } from "../../../lib/upstream/upstream_error.ts";
import { EDE, RCODE } from "../../../lib/wire/iana.ts";
import { answering, type Habit, inTurn, saying, SILENT } from "../../support/fake_transport.ts";
import { opt } from "../../support/messages.ts";
import { groupRig } from "../../support/group_rig.ts";
import { DEADLINE_MS } from "../../support/upstream_rig.ts";

const [FIRST, SECOND, THIRD] = [1, 2, 3].map((number) => `192.0.2.${number}:53`);

/** Who answered how many of the questions. */
function countOf(outcomes: readonly { by: string | null }[], by: string | null | undefined): number {
  return outcomes.filter((outcome) => outcome.by === by).length;
}

/** How often each server was asked. */
function askedCounts({ servers }: ReturnType<typeof groupRig>): number[] {
  return servers.map(({ asked }) => asked.length);
}

Deno.test("UpstreamGroup asks the preferred one alone on a healthy path", async () => {
  const rig = groupRig([answering(10), answering(1)]);
  const outcomes = await rig.askMany(100, 20);
  assertEquals([countOf(outcomes, FIRST), askedCounts(rig)], [100, [100, 0]]);
  assertEquals([rig.counters.upstreamHedges, rig.lines], [0, []]);
  rig.upstreams.close();
});

Deno.test("UpstreamGroup hedges at most one question in twenty on a healthy path, however uneven it is", async () => {
  /** Mostly fast, and often enough slower than what 95 of 100 replies take. */
  const uneven: Habit = (query, count) => answering(count % 7 === 0 ? 60 + count % 50 : 5 + count % 20)(query, count);
  const rig = groupRig([uneven, answering(5)]);
  const outcomes = await rig.askMany(1000, 100);
  assertEquals(countOf(outcomes, null), 0);
  assertLessOrEqual(rig.counters.upstreamHedges, 50);
  // The budget is there to be used.
  assert(rig.counters.upstreamHedges > 20, `${rig.counters.upstreamHedges}`);
  assertEquals(rig.servers[1]!.asked.length, rig.counters.upstreamHedges);
  rig.upstreams.close();
});

Deno.test("UpstreamGroup hedges no more than one question in twenty when all of them become slow at once", async () => {
  const rig = groupRig([answering(5), answering(5)]);
  await rig.askMany(200, 20);
  rig.servers[0]!.habit = answering(60);
  const before = rig.counters.upstreamHedges;
  await rig.askMany(400, 100);
  assertLessOrEqual(rig.counters.upstreamHedges - before, 20);
  rig.upstreams.close();
});

Deno.test("UpstreamGroup goes over to the second when the preferred one dies while warm, and comes back when it does", async () => {
  const rig = groupRig([answering(10), answering(10)]);
  await rig.askMany(50, 20);
  rig.servers[0]!.habit = SILENT;
  // The first few are rescued by hedges.
  const dying = await rig.askMany(10, 100);
  assertEquals([countOf(dying, SECOND), countOf(dying, null)], [10, 0]);
  assert(dying.every(({ tookMs }) => tookMs <= 400), dying.map(({ tookMs }) => tookMs).join(" "));
  // Then the breaker is open: no client waits for the dead one any more.
  const later = await rig.askMany(50, 100);
  assertEquals([countOf(later, SECOND), Math.max(...later.map(({ tookMs }) => tookMs))], [50, 10]);
  assert(rig.counters.upstreamProbes >= 1 && rig.counters.upstreamProbes <= 5, `${rig.counters.upstreamProbes}`);
  rig.servers[0]!.habit = answering(10);
  const back = await rig.askMany(400, 100);
  assertEquals([back.at(-1)!.by, Math.max(...back.map(({ tookMs }) => tookMs))], [FIRST, 10]);
  assertEquals(rig.lines.map((line) => line.replace(/\d+ queries.*/, "")), [
    `dns-forwarder: warn: upstream ${FIRST} is down, `,
    `dns-forwarder: upstream ${FIRST} is back, `,
  ]);
  rig.upstreams.close();
});

Deno.test("[9520_04] UpstreamGroup probes with sends of its own, three at most, and takes none from the client", async () => {
  const rig = groupRig([SILENT, answering(10)]);
  await rig.askMany(20, 100);
  assert(!rig.upstreams.members[0]!.isUp);
  const [queriesBefore, probesBefore] = [rig.counters.upstreamQueries, rig.counters.upstreamProbes];
  const askedBefore = askedCounts(rig);
  // From now on each takes three sends to find out how to speak to it.
  const lessons = inTurn(saying(RCODE.FORMERR), answering(5, { answers: [] }), answering(5));
  rig.servers.forEach((server, i) => server.habit = (query, count) => lessons(query, count - askedBefore[i]!));
  await rig.time.passAndSettle(3000);
  const [outcome] = await rig.askMany(1, 100);
  assertEquals([outcome!.by, rig.upstreams.members[0]!.isUp], [SECOND, true]);
  assertEquals(askedCounts(rig).map((count, i) => count - askedBefore[i]!), [3, 3]);
  const { upstreamQueries, upstreamProbes } = rig.counters;
  assertEquals([upstreamQueries - queriesBefore, upstreamProbes - probesBefore], [6, 1]);
  rig.upstreams.close();
});

Deno.test("UpstreamGroup answers every question while the preferred one is silent from the start", async () => {
  const rig = groupRig([SILENT, answering(10)]);
  const outcomes = await rig.askMany(100, 50);
  assertEquals([countOf(outcomes, SECOND), rig.servers[0]!.asked.length < 25], [100, true]);
  // Nobody waits longer than it takes to find out that one who has never answered is gone.
  assertLessOrEqual(Math.max(...outcomes.map(({ tookMs }) => tookMs)), 700);
  assertEquals(new Set(outcomes.slice(20).map(({ tookMs }) => tookMs)), new Set([10]));
  rig.upstreams.close();
});

Deno.test("UpstreamGroup leaves one alone that refuses everything where the other one has answers", async () => {
  const rig = groupRig([saying(RCODE.REFUSED), answering(10)]);
  const outcomes = await rig.askMany(200, 50);
  assertEquals(outcomes.map((outcome) => outcome.by === SECOND && outcome.rcode).includes(RCODE.NOERROR), true);
  assertEquals(countOf(outcomes, SECOND), 200);
  // Four questions, and a few probes; each in mixed case and in the client's spelling, which might have made the difference.
  assertLessOrEqual(rig.servers[0]!.asked.length, 20);
  rig.upstreams.close();
});

Deno.test("UpstreamGroup asks the best of those that are down when all are: it may be the network that is back", async () => {
  const rig = groupRig([SILENT, SILENT]);
  await rig.askMany(10, 500);
  rig.servers[0]!.habit = answering(10);
  rig.servers[1]!.habit = answering(10);
  const outcome = rig.ask();
  await rig.time.passAndSettle(20);
  assertEquals(await outcome, { by: FIRST!, rcode: RCODE.NOERROR, tookMs: 10 });
  rig.upstreams.close();
});

Deno.test("UpstreamGroup.exchange() fails at the deadline when all are silent, and names all", async () => {
  const rig = groupRig([SILENT, SILENT, SILENT]);
  const pending = rig.ask();
  await rig.time.passAndSettle(DEADLINE_MS + 20);
  const outcome = await pending;
  assert("error" in outcome && outcome.error instanceof UpstreamError);
  assertEquals([outcome.error.message, outcome.error.infoCode], [
    `No reply from any of ${FIRST}, ${SECOND}, ${THIRD}`,
    EDE.NO_REACHABLE_AUTHORITY,
  ]);
  assertEquals(askedCounts(rig), [1, 1, 1]);
  await rig.time.passAndSettle(5000);
  assertEquals(rig.deadlines.size, 0);
  rig.upstreams.close();
});

Deno.test("[5452_03] UpstreamGroup asks a single upstream a second time from another socket, and hears both", async () => {
  const rig = groupRig([answering(1200)]);
  const pending = rig.ask();
  await rig.time.passAndSettle(DEADLINE_MS);
  assertEquals(await pending, { by: FIRST!, rcode: RCODE.NOERROR, tookMs: 1200 });
  const [first, second] = rig.servers[0]!.asked;
  assert(first!.port !== second!.port);
  await rig.time.passAndSettle(DEADLINE_MS);
  assertEquals([rig.counters.upstreamReplies, rig.counters.upstreamLate], [2, 0]);
  rig.upstreams.close();
});

Deno.test("UpstreamGroup in parallel asks two of four at once, each question", async () => {
  const rig = groupRig([answering(30), answering(10), answering(1), answering(1)], { strategy: "parallel" });
  const outcomes = await rig.askMany(1, 100);
  assertEquals(outcomes, [{ by: SECOND!, rcode: RCODE.NOERROR, tookMs: 10 }]);
  assertEquals(askedCounts(rig), [1, 1, 0, 0]);
  rig.upstreams.close();
});

Deno.test("[9520_04] UpstreamGroup in parallel asks the third when both are silent, and nobody a fourth time", async () => {
  const rig = groupRig([SILENT, SILENT, answering(10), answering(10)], { strategy: "parallel" });
  const outcomes = await rig.askMany(1, 2000);
  assertEquals([countOf(outcomes, THIRD), askedCounts(rig)], [1, [1, 1, 1, 0]]);
  rig.upstreams.close();
});

/** What one has to be asked once more for, in a group of which nobody else answers. */
const TO_LEARN: readonly [what: string, first: Habit][] = [
  ["rejects EDNS", saying(RCODE.FORMERR)],
  ["wants a cookie", answering(10, { rcode: 7, answers: [], additionals: [opt({ extendedRcode: 1 })] })],
  ["denies a name in mixed case", answering(10, { answers: [] })],
];

for (const [what, first] of TO_LEARN) {
  Deno.test(`[6891_08] [7873_04] [0x20_01] UpstreamGroup in parallel has a send left for an upstream that ${what}`, async () => {
    const rig = groupRig([inTurn(first, answering(10)), SILENT, SILENT], { strategy: "parallel" });
    const outcomes = await rig.askMany(1, 2000);
    assertEquals(outcomes, [{ by: FIRST!, rcode: RCODE.NOERROR, tookMs: 20 }]);
    assertEquals(askedCounts(rig), [2, 1, 0]);
    rig.upstreams.close();
  });
}

Deno.test("UpstreamGroup by round-robin and by random shares the questions out", async () => {
  for (const strategy of ["round-robin", "random"] as const) {
    const rig = groupRig([answering(10), answering(10), answering(10)], { strategy });
    await rig.askMany(90, 20);
    const counts = askedCounts(rig);
    assertEquals(counts.reduce((sum, count) => sum + count), 90);
    assert(counts.every((count) => count >= (strategy === "random" ? 15 : 30)), counts.join(" "));
    rig.upstreams.close();
  }
});

Deno.test("UpstreamGroup by fastest asks the one that answers soonest, once it knows", async () => {
  const rig = groupRig([answering(25), answering(5), answering(15)], { strategy: "fastest" });
  await rig.askMany(100, 50);
  const counts = askedCounts(rig);
  assertEquals([counts[0]! <= 2, counts[1]! >= 95, counts[2]! <= 3], [true, true, true], counts.join(" "));
  rig.upstreams.close();
});

Deno.test("UpstreamRegistry.close() closes every socket: what waits fails, and nothing is opened afterwards", async () => {
  const rig = groupRig([SILENT, SILENT]);
  const pending = rig.ask();
  await rig.time.passAndSettle(50);
  rig.registry.close();
  const outcome = await pending;
  assert("error" in outcome && outcome.error instanceof UpstreamError);
  assertEquals([rig.registry.openSockets, rig.network.sockets.every(({ isClosed }) => isClosed)], [0, true]);
  assertEquals(rig.deadlines.size, 0);
});
