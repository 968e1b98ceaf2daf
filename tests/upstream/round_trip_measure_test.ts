import { assertEquals } from "@std/assert";
import { RCODE } from "../../lib/wire/iana.ts";
import { decode } from "../../lib/wire/message.ts";
import { fakeDeadlines } from "../support/fake_time.ts";
import { answering, type Habit, inTurn, saying } from "../support/fake_transport.ts";
import { habitualUpstream } from "../support/race_rig.ts";
import { requestFor } from "../support/upstream_rig.ts";

function setUp(udpHabit: Habit, tcpHabit: Habit = answering(90)) {
  const { time, deadlines } = fakeDeadlines();
  const server = habitualUpstream({ time, deadlines }, { udpHabit, tcpHabit });
  const ask = (name = "example.org") => {
    return server.upstream.ask(requestFor(name, time.nowMs())).then(({ octets }) => decode(octets).rcode);
  };
  return { ...server, time, ask };
}

Deno.test("a question that is asked again in another manner counts as two round trips, not as one that is twice as long", async () => {
  const { time, upstream, ask, datagram } = setUp(inTurn(saying(RCODE.FORMERR, 40), answering(40)));
  const reply = ask();
  await time.passAndSettle(100);
  assertEquals([await reply, datagram.asked.length], [RCODE.NOERROR, 2]);
  assertEquals([upstream.smoothedMs, upstream.state.percentile95Ms], [40, 40]);
});

Deno.test("what may be the reply to either of two queries is no round trip (RFC 6298 §3)", async () => {
  const { time, upstream, ask, datagram } = setUp(answering(60));
  const reply = ask();
  await time.passAndSettle(40);
  datagram.asked[0]!.onWrongCase!();
  await time.passAndSettle(100);
  assertEquals([await reply, datagram.asked.length, upstream.smoothedMs], [RCODE.NOERROR, 2, 0]);
});

Deno.test("what goes over TCP first does not tell how long UDP takes", async () => {
  const { time, upstream, ask, stream } = setUp(answering(10));
  const reply = ask("example.org ANY");
  await time.passAndSettle(100);
  assertEquals([await reply, stream.asked.length, upstream.smoothedMs], [RCODE.NOERROR, 1, 0]);
});
