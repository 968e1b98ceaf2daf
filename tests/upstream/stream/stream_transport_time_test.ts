import { assert, assertEquals, assertRejects } from "@std/assert";
import { IN_FLIGHT_MAX } from "../../../lib/upstream/matching/correlator.ts";
import { KEEP_MS } from "../../../lib/upstream/stream/tcp_transport.ts";
import { UpstreamError } from "../../../lib/upstream/upstream_error.ts";
import { EDE } from "../../../lib/wire/iana.ts";
import { settled } from "../../support/fake_time.ts";
import { question, wire } from "../../support/messages.ts";
import { DEADLINE_MS, requestFor, streamResponseTo, upstreamRig } from "../../support/upstream_rig.ts";
import { exchangeOver } from "../../support/promised_query.ts";

/** Deadlines are met up to a tick late. */
const TICK_MS = 20;
const GHOST_MS = 1000;

/** A rig and the way to ask its upstream over TCP. */
function setUp() {
  const rig = upstreamRig({ tombstoneMs: GHOST_MS });
  const ask = (deadlineMs = rig.time.nowMs() + DEADLINE_MS) => {
    const request = requestFor("example.org", 0, { deadlineMs });
    return exchangeOver(rig.stream, wire({ questions: [question("example.org")] }), request.questionOctets, request);
  };
  const answer = async () => {
    await settled();
    const connection = rig.network.streams.at(-1)!;
    connection.deliverMessages(streamResponseTo(connection));
    await settled();
  };
  return { ...rig, ask, answer };
}

/** Never. */
const FOREVER = new Promise<void>(() => {});

Deno.test("StreamTransport gives up at the deadline while it connects", async () => {
  const { ask, network, time, stream } = setUp();
  network.dial = () => FOREVER;
  const failed = assertRejects(() => ask(), UpstreamError, "Cannot connect to 192.0.2.53:53 over TCP");
  await time.passAndSettle(DEADLINE_MS + TICK_MS);
  assertEquals([(await failed).infoCode, network.streams.length], [EDE.NETWORK_ERROR, 0]);
  stream.close();
});

Deno.test("StreamTransport makes further attempts to connect beside slow ones, ever more rarely, each for five seconds", async () => {
  const { ask, answer, network, time, deadlines, stream } = setUp();
  network.dial = () => FOREVER;
  const asked = [ask(), ask(4000)].map((pending) => assertRejects(() => pending, UpstreamError));
  const dialledAfterMs: number[] = [];
  for (let ms = 0; ms <= 4000; ms += 10) {
    if (network.dialled.length > dialledAfterMs.length) dialledAfterMs.push(ms);
    await time.passAndSettle(10);
  }
  await Promise.all(asked);
  // Each is made when the one before has been silent for 250 ms, for 500, for 1000.
  assertEquals(dialledAfterMs.map((ms) => Math.floor(ms / 50) * 50), [0, 250, 750, 1750]);
  await time.passAndSettle(1750 + 1000 + 3 * TICK_MS);
  assertEquals([network.dialled.length, deadlines.size, time.armedCount], [4, 0, 0]);
  network.dial = () => Promise.resolve();
  const next = ask();
  await answer();
  await next;
  assertEquals(network.dialled.length, 5);
  stream.close();
});

Deno.test("StreamTransport uses a connection that was made too late for its own query", async () => {
  const { ask, answer, network, time, deadlines } = setUp();
  const { promise, resolve } = Promise.withResolvers<void>();
  network.dial = () => network.dialled.length === 1 ? promise : FOREVER;
  const failed = assertRejects(() => ask(), UpstreamError);
  await time.passAndSettle(DEADLINE_MS + TICK_MS);
  await failed;
  resolve();
  await settled();
  const next = ask();
  await answer();
  await next;
  assertEquals([network.streams.length, network.streams[0]!.isClosed], [1, false]);
  await time.passAndSettle(KEEP_MS + TICK_MS);
  assertEquals([network.streams[0]!.isClosed, deadlines.size], [true, 0]);
});

