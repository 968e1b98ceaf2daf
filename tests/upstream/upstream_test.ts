import { assert, assertEquals } from "@std/assert";
import type { Request } from "../../lib/upstream/request.ts";
import { TruncationError, UpstreamError } from "../../lib/upstream/upstream_error.ts";
import { EDE, RCODE } from "../../lib/wire/iana.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { fakeDeadlines } from "../support/fake_time.ts";
import { answering, type Habit, inTurn, saying, SILENT, UNSENDABLE } from "../support/fake_transport.ts";
import { lines, questionLines, records, response } from "../support/messages.ts";
import { habitualUpstream } from "../support/race_rig.ts";
import { readResponse } from "../support/read_response.ts";
import { DEADLINE_MS, requestFor } from "../support/upstream_rig.ts";

const TICK_MS = 20;
const TRUNCATED = answering(10, { answers: records("example.org 9 IN A 192.0.2.9"), isTruncated: true });

/** An upstream with habits; `ask` lets `passMs` pass and tells the reply or the error. */
function setUp(udpHabit: Habit, tcpHabit?: Habit) {
  const { time, deadlines } = fakeDeadlines();
  const server = habitualUpstream({ time, deadlines }, { udpHabit, ...(tcpHabit === undefined ? {} : { tcpHabit }) });
  const ask = async (passMs = 100, fields: Partial<Request> = {}): Promise<Message | Error> => {
    const asked = server.upstream.ask(requestFor("example.org", time.nowMs(), fields));
    const outcome = asked.then(({ octets }) => decode(octets), (error: Error) => error);
    await time.passAndSettle(passMs);
    return await outcome;
  };
  return { ...server, time, deadlines, ask };
}

function answersOf(outcome: Message | Error): string[] {
  if (outcome instanceof Error) throw outcome;
  return lines(outcome.answers);
}

Deno.test("Upstream is up, unmeasured and beyond suspicion at first; its name is its address", () => {
  const { upstream } = setUp(SILENT);
  assertEquals([upstream.name, upstream.isUp, upstream.isSuspect], ["192.0.2.1:53", true, false]);
  assertEquals([upstream.smoothedMs, upstream.hedgeDelayMs], [0, 30]);
});

Deno.test("Upstream measures round trips; the delay of a hedge stays within 30 to 250 ms", async () => {
  for (const [afterMs, hedgeDelayMs] of [[10, 30], [100, 100], [700, 250]] as const) {
    const { upstream, ask } = setUp(answering(afterMs));
    await ask(1000);
    assertEquals([upstream.smoothedMs, upstream.hedgeDelayMs], [afterMs, hedgeDelayMs]);
  }
});

Deno.test("[9715_05] [5625_05] Upstream.ask() asks over TCP when the reply is truncated, in the client's spelling", async () => {
  const { ask, stream, datagram } = setUp(TRUNCATED, answering(10));
  assertEquals(answersOf(await ask()), ["example.org. 9 IN A 192.0.2.1"]);
  assertEquals([datagram.asked.length, stream.asked.length], [1, 1]);
  assertEquals(questionLines(stream.asked[0]!.query.questions), ["example.org. IN A"]);
});

const TCP_FAILURES: readonly [what: string, habit: Habit][] = [["is refused", UNSENDABLE], ["stays silent", SILENT]];

for (const [what, tcpHabit] of TCP_FAILURES) {
  Deno.test(`[5625_04] Upstream.ask() fails with what fitted when TCP ${what}; for other questions it is up`, async () => {
    const { ask, upstream, lines: told } = setUp(TRUNCATED, tcpHabit);
    for (let i = 0; i < 6; i++) {
      const outcome = await ask(DEADLINE_MS);
      assert(outcome instanceof TruncationError);
      assertEquals(lines(decode(outcome.truncated.octets).answers), ["example.org. 9 IN A 192.0.2.9"]);
    }
    assertEquals([upstream.isUp, upstream.isSuspect, upstream.state.failureCount, told], [true, false, 6, []]);
  });
}

Deno.test("Upstream.ask() throws what is wrong with the program itself, whatever fitted", async () => {
  const { ask } = setUp(TRUNCATED, () => new TypeError("broken"));
  assert(await ask() instanceof TypeError);
});

Deno.test("Upstream.ask() fails with the transport's error, and leaves no deadline behind", async () => {
  const { ask, deadlines } = setUp(UNSENDABLE);
  const error = await ask();
  assert(error instanceof UpstreamError);
  assertEquals([error.infoCode, deadlines.size], [EDE.NETWORK_ERROR, 0]);
});

Deno.test("Upstream counts silence once: when it begins to last, not at the deadline again", async () => {
  const { ask, upstream, lines: told } = setUp(SILENT);
  // Four failures in a row open the breaker.
  for (let i = 0; i < 3; i++) await ask(DEADLINE_MS + TICK_MS);
  assertEquals([upstream.isUp, upstream.isSuspect], [true, true]);
  await ask(DEADLINE_MS + TICK_MS);
  assertEquals([upstream.isUp, told.length], [false, 1]);
});

