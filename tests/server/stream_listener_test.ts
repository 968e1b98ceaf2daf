import { assert, assertEquals, assertMatch } from "@std/assert";
import { CONNECTIONS_MAX, CONNECTIONS_PER_CLIENT_MAX } from "../../lib/server/stream_listener.ts";
import { tcp } from "../support/fake_socket.ts";
import { FakeStream } from "../support/fake_stream.ts";
import { settled } from "../support/fake_time.ts";
import { listenerRig, queryFor, repliedIds } from "../support/stream_rig.ts";

const RETRY_MS = 100;

/** A connection of client number `client`, from a port of its own. */
function from(client: number, port = 40_000): FakeStream {
  return new FakeStream(tcp(`198.51.${client >> 8}.${client & 0xff}`, port));
}

Deno.test("[7766_01] StreamListener serves each connection by itself", async () => {
  const { socket, listener, counters, ended } = listenerRig();
  assertEquals(listener.address, socket.address);
  const [a, b] = [socket.connect(from(1)), socket.connect(from(2))];
  await settled();
  b.deliverMessages(queryFor(1));
  a.deliverMessages(queryFor(2), queryFor(3));
  await settled();
  assertEquals([repliedIds(a), repliedIds(b)], [[2, 3], [1]]);
  assertEquals([listener.sessionCount, counters.connections, counters.connectionsRefused], [2, 2, 0]);
  listener.close();
  await ended;
});

Deno.test("StreamListener forgets a connection that has ended", async () => {
  const { socket, listener, ended, deadlines, counters } = listenerRig();
  for (let i = 0; i < 3; i++) {
    const connection = socket.connect(from(1, 40_000 + i));
    await settled();
    connection.end();
    await settled();
  }
  assertEquals([listener.sessionCount, counters.connections, deadlines.size], [0, 3, 0]);
  listener.close();
  await ended;
});

Deno.test("[7766_05] StreamListener closes connections of a client that has 100 already, and takes those of others", async () => {
  const { socket, listener, ended, counters } = listenerRig();
  const greedy: FakeStream[] = [];
  for (let i = 0; i <= CONNECTIONS_PER_CLIENT_MAX; i++) greedy.push(socket.connect(from(1, 40_000 + i)));
  const other = socket.connect(from(2));
  // A hundred accepts in a row are a long chain of promises.
  for (let i = 0; i < 12; i++) await settled();
  assertEquals(greedy.map(({ isClosed }) => isClosed).indexOf(true), 100);
  assertEquals([other.isClosed, counters.connections, counters.connectionsRefused], [false, 101, 1]);
  greedy[0]!.end();
  await settled();
  const next = socket.connect(from(1, 50_000));
  await settled();
  assertEquals([next.isClosed, listener.sessionCount], [false, 101]);
  listener.close();
  await ended;
});

Deno.test("StreamListener closes connections beyond 500 in all, and takes more when one has ended", async () => {
  const { socket, listener, ended, counters } = listenerRig();
  const connections: FakeStream[] = [];
  for (let i = 0; i <= CONNECTIONS_MAX; i++) {
    connections.push(socket.connect(from(i)));
    await settled();
  }
  assertEquals([connections[499]!.isClosed, connections[500]!.isClosed], [false, true]);
  assertEquals([listener.sessionCount, counters.connectionsRefused], [500, 1]);
  connections[7]!.end();
  await settled();
  const next = socket.connect(from(501));
  await settled();
  assertEquals([next.isClosed, listener.sessionCount], [false, 500]);
  listener.close();
  await ended;
  assert(connections.every(({ isClosed }) => isClosed));
});

Deno.test("StreamListener tries on after a failed accept, not in a busy loop, and says so once", async () => {
  const { socket, listener, ended, lines, time } = listenerRig();
  for (let i = 0; i < 5; i++) socket.failAccept(new Error("Too many open files"));
  const connection = socket.connect();
  await settled();
  assertEquals([socket.isAccepting, lines.length], [false, 1]);
  assertMatch(
    lines[0]!,
    /error: Cannot accept connections on 127\.0\.0\.1:2053: Error: Too many open files; trying on/,
  );
  await time.passAndSettle(5 * RETRY_MS);
  connection.deliverMessages(queryFor(1));
  await settled();
  assertEquals([repliedIds(connection), lines.length], [[1], 1]);
  // A connection was taken in between: this is another trouble.
  socket.failAccept(new Error("Too many open files"));
  await settled();
  assertEquals(lines.length, 2);
  await time.passAndSettle(RETRY_MS);
  listener.close();
  await ended;
});

Deno.test("StreamListener.stop() takes no more connections, answers what was taken, then closes everything", async () => {
  const { socket, server, listener, ended, deadlines } = listenerRig();
  server.isWaiting = true;
  const [asking, idle] = [socket.connect(from(1)), socket.connect(from(2))];
  await settled();
  asking.deliverMessages(queryFor(1));
  await settled();
  let isStopped = false;
  const stopped = listener.stop().then(() => isStopped = true);
  await ended;
  assertEquals([socket.isClosed, idle.isClosed, asking.isClosed, isStopped], [true, true, false, false]);
  await server.answer(0);
  await stopped;
  await settled();
  assertEquals([repliedIds(asking), asking.isClosed, listener.sessionCount, deadlines.size], [[1], true, 0, 0]);
});

Deno.test("StreamListener.stop() leaves no connection open that was being accepted meanwhile", async () => {
  const { socket, listener, ended } = listenerRig();
  await settled();
  const connection = socket.connect();
  await listener.stop();
  await ended;
  await settled();
  assertEquals([connection.isClosed, listener.sessionCount], [true, 0]);
});

Deno.test("StreamListener.stop() while the accept rests after a failure ends the accepting", async () => {
  const { socket, listener, ended, time } = listenerRig();
  socket.failAccept(new Error("Too many open files"));
  await settled();
  await listener.stop();
  await time.passAndSettle(RETRY_MS);
  await ended;
  assertEquals([socket.isClosed, time.armedCount], [true, 0]);
});

Deno.test("StreamListener.close() closes everything at once, twice too, without a word", async () => {
  const { socket, server, listener, ended, deadlines, lines } = listenerRig();
  server.isWaiting = true;
  const connection = socket.connect();
  await settled();
  connection.deliverMessages(queryFor(1));
  await settled();
  listener.close();
  listener.close();
  await ended;
  assertEquals([socket.isClosed, connection.isClosed, deadlines.size, lines], [true, true, 0, []]);
  await server.answer(0);
  await settled();
  assertEquals(listener.sessionCount, 0);
});
