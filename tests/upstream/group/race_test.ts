import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Response } from "../../../lib/response/response.ts";
import { UpstreamError } from "../../../lib/upstream/upstream_error.ts";
import { EDE, RCODE } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { answering, type Habit, inTurn, saying, SILENT, UNSENDABLE } from "../../support/fake_transport.ts";
import { raceRig } from "../../support/race_rig.ts";
import { DEADLINE_MS, requestFor } from "../../support/upstream_rig.ts";

/** An upstream that was never measured is given this long before the next one is asked as well. */
const HEDGE_MS = 30;
/** Deadlines are met up to a tick late. */
const TICK_MS = 10;

type Rig = ReturnType<typeof raceRig>;

/** When each server was asked. */
function timesMs({ servers }: Rig): number[][] {
  return servers.map(({ datagram }) => datagram.timesMs);
}

/** Who has won, and with what RCODE. */
function won({ upstream, octets }: Response): [string, number] {
  return [upstream!.name, decode(octets).rcode];
}

Deno.test("Race.run() asks the first one alone when it answers in time", async () => {
  const rig = raceRig(answering(20), answering());
  const { result, request } = rig.race();
  await rig.time.passAndSettle(100);
  assertEquals(won(await result), ["192.0.2.1:53", RCODE.NOERROR]);
  assertEquals([timesMs(rig), request.sendCount, rig.deadlines.size], [[[0], []], 1, 0]);
});

Deno.test("Race.run() asks the second one as well when the first is slow, and takes the first good reply", async () => {
  const rig = raceRig(answering(200), answering(20));
  const { result } = rig.race();
  await rig.time.passAndSettle(100);
  assertEquals(won(await result), ["192.0.2.2:53", RCODE.NOERROR]);
  const [[first], [second]] = timesMs(rig) as [[number], [number]];
  assertEquals([first, second >= HEDGE_MS && second <= HEDGE_MS + TICK_MS], [0, true]);
  // The slow answer comes all the same, and tells that its upstream lives.
  await rig.time.passAndSettle(200);
  assert(rig.servers[0]!.upstream.smoothedMs > 0);
  assertEquals(rig.deadlines.size, 0);
});

Deno.test("Race.run() takes the first one's answer after the second was asked", async () => {
  const rig = raceRig(answering(60), answering(500));
  const { result } = rig.race();
  await rig.time.passAndSettle(100);
  assertEquals(won(await result), ["192.0.2.1:53", RCODE.NOERROR]);
});

Deno.test("[9520_04] Race.run() asks three times in all, each upstream in its turn", async () => {
  const rig = raceRig(SILENT, SILENT, SILENT, answering());
  const { result, request } = rig.race();
  const failed = assertRejects(() => result, UpstreamError);
  await rig.time.passAndSettle(DEADLINE_MS + TICK_MS);
  await failed;
  const [first, second, third, fourth] = timesMs(rig);
  assertEquals([first!.length, second!.length, third!.length, fourth!.length, request.sendCount], [1, 1, 1, 0, 3]);
  assert(third![0]! >= 2 * HEDGE_MS && third![0]! <= 2 * HEDGE_MS + 2 * TICK_MS, `${third}`);
});

Deno.test("Race.run() fails at the deadline when all are silent, and names all that were asked", async () => {
  const rig = raceRig(SILENT, SILENT, SILENT);
  const { result } = rig.race();
  let endMs = 0;
  const failed = result.catch((error) => (endMs = rig.time.nowMs(), error));
  await rig.time.passAndSettle(DEADLINE_MS + TICK_MS);
  const error = await failed;
  assert(error instanceof UpstreamError);
  assertEquals(error.message, "No reply from any of 192.0.2.1:53, 192.0.2.2:53, 192.0.2.3:53");
  assertEquals([error.infoCode, endMs], [EDE.NO_REACHABLE_AUTHORITY, DEADLINE_MS]);
});

for (const rcode of [RCODE.SERVFAIL, RCODE.REFUSED, RCODE.FORMERR, RCODE.NOTIMP]) {
  Deno.test(`[9520_05] Race.run() asks the next one at once when the first says RCODE ${rcode}`, async () => {
    const rig = raceRig(saying(rcode, 5), answering(5));
    const { result } = rig.race(requestFor("example.org", rig.time.nowMs(), { upstreamCount: 2 }));
    await rig.time.passAndSettle(20);
    assertEquals(won(await result), ["192.0.2.2:53", RCODE.NOERROR]);
    assert(timesMs(rig)[1]![0]! <= 10, "before any hedge");
    // Where another one has an answer, the refusal is the upstream's own fault.
    assert(rig.servers[0]!.upstream.isSuspect);
  });
}

