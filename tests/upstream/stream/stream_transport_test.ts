import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { UpstreamError } from "../../../lib/upstream/upstream_error.ts";
import { EDE } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { toFrame } from "../../../lib/wire/stream_frames.ts";
import type { FakeStream } from "../../support/fake_stream.ts";
import { settled } from "../../support/fake_time.ts";
import { hex, question, questionLines, response, wire } from "../../support/messages.ts";
import { DEADLINE_MS, requestFor, streamResponseTo, UPSTREAM, upstreamRig } from "../../support/upstream_rig.ts";
import { exchangeOver } from "../../support/promised_query.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** A rig and the way to ask its upstream over TCP. */
function setUp() {
  const rig = upstreamRig();
  const ask = (text = "example.org") => {
    const request = requestFor(text, rig.time.nowMs());
    return exchangeOver(rig.stream, wire({ questions: [question(text)] }), request.questionOctets, request);
  };
  return { ...rig, ask };
}

/** The response to the message `i` on a connection. */
function reply(stream: FakeStream, i: number): Octets {
  const { id, questions } = decode(stream.messages[i]!);
  return response({ id, questions });
}

Deno.test("StreamTransport connects to the upstream's address and sends length and query at once", async () => {
  const { ask, network, stream, counters, deadlines } = setUp();
  const pending = ask();
  await settled();
  const [connection] = network.streams as [FakeStream];
  assertEquals([network.dialled, connection.writes.length], [[UPSTREAM], 1]);
  assertEquals(questionLines(decode(connection.messages[0]!).questions), ["example.org. IN A"]);
  connection.deliverMessages(streamResponseTo(connection));
  assertEquals((await pending).octets, streamResponseTo(connection));
  assertEquals([counters.upstreamStreamQueries, counters.upstreamReplies, counters.upstreamQueries], [1, 1, 0]);
  stream.close();
  assertEquals([connection.isClosed, deadlines.size], [true, 0]);
});

Deno.test("[7766_07] StreamTransport sends queries on one connection, without waiting for the replies before", async () => {
  const { ask, network, stream } = setUp();
  const first = ask("a.example");
  await settled();
  const others = [ask("b.example"), ask("c.example")];
  await settled();
  assertEquals(network.streams.length, 1);
  const [connection] = network.streams as [FakeStream];
  const ids = connection.messages.map((message) => decode(message).id);
  assertEquals([ids.length, new Set(ids).size], [3, 3]);
  connection.deliverMessages(reply(connection, 2), reply(connection, 0), reply(connection, 1));
  const replies = await Promise.all([first, ...others]);
  assertEquals(replies.map(({ octets }) => questionLines(decode(octets).questions)[0]), [
    "a.example. IN A",
    "b.example. IN A",
    "c.example. IN A",
  ]);
  stream.close();
});

Deno.test("[7766_07] StreamTransport makes one connection for queries that come while it is being made", async () => {
  const { ask, network, stream } = setUp();
  const { promise, resolve } = Promise.withResolvers<void>();
  network.dial = () => promise;
  const pending = [ask("a.example"), ask("b.example")];
  await settled();
  resolve();
  await settled();
  const [connection] = network.streams as [FakeStream];
  assertEquals([network.dialled.length, connection.messages.length], [1, 2]);
  connection.deliverMessages(reply(connection, 0), reply(connection, 1));
  await Promise.all(pending);
  stream.close();
});

Deno.test("StreamTransport sends on a connection that the server has closed meanwhile not at all: it makes another one", async () => {
  const { ask, network, stream } = setUp();
  await answered(ask(), network.streams);
  network.streams[0]!.end();
  await settled();
  assert(network.streams[0]!.isClosed);
  await answered(ask(), network.streams);
  assertEquals(network.streams.map(({ messages }) => messages.length), [1, 1]);
  stream.close();
});

/** Lets a query be answered on the newest connection. */
async function answered(pending: PromiseLike<unknown>, streams: readonly FakeStream[]): Promise<void> {
  await settled();
  const connection = streams.at(-1)!;
  connection.deliverMessages(streamResponseTo(connection));
  await pending;
}

const DEATHS: readonly [what: string, die: (connection: FakeStream) => void][] = [
  ["is closed by the server", (connection) => connection.end()],
  ["breaks", (connection) => connection.fail()],
  ["carries a message of length zero", (connection) => connection.deliver(hex("0000"))],
];

