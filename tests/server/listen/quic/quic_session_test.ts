import { assertEquals } from "@std/assert";
import { IDLE_TIMEOUT_MS } from "../../../../lib/server/limits.ts";
import { EDNS_OPTION } from "../../../../lib/wire/iana.ts";
import { DOQ_CODE } from "../../../../lib/wire/quic/doq.ts";
import { toFrame } from "../../../../lib/wire/stream_frames.ts";
import { settled } from "../../../support/fake_time.ts";
import { lines, opt, question, wire } from "../../../support/messages.ts";
import type { PairedStream } from "../../../support/quic_pair.ts";
import { askOverQuic, quicSessionRig, replyOverQuic } from "../../../support/quic_rig.ts";
import { queryFor } from "../../../support/stream_rig.ts";

type Octets = Uint8Array<ArrayBuffer>;

Deno.test("[9250_01] QuicSession answers the query of a stream with its reply, and the end", async () => {
  const { connection, asker, server, counters, session, ended, deadlines, all } = quicSessionRig();
  const stream = await askOverQuic(connection);
  const { id, answers } = await replyOverQuic(stream);
  assertEquals([id, lines(answers)], [0, ["a.example. 9 IN A 192.0.2.1"]]);
  await settled();
  assertEquals([server.clients, counters.replied, counters.unsendable], [[asker], 1, 0]);
  assertEquals([connection.openCount, all.octets], [0, 0]);
  session.close();
  await ended;
  assertEquals([connection.isClosed, deadlines.size], [true, 0]);
});

Deno.test("[9250_01] QuicSession takes queries in whatever pieces they come, and waits for the end of each", async () => {
  const { connection, server, session, ended } = quicSessionRig();
  const stream = await connection.openStream(false) as PairedStream;
  for (const octet of toFrame(queryFor(0))) {
    stream.write(Uint8Array.of(octet));
    await settled();
  }
  assertEquals(server.asked, []);
  await stream.finish(new Uint8Array(0));
  await replyOverQuic(stream);
  assertEquals(server.asked, ["0 a.example. IN A"]);
  session.close();
  await ended;
});

Deno.test("[9250_01] QuicSession answers in the order in which replies are ready", async () => {
  const { connection, server, session, ended } = quicSessionRig();
  server.isWaiting = true;
  const streams = [];
  for (const name of ["a.example", "b.example", "c.example"]) {
    streams.push(await askOverQuic(connection, queryFor(0, name)));
  }
  const replied: number[] = [];
  streams.forEach((stream, i) => replyOverQuic(stream).then(() => replied.push(i)));
  await settled();
  for (const i of [2, 0, 1]) {
    await server.answer(i);
    await settled();
  }
  assertEquals(replied, [2, 0, 1]);
  session.close();
  await ended;
});

const keepalive = { code: EDNS_OPTION.TCP_KEEPALIVE, data: Uint8Array.of(0, 100) };

Deno.test.each<[string, Octets]>([
  ["a message ID other than 0", toFrame(queryFor(7))],
  [
    "a keepalive option",
    toFrame(wire({ questions: [question("a.example")], additionals: [opt({ options: [keepalive] })] })),
  ],
  ["a stream that ends within a message", toFrame(queryFor(0)).subarray(0, 20)],
  ["a stream that ends at once", new Uint8Array(0)],
  ["two queries on a stream", Uint8Array.of(...toFrame(queryFor(0)), ...toFrame(queryFor(0)))],
  ["a message without a header", toFrame(new Uint8Array(5))],
  ["a response", toFrame(wire({ isResponse: true, questions: [question("a.example")] }))],
])("[9250_02] QuicSession ends a connection for $0", async (_, octets) => {
  const { connection, server, served, counters, ended, all, deadlines } = quicSessionRig();
  const stream = await connection.openStream(false) as PairedStream;
  await stream.finish(octets);
  await ended;
  assertEquals(served.closedWith?.code, DOQ_CODE.PROTOCOL_ERROR);
  assertEquals((await connection.closed).code, DOQ_CODE.PROTOCOL_ERROR);
  assertEquals([server.asked, counters.quicFaults, all.octets, deadlines.size], [[], 1, 0, 0]);
});