Deno.test("Race.run() asks the next one at once when the first cannot even be asked", async () => {
  const rig = raceRig(UNSENDABLE, answering(5));
  const { result } = rig.race();
  await rig.time.passAndSettle(10);
  assertEquals([won(await result), timesMs(rig)], [["192.0.2.2:53", RCODE.NOERROR], [[0], [0]]]);
});

for (const rcode of [RCODE.NOERROR, RCODE.NXDOMAIN, RCODE.YXDOMAIN]) {
  Deno.test(`Race.run() is content with RCODE ${rcode}: it is about the name`, async () => {
    const rig = raceRig(answering(5, { rcode }), answering(5));
    const { result } = rig.race();
    await rig.time.passAndSettle(20);
    assertEquals([won(await result), timesMs(rig)[1]], [["192.0.2.1:53", rcode], []]);
    assert(!rig.servers[0]!.upstream.isSuspect);
  });
}

for (const rcode of [7, 8, 9, 10, 11, 12, 13, 14, 15]) {
  Deno.test(`Race.run() asks the next one when the first says RCODE ${rcode}: it is not about the name`, async () => {
    const rig = raceRig(saying(rcode, 5), answering(5));
    const { result } = rig.race();
    await rig.time.passAndSettle(30);
    assertEquals(won(await result), ["192.0.2.2:53", RCODE.NOERROR]);
    assert(rig.servers[0]!.upstream.isSuspect);
  });
}

Deno.test("Race.run() gives the first useless reply when there is no good one, and blames nobody", async () => {
  const rig = raceRig(saying(RCODE.SERVFAIL, 5), saying(RCODE.REFUSED, 5), saying(RCODE.SERVFAIL, 5));
  const { result } = rig.race();
  await rig.time.passAndSettle(30);
  assertEquals(won(await result), ["192.0.2.1:53", RCODE.SERVFAIL]);
  assertEquals(rig.servers.map(({ upstream }) => upstream.isSuspect), [false, false, false]);
});

Deno.test("Race.run() waits for those still out before it gives a useless reply", async () => {
  const rig = raceRig(answering(300), saying(RCODE.SERVFAIL, 5));
  const { result } = rig.race();
  await rig.time.passAndSettle(400);
  assertEquals(won(await result), ["192.0.2.1:53", RCODE.NOERROR]);
});

Deno.test("Race.run() gives the useless reply at the deadline when the others stay silent", async () => {
  const rig = raceRig(saying(RCODE.REFUSED, 5), SILENT);
  const { result } = rig.race();
  await rig.time.passAndSettle(DEADLINE_MS + TICK_MS);
  assertEquals(won(await result), ["192.0.2.1:53", RCODE.REFUSED]);
});

/** When a single silent upstream is asked within 2 s that has taken `rttMs` before; `null`: that has never answered. */
const RESENDS: readonly [rttMs: number | null, atMs: readonly number[]][] = [
  [null, [0, 600, 1300]],
  // RFC 6298 §2.2, §5.5: SRTT + 4 × RTTVAR, here at least 100 ms; twice as long after the next silence.
  [10, [0, 100, 300]],
  [200, [0, 360, 1100]],
  // Slower than half of the time is asked again then, and not before its next reply is due.
  [1500, [0, 1000]],
];

for (const [rttMs, atMs] of RESENDS) {
  Deno.test(`[9520_04] Race.run() asks a single silent upstream again after its RTO, three times at most; round trip: ${rttMs} ms`, async () => {
    const rig = raceRig(rttMs === null ? SILENT : answering(rttMs));
    const [{ upstream, datagram }] = rig.servers as [Rig["servers"][number]];
    for (let i = 0; i < 4 && rttMs !== null; i++) {
      const warm = rig.race().result;
      await rig.time.passAndSettle(DEADLINE_MS);
      await warm;
    }
    datagram.habit = SILENT;
    const startMs = rig.time.nowMs();
    const askedBefore = datagram.asked.length;
    const { result, request } = rig.race();
    const failed = assertRejects(() => result, UpstreamError, "No reply in time");
    await rig.time.passAndSettle(DEADLINE_MS + TICK_MS);
    await failed;
    const times = datagram.timesMs.slice(askedBefore).map((ms) => ms - startMs);
    assertEquals(times.length, atMs.length);
    for (const [i, ms] of atMs.entries()) assert(times[i]! >= ms && times[i]! <= ms + 2 * TICK_MS, `${times}`);
    assertEquals([request.sendCount, upstream.isLossy], [atMs.length, false]);
  });
}