for (const [what, die] of DEATHS) {
  Deno.test(`StreamTransport asks once more on a fresh connection when the reused one ${what}`, async () => {
    const { ask, network, stream, time } = setUp();
    await answered(ask(), network.streams);
    await time.passAndSettle(1000);
    const pending = [ask("a.example"), ask("b.example")];
    await settled();
    die(network.streams[0]!);
    await settled();
    // Both queries share the new one.
    assertEquals([network.streams.length, network.streams[1]!.messages.length], [2, 2]);
    network.streams[1]!.deliverMessages(reply(network.streams[1]!, 1), reply(network.streams[1]!, 0));
    await Promise.all(pending);
    assert(network.streams[0]!.isClosed);
    stream.close();
  });

  Deno.test(`StreamTransport fails when a fresh connection ${what}: the server does not want to`, async () => {
    const { ask, network, deadlines } = setUp();
    const failed = assertRejects(() => ask(), UpstreamError, "Connection to 192.0.2.53:53 over TCP was closed");
    await settled();
    die(network.streams[0]!);
    assertEquals((await failed).infoCode, EDE.NETWORK_ERROR);
    assertEquals([network.streams.length, network.streams[0]!.isClosed, deadlines.size], [1, true, 0]);
  });

  Deno.test(`StreamTransport asks once more and not twice when the fresh connection ${what} as well`, async () => {
    const { ask, network } = setUp();
    await answered(ask(), network.streams);
    const failed = assertRejects(() => ask(), UpstreamError);
    await settled();
    die(network.streams[0]!);
    await settled();
    die(network.streams[1]!);
    await failed;
    assertEquals(network.dialled.length, 2);
  });
}

Deno.test("StreamTransport fails when the query cannot be written", async () => {
  const { ask, network } = setUp();
  network.onConnected = (connection) => connection.writeError = new Error("Broken pipe");
  const error = await assertRejects(() => ask(), UpstreamError, "Connection to 192.0.2.53:53 over TCP was closed");
  assertMatch(String(error.cause), /Broken pipe/);
  assertEquals(network.streams.map(({ isClosed }) => isClosed), [true]);
});

Deno.test("StreamTransport fails when the connection is refused, and tries again with the next query", async () => {
  const { ask, network, stream, deadlines } = setUp();
  network.dial = () => Promise.reject(new Error("Connection refused"));
  const error = await assertRejects(() => ask(), UpstreamError, "Cannot connect to 192.0.2.53:53 over TCP");
  assertMatch(String(error.cause), /refused/);
  assertEquals([error.infoCode, deadlines.size], [EDE.NETWORK_ERROR, 0]);
  network.dial = () => Promise.resolve();
  await answered(ask(), network.streams);
  stream.close();
});

Deno.test("[5452_01] StreamTransport waits on after a message with another ID or another question", async () => {
  const { ask, network, counters, stream } = setUp();
  const pending = ask();
  await settled();
  const [connection] = network.streams as [FakeStream];
  const good = streamResponseTo(connection);
  const guessed = good.slice();
  guessed[0]! ^= 1;
  connection.deliverMessages(guessed, streamResponseTo(connection, { questions: [question("example.com")] }), good);
  assertEquals((await pending).octets, good);
  assertEquals([counters.upstreamUnsolicited, counters.upstreamWrongQuestion], [1, 1]);
  stream.close();
});

Deno.test("StreamTransport takes a reply in pieces, and one of 65,535 octets", async () => {
  const { ask, network, stream } = setUp();
  const pending = ask();
  await settled();
  const [connection] = network.streams as [FakeStream];
  const head = streamResponseTo(connection);
  // One record of a type that nobody reads fills the rest: a root owner and ten octets stand before its RDATA.
  const long = new Uint8Array(0xffff);
  long.set(head);
  long[7] = 1;
  const rdataOctets = long.length - head.length - 11;
  long.set([0, 0xff, 0, 0, 1, 0, 0, 0, 9, rdataOctets >> 8, rdataOctets & 0xff], head.length);
  const frame = toFrame(long);
  for (let i = 0; i < frame.length; i += 10_000) {
    connection.deliver(frame.slice(i, i + 10_000));
    await settled();
  }
  assertEquals((await pending).octets, long);
  stream.close();
});

Deno.test("StreamTransport gives the same query other IDs on other connections", async () => {
  const { network, stream, time } = setUp();
  const query = wire({ questions: [question("example.org")] });
  const asked = query.slice();
  for (let i = 0; i < 2; i++) {
    const request = requestFor("example.org", time.nowMs());
    await answered(exchangeOver(stream, query, request.questionOctets, request), network.streams);
    network.streams[i]!.end();
    await settled();
  }
  const [first, second] = network.streams.map(({ messages }) => decode(messages[0]!).id);
  assertNotEquals(first, second);
  assertEquals([query, DEADLINE_MS], [asked, 2000]);
  stream.close();
});
