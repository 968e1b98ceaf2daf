import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { answering, type Habit, SILENT } from "../support/fake_transport.ts";
import { groupRig } from "../support/group_rig.ts";

const QUESTIONS = 1000;

/** How many upstreams lose how much each way, and how many of `QUESTIONS` may stay without an answer. */
const PATHS: readonly [upstreamCount: number, loss: number, unansweredMax: number][] = [
  [1, 0.05, 0],
  [1, 0.15, 5],
  [1, 0.3, 10],
  [2, 0.05, 0],
  [2, 0.15, 5],
  [2, 0.3, 10],
];

for (const [upstreamCount, loss, unansweredMax] of PATHS) {
  Deno.test(`UpstreamGroup answers all but ${unansweredMax} of ${QUESTIONS} questions over a path that loses ${loss} each way; upstreams: ${upstreamCount}`, async () => {
    const rig = groupRig(Array<Habit>(upstreamCount).fill(answering(10)), { socketCount: 32 });
    for (const server of rig.servers) server.loss = loss;
    const outcomes = await rig.askMany(QUESTIONS, 20);
    assertLessOrEqual(outcomes.filter(({ by }) => by === null).length, unansweredMax);
    // What gets lost is sent again, and nothing else but a hedge now and then.
    const sends = rig.counters.upstreamQueries / QUESTIONS;
    assertLessOrEqual(sends, 1.15 / (1 - loss) ** 2);
    rig.upstreams.close();
  });
}

Deno.test("UpstreamGroup sends hardly more than one query for each question to a single upstream on a healthy path", async () => {
  /** Mostly fast, and often enough slower than what 95 of 100 replies take. */
  const uneven: Habit = (query, count) =>
    answering(count % 15 === 0 ? 150 + count % 400 : 5 + count % 20)(query, count);
  const rig = groupRig([uneven]);
  const outcomes = await rig.askMany(QUESTIONS, 20);
  assertEquals(outcomes.filter(({ by }) => by === null).length, 0);
  assertLessOrEqual(rig.counters.upstreamQueries, 1.05 * QUESTIONS);
  rig.upstreams.close();
});

Deno.test("[9520_04] UpstreamGroup asks a single upstream no more than three times for a name that it is silent about", async () => {
  const rig = groupRig([answering(10)]);
  await rig.askMany(20, 20);
  rig.servers[0]!.habit = SILENT;
  const before = rig.counters.upstreamQueries;
  await rig.askMany(10, 500);
  assertEquals(rig.counters.upstreamQueries - before, 30);
  rig.upstreams.close();
});

/** Ports that are kept on the way: all those that are open now lead nowhere any more. */
function mapToNobody(rig: ReturnType<typeof groupRig>): void {
  for (const { address, isClosed } of rig.network.sockets) {
    if (!isClosed) { for (const { deadPorts } of rig.servers) deadPorts.add(address.port); }
  }
}

for (const upstreamCount of [1, 2]) {
  Deno.test(`[5452_03] UpstreamGroup loses no question when all of its ports have come to lead nowhere; upstreams: ${upstreamCount}`, async () => {
    const rig = groupRig(Array<Habit>(upstreamCount).fill(answering(10)), { socketCount: 32 });
    await rig.askMany(300, 10);
    assertEquals(rig.registry.openSockets, 32);
    mapToNobody(rig);
    const outcomes = await rig.askMany(500, 20);
    assertEquals(outcomes.filter(({ by }) => by === null), []);
    // Each port is found out by one question, and those beside it.
    const slow = outcomes.filter(({ tookMs }) => tookMs > 10).length;
    assertLessOrEqual(slow, 64);
    assertEquals(outcomes.slice(300).filter(({ tookMs }) => tookMs > 10), []);
    rig.upstreams.close();
  });
}

Deno.test("[5452_03] UpstreamGroup loses no question when all ports to the one that lives come to lead nowhere, and the other is dead", async () => {
  const rig = groupRig([answering(10), SILENT], { socketCount: 32 });
  await rig.askMany(1000, 2);
  mapToNobody(rig);
  const outcomes = await rig.askMany(3000, 2);
  assertEquals(outcomes.filter(({ by }) => by === null), []);
  rig.upstreams.close();
});

Deno.test("[5452_03] UpstreamGroup sends again from a port that nothing was sent from before", async () => {
  const rig = groupRig([SILENT], { socketCount: 4 });
  await rig.askMany(20, 100);
  rig.servers[0]!.habit = answering(10);
  await rig.askMany(20, 100);
  rig.servers[0]!.habit = SILENT;
  const { asked } = rig.servers[0]!;
  const before = new Set(rig.network.sockets.map(({ address }) => address.port));
  const count = asked.length;
  await rig.askMany(1, 2000);
  const [first, second, third] = asked.slice(count).map(({ port }) => port) as [number, number, number];
  assert(before.has(first) && !before.has(second) && !before.has(third) && second !== third);
  rig.upstreams.close();
});

Deno.test("UpstreamGroup opens few sockets in an outage: 32 at once, and 16 each second", async () => {
  const rig = groupRig([answering(10)], { socketCount: 32 });
  await rig.askMany(300, 10);
  rig.servers[0]!.habit = SILENT;
  const openedBefore = rig.network.sockets.length;
  let openMax = 0;
  for (let second = 0; second < 10; second++) {
    for (let i = 0; i < 1000; i++) rig.ask();
    await rig.time.passAndSettle(1000);
    openMax = Math.max(openMax, rig.registry.openSockets);
  }
  // 30,000 sends beside those: a socket is replaced after 2,000.
  assertLessOrEqual(rig.network.sockets.length - openedBefore, 32 + 16 * 10 + 32);
  assertLessOrEqual(openMax, 150);
  rig.upstreams.close();
});