Deno.test("Race.run() takes the slow first answer of a single upstream that has been asked again", async () => {
  const rig = raceRig(answering(1500));
  const { result, request } = rig.race();
  await rig.time.passAndSettle(DEADLINE_MS);
  assertEquals([won(await result), request.sendCount], [["192.0.2.1:53", RCODE.NOERROR], 3]);
});

Deno.test("Race.run() does not wait for the lost sends of one that refuses", async () => {
  const rig = raceRig(inTurn(SILENT, saying(RCODE.SERVFAIL, 5)));
  const { result } = rig.race();
  await rig.time.passAndSettle(620);
  assertEquals(won(await result), ["192.0.2.1:53", RCODE.SERVFAIL]);
});

Deno.test("Race.run() asks nobody again who refuses: the lost send was another one's", async () => {
  const rig = raceRig(inTurn(SILENT, answering(5)), saying(RCODE.REFUSED, 5));
  const { result } = rig.race();
  await rig.time.passAndSettle(DEADLINE_MS);
  assertEquals(won(await result), ["192.0.2.1:53", RCODE.NOERROR]);
  assertEquals(timesMs(rig).map(({ length }) => length), [2, 1]);
});

Deno.test("Race.run() asks a single upstream again at once when the query could not be sent", async () => {
  const rig = raceRig(inTurn(UNSENDABLE, answering(5)));
  const { result } = rig.race();
  await rig.time.passAndSettle(10);
  assertEquals([won(await result), timesMs(rig)], [["192.0.2.1:53", RCODE.NOERROR], [[0, 0]]]);
});

Deno.test("Race.run() fails at once when nothing can be sent to a single upstream, twice", async () => {
  const rig = raceRig(UNSENDABLE);
  const error = await assertRejects(() => rig.race().result, UpstreamError, "Cannot send");
  assertEquals([error.infoCode, timesMs(rig), rig.deadlines.size], [EDE.NETWORK_ERROR, [[0, 0]], 0]);
});

Deno.test("Race.run() asks nobody else as long as it may not hedge, and asks for leave again", async () => {
  const rig = raceRig(answering(500), answering(5));
  const { result } = rig.race(requestFor("example.org"), 1, () => rig.time.nowMs() >= 200);
  await rig.time.passAndSettle(190);
  assertEquals(timesMs(rig), [[0], []]);
  await rig.time.passAndSettle(100);
  assertEquals(won(await result)[0], "192.0.2.2:53");
});

Deno.test("Race.run() of three at once asks three, and takes the first good reply", async () => {
  const rig = raceRig(answering(25), saying(RCODE.SERVFAIL, 5), answering(15), answering(1));
  const { result, request } = rig.race(undefined, 3);
  await rig.time.passAndSettle(30);
  assertEquals(won(await result)[0], "192.0.2.3:53");
  assertEquals([timesMs(rig), request.sendCount], [[[0], [0], [0], []], 3]);
});

Deno.test("Race.run() ends once: what comes after the first good reply changes nothing", async () => {
  const rig = raceRig(saying(RCODE.SERVFAIL, 60), answering(5), SILENT);
  const { result } = rig.race();
  await rig.time.passAndSettle(DEADLINE_MS + TICK_MS);
  assertEquals(won(await result)[0], "192.0.2.2:53");
  assertEquals(timesMs(rig).map(({ length }) => length), [1, 1, 0]);
});

/** What the others say, and who is believed after how long. */
const AFTER_DENIAL: readonly [what: string, others: Habit, by: string, rcode: number, withinMs: number][] = [
  ["answer", answering(200), "192.0.2.2:53", RCODE.NOERROR, 240],
  ["are of no use", saying(RCODE.REFUSED, 200), "192.0.2.1:53", RCODE.NXDOMAIN, 300],
  ["are silent", SILENT, "192.0.2.1:53", RCODE.NXDOMAIN, DEADLINE_MS + TICK_MS],
];