Deno.test("StreamTransport gives up at the deadline while another query's connection is being made", async () => {
  const { ask, network, time, stream } = setUp();
  network.dial = () => FOREVER;
  const later = assertRejects(() => ask(5000), UpstreamError);
  await settled();
  let isOver = false;
  const failed = assertRejects(() => ask(500), UpstreamError).then(() => isOver = true);
  await time.passAndSettle(500 + TICK_MS);
  assert(isOver, "not at the other query's deadline");
  stream.close();
  await Promise.all([failed, later]);
});

Deno.test("StreamTransport gives up at the deadline when nothing comes back", async () => {
  const { ask, time, stream, network } = setUp();
  const failed = assertRejects(() => ask(), UpstreamError, "No reply from 192.0.2.53:53 over TCP in time");
  await time.passAndSettle(DEADLINE_MS + TICK_MS);
  // Silence is tried twice, not for ever.
  assertEquals([(await failed).infoCode, network.dialled.length], [EDE.NO_REACHABLE_AUTHORITY, 2]);
  stream.close();
});

Deno.test("StreamTransport does not stay with a connection on which nothing comes back any more", async () => {
  const { ask, answer, time, stream, network } = setUp();
  const first = ask();
  await answer();
  await first;
  // The path has forgotten the connection: neither an end nor an error will ever be heard of.
  const lost = assertRejects(() => ask(), UpstreamError);
  await time.passAndSettle(DEADLINE_MS + TICK_MS);
  await lost;
  const next = ask();
  await answer();
  assertEquals(network.streams.map(({ isClosed }) => isClosed), [true, true, false]);
  await next;
  stream.close();
});

Deno.test("StreamTransport asks once more when one connection is silent, and the one in its place ends", async () => {
  const { ask, answer, time, stream, network } = setUp();
  const first = ask();
  await answer();
  await first;
  // The path has forgotten the connection. Both are asked on another one, which the server ends after one reply.
  const both = [ask(), ask()];
  await time.passAndSettle(1000 + TICK_MS);
  assertEquals(network.streams.length, 2);
  await answer();
  network.streams[1]!.end();
  await settled();
  assertEquals(network.streams.length, 3);
  await answer();
  await Promise.all(both);
  stream.close();
});

Deno.test("StreamTransport stays with a connection on which others are answered while one query is not", async () => {
  const { ask, answer, time, stream, network } = setUp();
  const lost = assertRejects(() => ask(), UpstreamError);
  for (let ms = 0; ms < DEADLINE_MS; ms += 200) {
    const other = ask();
    await answer();
    await other;
    await time.passAndSettle(200);
  }
  await time.passAndSettle(TICK_MS);
  await lost;
  const next = ask();
  await answer();
  await next;
  assertEquals(network.streams.length, 1);
  stream.close();
});

Deno.test("[7766_07] StreamTransport keeps a connection for ten seconds after its last reply, then closes it", async () => {
  const { ask, answer, time, network, deadlines } = setUp();
  for (let i = 0; i < 3; i++) {
    const pending = ask();
    await answer();
    await pending;
    await time.passAndSettle(KEEP_MS - 1);
  }
  assertEquals(network.streams.map(({ isClosed }) => isClosed), [false]);
  await time.passAndSettle(TICK_MS);
  assertEquals([network.streams.map(({ isClosed }) => isClosed), deadlines.size], [[true], 0]);
  assertEquals([KEEP_MS, time.armedCount], [10_000, 0]);
});

Deno.test("StreamTransport.close() closes the connection: its queries fail, and make no other one", async () => {
  const { ask, answer, stream, network, deadlines } = setUp();
  const first = ask();
  await answer();
  await first;
  const failed = assertRejects(() => ask(), UpstreamError);
  await settled();
  stream.close();
  await failed;
  await assertRejects(() => ask(), UpstreamError);
  assertEquals(network.dialled.length, 1);
  assertEquals([network.streams[0]!.isClosed, deadlines.size], [true, 0]);
});