Deno.test("Upstream counts silence before the deadline: after 600 ms when never measured, by its round trips later", async () => {
  const { ask, upstream, datagram, time } = setUp(SILENT);
  const first = ask(590);
  await time.passAndSettle(590);
  assert(!upstream.isSuspect);
  await time.passAndSettle(TICK_MS);
  assert(upstream.isSuspect);
  await time.passAndSettle(DEADLINE_MS);
  await first;
  // SRTT 10 ms and little variation: the bound of 250 ms holds.
  datagram.habit = answering(10);
  for (let i = 0; i < 8; i++) await ask(50);
  assert(!upstream.isSuspect);
  datagram.habit = SILENT;
  const lost = ask(0, { deadlineMs: time.nowMs() + DEADLINE_MS });
  await time.passAndSettle(DEADLINE_MS);
  await lost;
  assertEquals(upstream.isSuspect, true);
});

Deno.test("Upstream counts a query that fails before its silence does, once", async () => {
  const { ask, upstream } = setUp(UNSENDABLE);
  for (let i = 0; i < 3; i++) await ask(0);
  assert(upstream.isUp);
  await ask(0);
  assert(!upstream.isUp);
});

Deno.test("Upstream takes a slow answer for a sign of life: nothing failed in the end", async () => {
  const { ask, upstream } = setUp(answering(900));
  for (let i = 0; i < 6; i++) await ask(1000);
  assertEquals([upstream.isUp, upstream.isSuspect], [true, false]);
});

Deno.test("Upstream tells the operator when it goes down and when it is back, with counts, and nothing in between", async () => {
  const { ask, upstream, datagram, time, lines: told } = setUp(SILENT);
  for (let i = 0; i < 10; i++) await ask(DEADLINE_MS + TICK_MS);
  datagram.habit = answering();
  assert(upstream.probe(requestFor("example.org", time.nowMs())));
  for (let i = 0; i < 3; i++) await ask();
  assertEquals(told, [
    "dns-forwarder: warn: upstream 192.0.2.1:53 is down, 4 queries came to nothing",
    "dns-forwarder: upstream 192.0.2.1:53 is back, 6 queries came to nothing meanwhile",
  ]);
  assertEquals([upstream.isUp, time.nowMs() > 0], [true, true]);
});

Deno.test("Upstream goes down when its replies are of no use again and again, where others had an answer", async () => {
  const { ask, upstream, lines: told } = setUp(saying(RCODE.REFUSED));
  for (let i = 0; i < 4; i++) {
    assert(upstream.isUp);
    await ask();
    // The race has had a good answer from another one.
    upstream.failed(requestFor(`n.z${i}.example`), readResponse(response({ rcode: RCODE.REFUSED })));
  }
  assertEquals([upstream.isUp, told.length], [false, 1]);
});

Deno.test("Upstream stays up when its replies are of no use and nobody else's were", async () => {
  const { ask, upstream } = setUp(saying(RCODE.SERVFAIL));
  for (let i = 0; i < 10; i++) await ask();
  assertEquals([upstream.isUp, upstream.isSuspect], [true, false]);
});

/** An upstream that is down, and the way to probe it; `probe` lets `passMs` pass. */
async function setUpDown() {
  const rig = setUp(inTurn(UNSENDABLE, UNSENDABLE, UNSENDABLE, UNSENDABLE));
  for (let i = 0; i < 4; i++) await rig.ask(0);
  assert(!rig.upstream.isUp);
  const probe = async (passMs = 100) => {
    const hasProbed = rig.upstream.probe(requestFor("example.org", rig.time.nowMs()));
    await rig.time.passAndSettle(passMs);
    return hasProbed;
  };
  return { ...rig, probe };
}

Deno.test("Upstream that is down stays so when its probe is refused: twice as long", async () => {
  const { probe, upstream, time, datagram, lines: told } = await setUpDown();
  datagram.habit = saying(RCODE.REFUSED);
  await time.passAndSettle(1000);
  assert(await probe());
  assertEquals([upstream.isUp, await probe(), told.length], [false, false, 1]);
  await time.passAndSettle(1500);
  assert(!await probe(0));
  await time.passAndSettle(1000);
  datagram.habit = answering();
  assert(await probe());
  assertEquals([upstream.isUp, told.length], [true, 2]);
});

Deno.test("Upstream lets its probe decide how long it stays down, not a query that was sent before and fails meanwhile", async () => {
  const { probe, upstream, time, datagram } = await setUpDown();
  datagram.habit = SILENT;
  await time.passAndSettle(700);
  upstream.ask(requestFor("example.org", time.nowMs())).catch(() => {});
  await time.passAndSettle(300);
  // 600 ms of silence: at 1300 ms for the query, at 1600 ms for the probe, whose pause then is 2 s.
  assert(await probe(2450));
  assertEquals([upstream.isUp, await probe(200)], [false, false]);
  datagram.habit = answering();
  assertEquals([await probe(), upstream.isUp], [true, true]);
});
