import { assertEquals, assertRejects } from "@std/assert";
import { QUERIES_MAX } from "../../../lib/upstream/quic/quic_connection.ts";
import { UpstreamError } from "../../../lib/upstream/upstream_error.ts";
import { EDNS_OPTION } from "../../../lib/wire/iana.ts";
import { decode, type Question } from "../../../lib/wire/message.ts";
import { DOQ_CODE } from "../../../lib/wire/quic/doq.ts";
import { toFrame } from "../../../lib/wire/stream_frames.ts";
import { settled } from "../../support/fake_time.ts";
import { opt, question, questionLines, response } from "../../support/messages.ts";
import { answer, answerAll, KEEP_MS, quicUpstreamRig, takeQuery } from "../../support/quic_upstream_rig.ts";
import { DEADLINE_MS } from "../../support/upstream_rig.ts";

type Octets = Uint8Array<ArrayBuffer>;

Deno.test("[9250_04] QuicConnection sends each query on a stream of its own, with ID 0, and takes replies in any order", async () => {
  const { ask, quic, stream, counters, deadlines } = quicUpstreamRig();
  const pending = ["a.example", "b.example", "c.example"].map((name) => ask(name));
  await settled();
  const [server] = quic.servers;
  const taken = [await takeQuery(server!), await takeQuery(server!), await takeQuery(server!)];
  assertEquals(taken.map(({ query: { id, questions } }) => [id, questionLines(questions)[0]]), [
    [0, "a.example. IN A"],
    [0, "b.example. IN A"],
    [0, "c.example. IN A"],
  ]);
  assertEquals(taken.map(({ stream }) => stream.id), [0, 4, 8]);
  for (const i of [2, 0, 1]) await answer(taken[i]!.stream, taken[i]!.query);
  const replies = await Promise.all(pending);
  assertEquals(replies.map(({ octets }) => questionLines(decode(octets).questions)[0]), [
    "a.example. IN A",
    "b.example. IN A",
    "c.example. IN A",
  ]);
  assertEquals([counters.upstreamStreamQueries, counters.upstreamReplies, quic.servers.length], [3, 3, 1]);
  stream.close();
  assertEquals([server!.isClosed, deadlines.size], [true, 0]);
});

Deno.test("QuicConnection gives a reply as soon as it is there, without waiting for the end of its stream", async () => {
  const { ask, quic, stream } = quicUpstreamRig();
  const pending = ask();
  await settled();
  const { stream: served, query: { questions } } = await takeQuery(quic.servers[0]!);
  const frame = toFrame(response({ id: 0, questions }));
  served.write(frame.slice(0, 1));
  served.write(frame.slice(1));
  assertEquals(questionLines(decode((await pending).octets).questions), ["example.org. IN A"]);
  stream.close();
});

const keepalive = { code: EDNS_OPTION.TCP_KEEPALIVE, data: Uint8Array.of(0, 100) };
const whole = (questions: readonly Question[]) => toFrame(response({ id: 0, questions }));

Deno.test.each<[string, (questions: readonly Question[]) => Octets]>([
  ["a message ID other than 0", (questions) => toFrame(response({ id: 7, questions }))],
  [
    "a keepalive option",
    (questions) => toFrame(response({ id: 0, questions, additionals: [opt({ options: [keepalive] })] })),
  ],
  ["a stream that ends within its reply", (questions) => whole(questions).slice(0, 20)],
  ["a stream without a reply", () => new Uint8Array(0)],
  ["two replies", (questions) => Uint8Array.of(...whole(questions), ...whole(questions))],
])("[9250_05] QuicConnection ends a connection for $0, and asks on another one", async (_, octetsFor) => {
  const { ask, quic, stream } = quicUpstreamRig();
  const pending = [ask("a.example"), ask("b.example")];
  await settled();
  const [server] = quic.servers;
  // Of those that share the connection, the other one has its reply.
  const [bad, good] = [await takeQuery(server!), await takeQuery(server!)];
  await answer(good.stream, good.query);
  await settled();
  await bad.stream.finish(octetsFor(bad.query.questions));
  await settled();
  assertEquals((await server!.closed).code, DOQ_CODE.PROTOCOL_ERROR);
  const [, next] = quic.servers;
  if (next !== undefined) void answerAll(next);
  assertEquals((await Promise.all(pending)).length, 2);
  stream.close();
});

Deno.test("QuicConnection fails a query at once whose stream brings the reply to another question", async () => {
  const { ask, quic, stream, counters } = quicUpstreamRig();
  const pending = ask();
  await settled();
  const { stream: served } = await takeQuery(quic.servers[0]!);
  await answer(served, { questions: [question("other.example")] });
  await assertRejects(() => Promise.resolve(pending), UpstreamError, "No reply from quic://dns.example:853");
  assertEquals([counters.upstreamWrongQuestion, quic.servers[0]!.isClosed], [1, false]);
  stream.close();
});

Deno.test("QuicConnection waits 50 ms for a stream, and then another connection takes the query", async () => {
  const { ask, quic, stream, time } = quicUpstreamRig();
  quic.pair = { streamsMax: 2 };
  const pending = ["a.example", "b.example", "c.example"].map((name) => ask(name));
  await settled();
  await time.passAndSettle(40);
  assertEquals(quic.servers.length, 1);
  await time.passAndSettle(40);
  const [first, second] = quic.servers;
  const third = await takeQuery(second!);
  assertEquals(questionLines(third.query.questions), ["c.example. IN A"]);
  await answer(third.stream, third.query);
  void answerAll(first!);
  await Promise.all(pending);
  stream.close();
});