for (const [what, others, by, rcode, withinMs] of AFTER_DENIAL) {
  Deno.test(`[0x20_01] Race.run() keeps a denial that cannot be asked for again back, and takes ${by} when the others ${what}`, async () => {
    // Both hedges are out when the first one denies a name in mixed case, without a SOA: no send is left.
    const rig = raceRig(answering(100, { answers: [], rcode: RCODE.NXDOMAIN }), others, others);
    const { result, request } = rig.race();
    await rig.time.passAndSettle(110);
    assertEquals(request.sendCount, 3);
    await rig.time.passAndSettle(withinMs - 110);
    assertEquals(won(await result), [by, rcode]);
    await rig.time.passAndSettle(DEADLINE_MS);
    // Its denial was no failure: it may well be true.
    assertEquals([rig.servers[0]!.upstream.isSuspect, rig.deadlines.size], [false, 0]);
  });
}

Deno.test("Race does not send again while an upstream that has replied is asked in another manner", async () => {
  let isRejecting = false;
  const habit: Habit = (query, count) => {
    const isRejected = isRejecting && query.additionals.length > 0;
    return (isRejected ? saying(RCODE.FORMERR, 90) : answering(90))(query, count);
  };
  const { time, race, servers: [server] } = raceRig(habit);
  for (let i = 0; i < 30; i++) {
    race();
    await time.passAndSettle(200);
  }
  isRejecting = true;
  const { request, result } = race();
  const answered = result.then(({ octets }) => decode(octets).rcode);
  await time.passAndSettle(300);
  assertEquals([await answered, request.sendCount, server!.datagram.asked.length], [RCODE.NOERROR, 2, 32]);
});

for (const acceptsTruncated of [true, false]) {
  const client = acceptsTruncated ? "UDP" : "TCP";
  Deno.test(`[9520_04] Race does not send again for a client on ${client} while the whole of a reply is asked for over TCP`, async () => {
    const rig = raceRig(answering(10, { isTruncated: true, answers: [] }));
    const { datagram, stream } = rig.servers[0]!;
    // Longer than an upstream that was never measured may be silent.
    stream.habit = answering(900);
    const { result } = rig.race(requestFor("example.org", 0, { acceptsTruncated }));
    await rig.time.passAndSettle(DEADLINE_MS);
    assertEquals([(await result).scan.answerCount, datagram.timesMs.length, stream.timesMs.length], [1, 1, 1]);
  });
}

Deno.test("Race asks another upstream that is silent again while the whole of a reply is asked for over TCP", async () => {
  const rig = raceRig(answering(10, { isTruncated: true, answers: [] }), inTurn(SILENT, answering(10)));
  rig.servers[0]!.stream.habit = SILENT;
  const { result } = rig.race(requestFor("example.org", 0, { acceptsTruncated: false, upstreamCount: 2 }));
  await rig.time.passAndSettle(DEADLINE_MS);
  assertEquals([won(await result), timesMs(rig).map(({ length }) => length)], [["192.0.2.2:53", RCODE.NOERROR], [
    1,
    2,
  ]]);
});

Deno.test("[6891_08] Race.run() waits for the reply to the query without EDNS, although the resend before it was rejected as well", async () => {
  const rejects = inTurn(saying(RCODE.NOTIMP, 650), saying(RCODE.NOTIMP, 200));
  const rig = raceRig((query, count) => (query.additionals.length > 0 ? rejects : answering(400))(query, count));
  const { result, request } = rig.race();
  await rig.time.passAndSettle(DEADLINE_MS);
  assertEquals(won(await result), ["192.0.2.1:53", RCODE.NOERROR]);
  assertEquals(rig.servers[0]!.datagram.asked.map(({ query }) => query.additionals.length), [1, 1, 0]);
  assertEquals(request.sendCount, 3);
});

const WITHOUT_EDNS: readonly [what: string, habit: Habit, rcode: number, isUnproven: boolean][] = [
  ["meets silence", SILENT, RCODE.NOTIMP, true],
  // What is said without EDNS is meant.
  ["is rejected as well", saying(RCODE.NOTIMP, 400), RCODE.NOTIMP, false],
  ["is refused", saying(RCODE.REFUSED, 400), RCODE.REFUSED, false],
];

for (const [what, habit, rcode, isUnproven] of WITHOUT_EDNS) {
  Deno.test(`[6891_08] Race.run() has no better reply than RCODE ${rcode} when a query without EDNS behind two rejections ${what}`, async () => {
    const rejects = inTurn(saying(RCODE.NOTIMP, 650), saying(RCODE.NOTIMP, 200));
    const rig = raceRig((query, count) => (query.additionals.length > 0 ? rejects : habit)(query, count));
    const { result } = rig.race();
    await rig.time.passAndSettle(DEADLINE_MS + TICK_MS);
    const reply = await result;
    assertEquals([...won(reply), reply.isUnproven], ["192.0.2.1:53", rcode, isUnproven]);
  });
}
