import { assert, assertEquals } from "@std/assert";
import { QUERIES_PER_CONNECTION_MAX } from "../../../../lib/server/limits.ts";
import { decode } from "../../../../lib/wire/message.ts";
import { toFrame } from "../../../../lib/wire/stream_frames.ts";
import { settled } from "../../../support/fake_time.ts";
import { hex, lines, wire } from "../../../support/messages.ts";
import { eachWay, queryFor, repliedIds, sessionRig } from "../../../support/stream_rig.ts";

eachWay("[7766_01] StreamSession answers a query with its reply, behind its length", async () => {
  const { socket, asker, server, counters, session, ended, deadlines } = sessionRig();
  socket.deliverMessages(queryFor(7));
  await settled();
  const [reply] = socket.messages.map(decode);
  assertEquals([reply!.id, lines(reply!.answers)], [7, ["a.example. 9 IN A 192.0.2.1"]]);
  assertEquals([server.clients, counters.replied, counters.unsendable], [[asker], 1, 0]);
  session.close();
  await ended;
  assertEquals([socket.isClosed, deadlines.size], [true, 0]);
});

eachWay("[7766_02] StreamSession takes pipelined queries, in whatever pieces they come", async () => {
  const stream = [1, 2, 3].flatMap((id) => [...toFrame(queryFor(id))]);
  for (const size of [1, 7, 1000]) {
    const { socket, session, ended } = sessionRig();
    for (let i = 0; i < stream.length; i += size) {
      socket.deliver(Uint8Array.from(stream.slice(i, i + size)));
      await settled();
    }
    assertEquals(repliedIds(socket), [1, 2, 3], `in pieces of ${size}`);
    session.close();
    await ended;
  }
});

eachWay(
  "[7766_02] StreamSession hands on each query as it comes, without waiting for the replies before it",
  async () => {
    const { socket, server, session, ended } = sessionRig();
    server.isWaiting = true;
    socket.deliverMessages(queryFor(1), queryFor(2, "b.example"));
    await settled();
    socket.deliverMessages(queryFor(3, "c.example"));
    await settled();
    assertEquals(server.asked, ["1 a.example. IN A", "2 b.example. IN A", "3 c.example. IN A"]);
    for (const i of [0, 1, 2]) await server.answer(i);
    session.close();
    await ended;
  },
);

eachWay("[7766_03] StreamSession answers in the order in which replies are ready", async () => {
  const { socket, server, session, ended } = sessionRig();
  server.isWaiting = true;
  socket.deliverMessages(queryFor(1), queryFor(2), queryFor(3));
  await settled();
  for (const i of [2, 0, 1]) await server.answer(i);
  assertEquals(repliedIds(socket), [3, 1, 2]);
  session.close();
  await ended;
});

eachWay(
  "[7766_04] StreamSession writes length and message at once, and together what it answers together",
  async () => {
    const { socket, server, session, ended } = sessionRig();
    socket.deliverMessages(queryFor(1), queryFor(2));
    await settled();
    const [first, ...others] = socket.messages;
    assertEquals([socket.writes.length, socket.writes[0]!.length, others.length], [1, 2 * (first!.length + 2), 1]);
    server.isWaiting = true;
    socket.writeOctetsMax = 0;
    socket.deliverMessages(queryFor(3), queryFor(4), queryFor(5));
    await settled();
    // What comes while a write is under way leaves behind it in one.
    for (const i of [0, 1, 2]) await server.answer(i);
    socket.drain();
    await settled();
    assertEquals([repliedIds(socket), socket.writes.length], [[1, 2, 3, 4, 5], 3]);
    session.close();
    await ended;
  },
);

eachWay("[7766_04] StreamSession answers all that one read has brought in one write", async () => {
  for (const count of [1, 2, 10, 60]) {
    const { socket, counters, session, ended } = sessionRig();
    const ids = Array.from({ length: count }, (_, i) => i);
    socket.deliverMessages(...ids.map((id) => queryFor(id, "a.ex")));
    await settled();
    // What is longer than the room for reading comes by several reads, one behind the other.
    const reads = Math.ceil(count * (2 + queryFor(0, "a.ex").length) / 1024);
    assertEquals([repliedIds(socket), socket.writes.length, counters.replied], [ids, reads, count]);
    session.close();
    await ended;
  }
});

eachWay(
  "[7766_04] StreamSession lets all leave in one write that is answered in one turn, whenever it came",
  async () => {
    const { socket, server, session, ended } = sessionRig();
    server.isWaiting = true;
    for (const id of [1, 2, 3, 4]) {
      socket.deliverMessages(queryFor(id));
      await settled();
    }
    await Promise.all([3, 1, 0].map((i) => server.answer(i)));
    assertEquals([repliedIds(socket), socket.writes.length], [[4, 2, 1], 1]);
    await server.answer(2);
    assertEquals([repliedIds(socket), socket.writes.length], [[4, 2, 1, 3], 2]);
    session.close();
    await ended;
  },
);

eachWay("StreamSession goes on where a short write ended, and never mixes replies", async () => {
  const { socket, session, ended } = sessionRig();
  socket.writeOctetsMax = 5;
  socket.deliverMessages(queryFor(1), queryFor(2), queryFor(3));
  // Each of the writes is a turn of its own.
  for (let i = 0; i < 10; i++) await settled();
  assertEquals(repliedIds(socket), [1, 2, 3]);
  assert(socket.writes.every(({ length }) => length <= 5));
  session.close();
  await ended;
});

