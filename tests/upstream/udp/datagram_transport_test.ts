import { assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { UpstreamError } from "../../../lib/upstream/upstream_error.ts";
import { EDE } from "../../../lib/wire/iana.ts";
import { HEADER_OCTETS } from "../../../lib/wire/header.ts";
import { decode } from "../../../lib/wire/message.ts";
import { settled } from "../../support/fake_time.ts";
import { question, questionLines, record, wire } from "../../support/messages.ts";
import { DEADLINE_MS, echo, requestFor, responseTo, UPSTREAM, upstreamRig } from "../../support/upstream_rig.ts";
import { exchangeOver } from "../../support/promised_query.ts";

const QUERY = wire({ recursionDesired: true, questions: [question("example.org")] });
const QUESTION = QUERY.slice(HEADER_OCTETS);
const ANSWERS = [record("example.org 9 IN A 192.0.2.1")];
const UNREACHABLE = new Error("Network is unreachable");

/** An exchange that has begun: `first` is the socket of the first send. */
async function setUp() {
  const rig = upstreamRig();
  const query = QUERY.slice();
  const reply = exchangeOver(rig.datagram, query, QUESTION, requestFor("example.org"));
  await settled();
  return { ...rig, query, reply, first: rig.network.sockets[0]! };
}

Deno.test("DatagramTransport sends the query once, to the upstream's address, under an ID of its own", async () => {
  const { reply, first, counters, pool, deadlines } = await setUp();
  assertEquals(first.sent.map(({ to }) => to), [UPSTREAM]);
  const { id, questions } = decode(first.sent[0]!.octets);
  assertEquals(questionLines(questions), ["example.org. IN A"]);
  assertNotEquals(id, 0);
  first.deliver(echo(first), UPSTREAM);
  assertEquals((await reply).octets, echo(first));
  assertEquals([counters.upstreamQueries, counters.upstreamReplies, deadlines.size], [1, 1, 0]);
  pool.close();
});

Deno.test("[5452_02] DatagramTransport waits on after a forged reply", async () => {
  const { reply, first, counters, pool } = await setUp();
  first.deliver(echo(first), { ...UPSTREAM, hostname: "192.0.2.66" });
  const guessed = echo(first);
  guessed[0]! ^= 1;
  first.deliver(guessed, UPSTREAM);
  first.deliver(echo(first), UPSTREAM);
  assertEquals((await reply).octets, echo(first));
  assertEquals([counters.upstreamWrongPeer, counters.upstreamUnsolicited], [1, 1]);
  pool.close();
});

Deno.test("DatagramTransport tells of a reply in another letter case when somebody wants to hear of it", async () => {
  const rig = upstreamRig();
  let toldCount = 0;
  const reply = exchangeOver(rig.datagram, QUERY.slice(), QUESTION, requestFor("example.org"), {
    mindsCase: true,
    mindsCookie: false,
    onWrongCase: () => toldCount++,
    onWrongCookie: () => {},
  });
  await settled();
  const socket = rig.network.sockets[0]!;
  socket.deliver(responseTo(socket, { questions: [question("Example.ORG")] }), UPSTREAM);
  await settled();
  assertEquals([toldCount, rig.counters.upstreamWrongCase], [1, 1]);
  socket.deliver(echo(socket), UPSTREAM);
  assertEquals((await reply).octets, echo(socket));
  rig.pool.close();
});

Deno.test("DatagramTransport gives up at the deadline, and says so", async () => {
  const { reply, time, deadlines } = await setUp();
  const failed = assertRejects(() => reply, UpstreamError, "No reply from 192.0.2.53:53 in time");
  await time.passAndSettle(DEADLINE_MS + 20);
  assertEquals((await failed).infoCode, EDE.NO_REACHABLE_AUTHORITY);
  // The ID rests for a while, then nothing is held.
  await time.passAndSettle(2000);
  assertEquals(deadlines.size, 0);
});

Deno.test("DatagramTransport fails at once when the query cannot be sent, and says that the network is at fault", async () => {
  const { network, datagram, counters, pool, time } = upstreamRig();
  pool.pick(pool.pick());
  for (const socket of network.sockets) socket.sendError = UNREACHABLE;
  const error = await assertRejects(
    () => exchangeOver(datagram, QUERY.slice(), QUESTION, requestFor("example.org")),
    UpstreamError,
  );
  assertEquals([error.infoCode, error.message], [EDE.NETWORK_ERROR, "Cannot send to 192.0.2.53:53"]);
  assertMatch(String(error.cause), /unreachable/);
  assertEquals([counters.upstreamUnsendable, time.nowMs()], [1, 0]);
  pool.close();
});

Deno.test("DatagramTransport fails when no socket can be had", async () => {
  const { network, datagram, deadlines } = upstreamRig();
  network.refuse = () => new Error("Too many open files");
  const failing = () => exchangeOver(datagram, QUERY.slice(), QUESTION, requestFor("example.org"));
  const error = await assertRejects(failing, UpstreamError, "No socket to ask 192.0.2.53:53 from");
  assertEquals([error.infoCode, deadlines.size], [EDE.NETWORK_ERROR, 0]);
  assertMatch(String(error.cause), /Too many open files/);
});

Deno.test("DatagramTransport fails at once when its socket breaks", async () => {
  const { reply, first, time } = await setUp();
  const failed = assertRejects(() => reply, UpstreamError, "Upstream socket was closed");
  first.failReceive(new Error("Connection reset"));
  assertEquals([(await failed).infoCode, time.nowMs()], [EDE.NETWORK_ERROR, 0]);
});

Deno.test("[5452_03] [5452_06] DatagramTransport sends the same request again from another socket, under another ID", async () => {
  const { datagram, network, pool } = upstreamRig();
  const request = requestFor("example.org");
  const replies = [0, 1].map(() => exchangeOver(datagram, QUERY.slice(), QUESTION, request));
  await settled();
  const [first, second] = network.sockets;
  assertNotEquals(first!.address.port, second!.address.port);
  assertNotEquals(decode(first!.sent[0]!.octets).id, decode(second!.sent[0]!.octets).id);
  for (const socket of network.sockets) socket.deliver(echo(socket), UPSTREAM);
  assertEquals((await Promise.all(replies)).map(({ octets }) => octets), network.sockets.map(echo));
  pool.close();
});

Deno.test("UpstreamGroup asks again at once, from another socket, when a socket breaks or a query cannot be sent", async () => {
  for (const isBreaking of [true, false]) {
    const { network, pool, upstreams, time } = upstreamRig();
    const picked = pool.pick();
    pool.pick(picked);
    if (!isBreaking) network.sockets[0]!.sendError = UNREACHABLE;
    const reply = upstreams.exchange(requestFor("example.org"));
    await settled();
    const asked = () => network.sockets.filter(({ sent, isClosed }) => sent.length > 0 && !isClosed);
    if (isBreaking) asked()[0]!.failReceive(new Error("Connection reset"));
    await settled();
    const [working] = asked();
    assertEquals([asked().length, working!.sent.length, time.nowMs()], [1, 1, 0]);
    working!.deliver(responseTo(working!, { answers: ANSWERS }), UPSTREAM);
    await reply;
    upstreams.close();
  }
});

Deno.test("UpstreamGroup still takes the reply to the first query when the second cannot be sent", async () => {
  const { network, upstreams, time, counters } = upstreamRig();
  const reply = upstreams.exchange(requestFor("example.org"));
  await settled();
  const first = network.sockets[0]!;
  network.refuse = () => new Error("Too many open files");
  first.sendError = UNREACHABLE;
  await time.passAndSettle(DEADLINE_MS / 2 + 20);
  assertEquals([first.sent.length, counters.upstreamUnsendable >= 1], [1, true]);
  first.deliver(responseTo(first, { answers: ANSWERS }), UPSTREAM);
  await reply;
  upstreams.close();
});