Deno.test("[9250_02] QuicSession ends a connection that sends more than a message as soon as it does", async () => {
  const { connection, served, ended } = quicSessionRig();
  const stream = await connection.openStream(false) as PairedStream;
  stream.write(toFrame(queryFor(0)));
  stream.write(Uint8Array.of(0));
  await ended;
  assertEquals(served.closedWith?.reason, "more than one query on a stream");
});

Deno.test("[9250_03] QuicSession ends a connection that brings no whole query for ten seconds", async () => {
  const { connection, time, served, ended } = quicSessionRig();
  await time.passAndSettle(IDLE_TIMEOUT_MS - 1);
  const stream = await askOverQuic(connection);
  await replyOverQuic(stream);
  // Whoever sends an octet now and then is idle all the same.
  const slow = await connection.openStream(false) as PairedStream;
  for (let waitedMs = 0; waitedMs <= IDLE_TIMEOUT_MS; waitedMs += 1000) {
    slow.write(Uint8Array.of(1));
    await time.passAndSettle(1000);
  }
  await ended;
  assertEquals(served.closedWith?.code, DOQ_CODE.NO_ERROR);
});

Deno.test("[9250_03] QuicSession keeps a connection on which something is waited for", async () => {
  const { connection, time, server, session, ended, state } = quicSessionRig();
  server.isWaiting = true;
  await askOverQuic(connection);
  await time.passAndSettle(3 * IDLE_TIMEOUT_MS);
  assertEquals(state.hasEnded, false);
  session.close();
  await ended;
});

Deno.test("QuicSession goes on when a client changes its mind, and gives the stream back", async () => {
  const { connection, server, counters, session, ended } = quicSessionRig();
  server.isWaiting = true;
  const stream = await askOverQuic(connection);
  await settled();
  stream.cancel();
  await server.answer(0);
  await settled();
  assertEquals([connection.isClosed, connection.openCount, counters.quicFaults], [false, 0, 0]);
  server.isWaiting = false;
  await replyOverQuic(await askOverQuic(connection));
  session.close();
  await ended;
});

Deno.test("QuicSession.stop() answers what was taken, leaves it the time to arrive, and takes nothing more", async () => {
  const { connection, time, server, session, served, ended } = quicSessionRig();
  server.isWaiting = true;
  const stream = await askOverQuic(connection);
  await settled();
  const stopped = session.stop();
  const late = await askOverQuic(connection);
  await settled();
  await server.answer(0);
  await replyOverQuic(stream);
  await settled();
  assertEquals([served.isClosed, server.asked.length], [false, 1]);
  assertEquals((await late.readAll()).length, 0);
  await time.passAndSettle(1000);
  await stopped;
  await ended;
  assertEquals(served.closedWith?.code, DOQ_CODE.NO_ERROR);
});

Deno.test("QuicSession.stop() ends a connection at once on which nothing is waited for", async () => {
  const { connection, session, ended } = quicSessionRig();
  await session.stop();
  await ended;
  assertEquals(connection.isClosed, true);
});

Deno.test("QuicSession ends a connection with EXCESSIVE_LOAD when too much waits for its reader", async () => {
  const { connection, time, server, served, ended, all } = quicSessionRig();
  server.recordCount = 1500;
  const held = Promise.withResolvers<void>();
  served.onFinish = () => held.promise;
  for (let i = 0; i < 3; i++) await askOverQuic(connection);
  await settled();
  await time.passAndSettle(0);
  await ended;
  assertEquals([served.closedWith?.code, all.octets], [DOQ_CODE.EXCESSIVE_LOAD, 0]);
  held.resolve();
});

Deno.test("QuicSession ends a connection whose replies are not read for ten seconds", async () => {
  const { connection, time, served, ended } = quicSessionRig();
  served.onFinish = () => new Promise(() => {});
  await askOverQuic(connection);
  await settled();
  await time.passAndSettle(IDLE_TIMEOUT_MS + 1000);
  await ended;
  assertEquals(served.closedWith, { code: DOQ_CODE.EXCESSIVE_LOAD, reason: "replies are not read" });
});