eachWay("[7766_06] StreamSession answers a client that has closed its side, then closes", async () => {
  const { socket, server, ended, deadlines } = sessionRig();
  server.isWaiting = true;
  socket.deliverMessages(queryFor(1), queryFor(2));
  socket.end();
  await settled();
  assert(!socket.isClosed);
  await server.answer(1);
  assert(!socket.isClosed);
  await server.answer(0);
  await ended;
  assertEquals([repliedIds(socket), socket.isClosed, deadlines.size], [[2, 1], true, 0]);
});

eachWay("[7766_06] StreamSession closes at once when the client has, and waits for nothing", async () => {
  const { socket, ended, deadlines, counters } = sessionRig();
  socket.end();
  await ended;
  assertEquals([socket.isClosed, deadlines.size, counters.replied], [true, 0, 0]);
});

eachWay("[1035_06] StreamSession closes at a message of length zero: what follows it is not asked", async () => {
  const { socket, server, ended } = sessionRig();
  socket.deliver(Uint8Array.from([...toFrame(queryFor(1)), ...hex("0000"), ...toFrame(queryFor(2))]));
  await ended;
  assertEquals([socket.isClosed, server.asked], [true, ["1 a.example. IN A"]]);
});

eachWay("[1035_06] StreamSession closes when the stream ends within a message", async () => {
  const { socket, ended, server } = sessionRig();
  socket.deliver(toFrame(queryFor(1)).slice(0, -1));
  socket.end();
  await ended;
  assertEquals([socket.isClosed, server.asked], [true, []]);
});

eachWay("StreamSession says nothing to what is no query, and serves on", async () => {
  const { socket, session, ended, counters } = sessionRig();
  socket.deliverMessages(wire({ id: 1, isResponse: true }), queryFor(2));
  await settled();
  assertEquals([repliedIds(socket), counters.replied], [[2], 1]);
  session.close();
  await ended;
});

eachWay("StreamSession ends quietly when the connection breaks, whoever still waits", async () => {
  const { socket, server, ended, counters, deadlines } = sessionRig();
  server.isWaiting = true;
  socket.deliverMessages(queryFor(1));
  await settled();
  socket.fail();
  await ended;
  await server.answer(0);
  assertEquals([socket.isClosed, counters.replied, deadlines.size], [true, 0, 0]);
});

eachWay("StreamSession counts a reply that cannot be sent, once, and closes", async () => {
  const { socket, ended, counters, deadlines } = sessionRig();
  socket.writeError = new Error("Broken pipe");
  socket.deliverMessages(queryFor(1), queryFor(2), queryFor(3));
  await ended;
  assertEquals([counters.unsendable, counters.replied, deadlines.size], [1, 0, 0]);
});

eachWay("StreamSession stops reading at 64 waiting queries, and reads on when one of them is answered", async () => {
  const { socket, server, session, ended } = sessionRig();
  server.isWaiting = true;
  const ids = Array.from({ length: QUERIES_PER_CONNECTION_MAX + 6 }, (_, i) => i + 1);
  socket.deliverMessages(...ids.map((id) => queryFor(id)));
  await settled();
  assertEquals([QUERIES_PER_CONNECTION_MAX, server.asked.length, socket.isReading], [64, 64, false]);
  for (let i = 0; i < 3; i++) await server.answer(i);
  assertEquals([server.asked.length, socket.isReading], [67, false]);
  for (let i = 3; i < 6; i++) await server.answer(i);
  assertEquals([server.asked.length, socket.isReading], [70, false]);
  await server.answer(6);
  assertEquals(socket.isReading, true);
  for (let i = 7; i < ids.length; i++) await server.answer(i);
  assertEquals(repliedIds(socket), ids);
  session.close();
  await ended;
});

eachWay("StreamSession.stop() answers what was taken, takes no more, then closes", async () => {
  const { socket, server, session, ended, deadlines } = sessionRig();
  server.isWaiting = true;
  socket.deliverMessages(queryFor(1), queryFor(2));
  await settled();
  let isStopped = false;
  const stopped = session.stop().then(() => isStopped = true);
  socket.deliverMessages(queryFor(3));
  await server.answer(1);
  assertEquals([isStopped, socket.isClosed, server.asked.length], [false, false, 2]);
  await server.answer(0);
  await stopped;
  await ended;
  assertEquals([repliedIds(socket), socket.isClosed, deadlines.size], [[2, 1], true, 0]);
});

eachWay("StreamSession.stop() does not wait for a client that asks nothing", async () => {
  const { socket, session, ended } = sessionRig();
  await session.stop();
  await ended;
  assert(socket.isClosed);
});

eachWay("StreamSession.close() ends it at once, twice too; a later reply goes nowhere", async () => {
  const { socket, server, session, ended, counters, deadlines } = sessionRig();
  server.isWaiting = true;
  socket.deliverMessages(queryFor(1));
  await settled();
  session.close();
  session.close();
  await server.answer(0);
  await ended;
  assertEquals([socket.isClosed, socket.writes, counters.unsendable, deadlines.size], [true, [], 0, 0]);
});