Deno.test("QuicConnection takes the stream that another query gives back", async () => {
  const { ask, quic, stream } = quicUpstreamRig();
  quic.pair = { streamsMax: 2 };
  const pending = Array.from({ length: 8 }, (_, i) => ask(`n${i}.example`));
  await settled();
  void answerAll(quic.servers[0]!);
  await Promise.all(pending);
  assertEquals(quic.servers.length, 1);
  stream.close();
});

Deno.test("QuicConnection has eight queries at a time: others go on further connections, or wait", async () => {
  const { ask, quic, stream } = quicUpstreamRig();
  const pending = Array.from({ length: 40 }, (_, i) => ask(`n${i}.example`));
  await settled();
  assertEquals(quic.servers.map(({ other }) => other.openedCount), [8, 8, 8, 8]);
  for (const server of quic.servers) void answerAll(server);
  assertEquals((await Promise.all(pending)).length, 40);
  stream.close();
});

Deno.test("QuicConnection is not used any more where credit has run out, and is again when some comes", async () => {
  const { ask, quic, stream, time } = quicUpstreamRig();
  quic.pair = { streamsInAll: 1 };
  quic.onConnected = (server) => void answerAll(server);
  await ask("a.example");
  for (const name of ["b.example", "c.example", "d.example"]) {
    const pending = ask(name);
    await time.passAndSettle(100);
    await pending;
  }
  // One query each.
  assertEquals(quic.servers.length, 4);
  stream.close();
});

Deno.test("QuicConnection is renewed after a thousand queries, and closes behind its last reply", async () => {
  const { ask, quic, stream } = quicUpstreamRig();
  quic.pair = { streamsMax: 2000 };
  quic.onConnected = (server) => void answerAll(server);
  for (let i = 0; i < QUERIES_MAX; i += 8) {
    await Promise.all(Array.from({ length: 8 }, (_, j) => ask(`n${i + j}.example`)));
  }
  assertEquals(quic.servers.map(({ isClosed }) => isClosed), [true]);
  assertEquals((await quic.servers[0]!.closed).code, DOQ_CODE.NO_ERROR);
  await ask("another.example");
  assertEquals(quic.servers.length, 2);
  stream.close();
});

Deno.test("QuicConnection gives back what was not answered when it is lost, and another one asks it", async () => {
  const { ask, quic, stream, counters } = quicUpstreamRig();
  const pending = ask();
  await settled();
  const { stream: served, query } = await takeQuery(quic.servers[0]!);
  await answer(served, query);
  await pending;
  const again = ask("b.example");
  await settled();
  quic.servers[0]!.close(DOQ_CODE.NO_ERROR, "idle");
  await settled();
  const { stream: next, query: asked } = await takeQuery(quic.servers[1]!);
  await answer(next, asked);
  await again;
  assertEquals(counters.upstreamStreamRetries, 1);
  stream.close();
});

Deno.test("QuicConnection tells of silence, and the query is asked on another connection as well", async () => {
  const { ask, quic, stream, time } = quicUpstreamRig();
  const pending = ask();
  await settled();
  quic.servers[0]!.cut();
  await time.passAndSettle(300);
  const { stream: served, query } = await takeQuery(quic.servers[1]!);
  await answer(served, query);
  await pending;
  stream.close();
});

Deno.test("QuicConnection lets a stream go whose query has no time left", async () => {
  const { ask, quic, stream, time } = quicUpstreamRig();
  const first = ask("a.example");
  await settled();
  const [server] = quic.servers;
  const one = await takeQuery(server!);
  const second = Promise.resolve(ask("b.example"));
  second.catch(() => {});
  await settled();
  const two = await takeQuery(server!);
  await time.passAndSettle(200);
  await answer(one.stream, one.query);
  await first;
  await time.passAndSettle(DEADLINE_MS);
  await assertRejects(() => second, UpstreamError);
  assertEquals(two.stream.other.isCancelled, true);
  stream.close();
});

Deno.test("QuicConnection is kept for a minute, and closed with NO_ERROR", async () => {
  const { ask, quic, stream, time, deadlines } = quicUpstreamRig();
  quic.onConnected = (server) => void answerAll(server);
  await ask();
  await time.passAndSettle(KEEP_MS - 1000);
  assertEquals(quic.servers[0]!.isClosed, false);
  await time.passAndSettle(2000);
  assertEquals(await quic.servers[0]!.closed, { code: DOQ_CODE.NO_ERROR, reason: "" });
  stream.close();
  assertEquals(deadlines.size, 0);
});

Deno.test("QuicConnection fails what waits when its upstream is closed", async () => {
  const { ask, quic, stream, deadlines } = quicUpstreamRig();
  const pending = Promise.resolve(ask());
  await settled();
  stream.close();
  await assertRejects(() => pending, UpstreamError, "Connection to quic://dns.example:853 was closed");
  assertEquals([quic.servers[0]!.isClosed, deadlines.size], [true, 0]);
});