Deno.test("StreamTransport.close() ends a connecting that is going on, and leaves nothing behind", async () => {
  const { ask, stream, network, deadlines } = setUp();
  network.dial = () => FOREVER;
  const failed = assertRejects(() => ask(), UpstreamError);
  await settled();
  stream.close();
  await failed;
  assertEquals([network.streams.length, deadlines.size], [0, 0]);
});

Deno.test("StreamTransport.close() in the moment in which the connection is made leaves it closed", async () => {
  const { ask, stream, network, deadlines } = setUp();
  const { promise, resolve } = Promise.withResolvers<void>();
  network.dial = () => promise;
  network.onConnected = () => stream.close();
  const failed = assertRejects(() => ask(), UpstreamError);
  await settled();
  resolve();
  await failed;
  assertEquals([network.streams.map(({ isClosed }) => isClosed), deadlines.size], [[true], 0]);
});

Deno.test("StreamTransport.openCount counts what is open and what is being made, a full connection included", async () => {
  const { ask, answer, stream, network, time } = setUp();
  assertEquals(stream.openCount, 0);
  const first = ask();
  assertEquals(stream.openCount, 1);
  await answer();
  await first;
  assertEquals(stream.openCount, 1);
  // As many as there are IDs for; one more needs a second connection.
  const many = Array.from({ length: IN_FLIGHT_MAX }, () => ask().catch(() => {}));
  await settled();
  const more = ask().catch(() => {});
  await settled();
  assertEquals([stream.openCount, network.streams.length], [2, 2]);
  await time.passAndSettle(DEADLINE_MS + GHOST_MS + KEEP_MS + TICK_MS);
  await Promise.all([...many, more]);
  assertEquals([stream.openCount, network.streams.every(({ isClosed }) => isClosed)], [0, true]);
});

Deno.test("StreamTransport.close() closes a connection that was full, too", async () => {
  const { ask, answer, stream, network } = setUp();
  const first = ask();
  await answer();
  await first;
  const many = Array.from({ length: IN_FLIGHT_MAX + 1 }, () => ask().catch(() => {}));
  await settled();
  stream.close();
  await Promise.all(many);
  assertEquals([stream.openCount, network.streams.map(({ isClosed }) => isClosed)], [0, [true, true]]);
});

Deno.test("StreamTransport.drop() closes what is open and gives up what is being made; queries in flight go on at once", async () => {
  const { ask, answer, stream, network, deadlines } = setUp();
  const first = ask();
  await answer();
  await first;
  const pending = ask();
  await settled();
  stream.drop();
  // The query was sent on a dead connection: once more on a fresh one.
  await answer();
  await pending;
  assertEquals(network.streams.map(({ isClosed }) => isClosed), [true, false]);
  network.streams[1]!.end();
  await settled();
  network.dial = () => FOREVER;
  const last = ask();
  await settled();
  network.dial = () => Promise.resolve();
  stream.drop();
  await answer();
  await last;
  assertEquals([stream.openCount, network.dialled.length], [1, 4]);
  stream.close();
  assertEquals([stream.openCount, deadlines.size], [0, 0]);
});

Deno.test("StreamTransport closes a connection that was made too late for everybody", async () => {
  const { ask, network, time, deadlines } = setUp();
  const { promise, resolve } = Promise.withResolvers<void>();
  network.dial = () => network.dialled.length === 1 ? promise : FOREVER;
  const failed = assertRejects(() => ask(), UpstreamError);
  await time.passAndSettle(DEADLINE_MS + TICK_MS);
  await failed;
  resolve();
  await time.passAndSettle(KEEP_MS + TICK_MS);
  assertEquals([network.streams.map(({ isClosed }) => isClosed), deadlines.size], [[true], 0]);
});
