import { assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { EDE } from "../../lib/wire/iana.ts";
import { decode } from "../../lib/wire/message.ts";
import { UpstreamError } from "../../lib/upstream/upstream_error.ts";
import { settled } from "../support/fake_time.ts";
import { question, questionLines, wire } from "../support/messages.ts";
import { echo, UPSTREAM, upstreamRig } from "../support/upstream_rig.ts";

const DEADLINE_MS = 2000;
const QUERY = wire({ recursionDesired: true, questions: [question("example.org")] });

/** An exchange that has begun: `first` is the socket of the first send. */
async function setUp() {
  const rig = upstreamRig();
  const reply = rig.upstream.exchange(QUERY, DEADLINE_MS);
  await settled();
  return { ...rig, reply, first: rig.network.sockets[0]! };
}

Deno.test("Exchange sends the query once, to the upstream's address, under an ID of its own", async () => {
  const { reply, first, counters, pool, deadlines } = await setUp();
  assertEquals(first.sent.length, 1);
  const [{ octets, to }] = first.sent as [typeof first.sent[0]];
  assertEquals(to, UPSTREAM);
  assertEquals(questionLines(decode(octets).questions), ["example.org. IN A"]);
  assertEquals(decode(QUERY).id, 0, "the caller's query is not changed");
  assertNotEquals(decode(octets).id, 0);
  first.deliver(echo(first), UPSTREAM);
  assertEquals(await reply, echo(first));
  assertEquals([counters.upstreamQueries, counters.upstreamReplies, counters.upstreamRetries], [1, 1, 0]);
  assertEquals(deadlines.size, 0);
  pool.close();
});

Deno.test("Exchange asks once more at half time, from another socket and under another ID", async () => {
  const { reply, first, network, time, counters, pool } = await setUp();
  await time.passAndSettle(DEADLINE_MS / 2 - 1);
  assertEquals(network.sockets.length, 1);
  await time.passAndSettle(20);
  const second = network.sockets[1]!;
  assertEquals([first.sent.length, second.sent.length, counters.upstreamRetries], [1, 1, 1]);
  assertNotEquals(first.address.port, second.address.port);
  assertNotEquals(decode(first.sent[0]!.octets).id, decode(second.sent[0]!.octets).id);
  second.deliver(echo(second), UPSTREAM);
  assertEquals(await reply, echo(second));
  // The first query's reply is late now, and harms nobody.
  first.deliver(echo(first), UPSTREAM);
  await settled();
  assertEquals([counters.upstreamLate, counters.upstreamReplies], [1, 1]);
  pool.close();
});

Deno.test("Exchange takes the reply to its first query after the second has gone out", async () => {
  const { reply, first, time, counters, pool } = await setUp();
  await time.passAndSettle(DEADLINE_MS / 2 + 20);
  first.deliver(echo(first), UPSTREAM);
  assertEquals(await reply, echo(first));
  assertEquals([counters.upstreamReplies, counters.upstreamTimeouts], [1, 0]);
  pool.close();
});

Deno.test("[5452_02] Exchange waits on after a forged reply", async () => {
  const { reply, first, counters, pool } = await setUp();
  first.deliver(echo(first), { ...UPSTREAM, hostname: "192.0.2.66" });
  const guessed = echo(first);
  guessed[0]! ^= 1;
  first.deliver(guessed, UPSTREAM);
  first.deliver(echo(first), UPSTREAM);
  assertEquals(await reply, echo(first));
  assertEquals([counters.upstreamWrongPeer, counters.upstreamUnsolicited], [1, 1]);
  pool.close();
});

Deno.test("[9520_04] Exchange gives up at the deadline after two sends, and says that nobody answered", async () => {
  const { reply, network, time, counters, deadlines } = await setUp();
  const failed = assertRejects(() => reply, UpstreamError, "No reply from 192.0.2.53:53 in time");
  await time.passAndSettle(DEADLINE_MS - 1);
  assertEquals(counters.upstreamTimeouts, 0);
  await time.passAndSettle(30);
  assertEquals((await failed).infoCode, EDE.NO_REACHABLE_AUTHORITY);
  assertEquals(network.sockets.map((socket) => socket.sent.length), [1, 1]);
  assertEquals([counters.upstreamQueries, counters.upstreamTimeouts], [2, 1]);
  // Both IDs rest for a while, then nothing is held.
  await time.passAndSettle(2000);
  assertEquals(deadlines.size, 0);
});

Deno.test("Exchange asks again at once, from another socket, when a query cannot be sent", async () => {
  const { network, time, upstream, counters, pool } = upstreamRig();
  const broken = pool.pick();
  network.sockets[0]!.sendError = new Error("Network is unreachable");
  // The other place of the pool gets a socket that works.
  pool.pick(broken);
  const reply = upstream.exchange(QUERY, DEADLINE_MS);
  await settled();
  const working = network.sockets[1]!;
  assertEquals([working.sent.length, time.nowMs()], [1, 0]);
  working.deliver(echo(working), UPSTREAM);
  assertEquals(await reply, echo(working));
  assertEquals(counters.upstreamUnsendable, counters.upstreamRetries);
  pool.close();
});

Deno.test("Exchange fails at once when neither query can be sent, and says that the network is at fault", async () => {
  const { network, upstream, counters, pool, time } = upstreamRig();
  pool.pick(pool.pick());
  for (const socket of network.sockets) socket.sendError = new Error("Network is unreachable");
  const error = await assertRejects(() => upstream.exchange(QUERY, DEADLINE_MS), UpstreamError);
  assertEquals([error.infoCode, error.message], [EDE.NETWORK_ERROR, "Cannot send to 192.0.2.53:53"]);
  assertMatch(String(error.cause), /unreachable/);
  assertEquals([counters.upstreamUnsendable, counters.upstreamTimeouts, time.nowMs()], [2, 0, 0]);
  pool.close();
});

Deno.test("Exchange keeps waiting for its first query when the second cannot be sent", async () => {
  const { reply, first, network, time, counters, pool } = await setUp();
  network.refuse = () => new Error("Too many open files");
  first.sendError = new Error("Network is unreachable");
  await time.passAndSettle(DEADLINE_MS / 2 + 20);
  assertEquals([first.sent.length, counters.upstreamUnsendable], [1, 1]);
  first.deliver(echo(first), UPSTREAM);
  assertEquals(await reply, echo(first));
  pool.close();
});

Deno.test("Exchange fails when no socket can be had", async () => {
  const { network, upstream, deadlines } = upstreamRig();
  network.refuse = () => new Error("Too many open files");
  const error = await assertRejects(() => upstream.exchange(QUERY, DEADLINE_MS), UpstreamError);
  assertEquals([error.infoCode, deadlines.size], [EDE.NETWORK_ERROR, 0]);
  assertMatch(String(error.cause), /Too many open files/);
});

Deno.test("Exchange asks again at once when its socket breaks", async () => {
  const { reply, first, network, time, pool } = await setUp();
  first.failReceive(new Error("Connection reset"));
  await settled();
  const second = network.sockets[1]!;
  assertEquals([first.isClosed, second.sent.length, time.nowMs()], [true, 1, 0]);
  second.deliver(echo(second), UPSTREAM);
  assertEquals(await reply, echo(second));
  pool.close();
});

Deno.test("Exchange sends nothing when its deadline has passed already", async () => {
  const { time, upstream, counters, network, deadlines } = upstreamRig();
  await time.passAndSettle(5000);
  for (const deadlineMs of [4000, 5000]) {
    const error = await assertRejects(() => upstream.exchange(QUERY, deadlineMs), UpstreamError, "in time");
    assertEquals(error.infoCode, EDE.NO_REACHABLE_AUTHORITY);
  }
  assertEquals([network.sockets.length, deadlines.size, counters.upstreamTimeouts], [0, 0, 2]);
});

Deno.test("Exchange asks once only when half of its time and all of it end in one tick", async () => {
  const { time, upstream, counters } = upstreamRig();
  const failed = assertRejects(() => upstream.exchange(QUERY, 5), UpstreamError, "in time");
  await time.passAndSettle(50);
  await failed;
  assertEquals([counters.upstreamQueries, counters.upstreamRetries, counters.upstreamTimeouts], [1, 0, 1]);
});
