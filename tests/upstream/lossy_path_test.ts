import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { answering, type Habit, SILENT } from "../support/fake_transport.ts";
import { groupRig } from "../support/group_rig.ts";

const QUESTIONS = 1000;

/** How many upstreams lose how much each way, and how long all but one of 1,000 questions may take at most. */
const PATHS: readonly [upstreamCount: number, loss: number, slowMs: number][] = [
  [1, 0.05, 400],
  [1, 0.15, 700],
  [1, 0.3, 850],
  [2, 0.05, 400],
  [2, 0.15, 500],
  [2, 0.3, 750],
];
const SEEDS = 8;

for (const [upstreamCount, loss, slowMs] of PATHS) {
  Deno.test(`UpstreamGroup answers every question, and nearly all within ${slowMs} ms, over a path that loses ${loss} each way; upstreams: ${upstreamCount}`, async () => {
    const tookMs: number[] = [];
    let sendCount = 0;
    for (let seed = 0; seed < SEEDS; seed++) {
      const rig = groupRig(Array<Habit>(upstreamCount).fill(answering(20)), { socketCount: 32, seed });
      for (const server of rig.servers) server.loss = loss;
      const outcomes = await rig.askMany(QUESTIONS, 5);
      assertEquals(outcomes.flatMap(({ by }, i) => by === null ? [`seed ${seed}, question ${i}`] : []), []);
      tookMs.push(...outcomes.map((outcome) => outcome.tookMs));
      sendCount += rig.counters.upstreamQueries;
      rig.upstreams.close();
    }
    const slow = tookMs.filter((ms) => ms > slowMs).length;
    assertLessOrEqual(slow, SEEDS * QUESTIONS / 1000);
    // What gets lost is sent again, and nothing else but a hedge now and then.
    assertLessOrEqual(sendCount / (SEEDS * QUESTIONS), 1.02 / (1 - loss) ** 2);
  });
}

Deno.test("UpstreamGroup answers every question over a lossy path that is long, and has no time to wait for each reply", async () => {
  const rig = groupRig([answering(200), answering(200)], { socketCount: 32 });
  for (const server of rig.servers) server.loss = 0.3;
  const outcomes = await rig.askMany(QUESTIONS, 5);
  assertEquals(outcomes.filter(({ by }) => by === null), []);
  assertLessOrEqual(rig.counters.upstreamQueries, 2.5 * QUESTIONS);
  rig.upstreams.close();
});

Deno.test("UpstreamGroup answers every question over a lossy path when the other upstream is dead, and asks that one no more than once for each that got lost", async () => {
  const rig = groupRig([answering(20), SILENT], { socketCount: 32 });
  rig.servers[0]!.loss = 0.3;
  const outcomes = await rig.askMany(QUESTIONS, 5);
  assertEquals(outcomes.filter(({ by }) => by === null), []);
  assertLessOrEqual(rig.servers[1]!.asked.length, 0.6 * QUESTIONS);
  rig.upstreams.close();
});

Deno.test("[9520_04] UpstreamGroup asks three times for each question, and 64 times in all, when a lossy path is cut", async () => {
  for (const upstreamCount of [1, 2]) {
    const rig = groupRig(Array<Habit>(upstreamCount).fill(answering(20)), { socketCount: 32 });
    for (const server of rig.servers) server.loss = 0.3;
    await rig.askMany(QUESTIONS, 5);
    for (const server of rig.servers) server.loss = 1;
    const sendCount = () => rig.counters.upstreamQueries - rig.counters.upstreamProbes;
    const before = sendCount();
    await rig.askMany(200, 5);
    const sends = sendCount() - before;
    assertLessOrEqual(sends, 600 + 64 * upstreamCount);
    rig.upstreams.close();
  }
});

/** Answers so many queries a second, one after the other, and drops what would wait for more than 0.4 s. */
function overloaded(perSecond: number, nowMs: () => number): Habit {
  let freeAtMs = 0;
  return (query, count) => {
    const waitMs = Math.max(0, freeAtMs - nowMs());
    if (waitMs > 400) return SILENT(query, count);
    freeAtMs = nowMs() + waitMs + 1000 / perSecond;
    return answering(waitMs + 1000 / perSecond + 10)(query, count);
  };
}

for (const [perSecond, sendsMax] of [[50, 3.5], [100, 3.6], [150, 2.4]] as const) {
  Deno.test(`[9520_04] UpstreamGroup sends less than ${sendsMax} queries for each question to an upstream that answers ${perSecond} of 200 a second`, async () => {
    const rig = groupRig([SILENT], { socketCount: 32 });
    rig.servers[0]!.habit = overloaded(perSecond, () => rig.time.nowMs());
    await rig.askMany(100, 50);
    const before = rig.counters.upstreamQueries;
    await rig.askMany(3000, 5);
    assertLessOrEqual((rig.counters.upstreamQueries - before) / 3000, sendsMax);
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
