import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseCidr } from "../../../../lib/base/net/cidr.ts";
import type { PushedListenerWatcher, PushedStream } from "../../../../lib/base/sockets/pushed_stream.ts";
import { Log } from "../../../../lib/observe/log.ts";
import { Client } from "../../../../lib/resolver/client.ts";
import { Access } from "../../../../lib/server/admission/access.ts";
import { plainListen } from "../../../../lib/server/listen/listen.ts";
import { StreamLimit } from "../../../../lib/server/listen/stream/stream_limit.ts";
import { StreamListener } from "../../../../lib/server/listen/stream/stream_listener.ts";
import { StreamSession } from "../../../../lib/server/listen/stream/stream_session.ts";
import { FakePushedStream } from "../../../support/fake_pushed_stream.ts";
import { EVERYBODY } from "../../../support/serving.ts";
import { tcp } from "../../../support/fake_socket.ts";
import { FakeStream } from "../../../support/fake_stream.ts";
import { settled } from "../../../support/fake_time.ts";
import {
  CONNECTIONS_MAX,
  CONNECTIONS_PER_CLIENT_MAX,
  listenerRig,
  listenersRig,
  queryFor,
  repliedIds,
  sessionParts,
} from "../../../support/stream_rig.ts";

const RETRY_MS = 100;

/** A connection of client number `client`, from a port of its own. */
function from(client: number, port = 40_000): FakeStream {
  return new FakeStream(tcp(`198.51.${client >> 8}.${client & 0xff}`, port));
}

Deno.test("[7766_01] StreamListener serves each connection by itself", async () => {
  const { socket, listener, counters, ended } = listenerRig();
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

Deno.test("StreamListener shares its limits with the others: 500 connections and 100 of a client, wherever they come in", async () => {
  const { sockets, listeners, close, counters, lines } = listenersRig({ count: 3 });
  const connections: FakeStream[] = [];
  for (let i = 0; i <= CONNECTIONS_PER_CLIENT_MAX; i++) {
    connections.push(sockets[i % 3]!.connect(from(1, 40_000 + i)));
    await settled();
  }
  assertEquals(connections.map(({ isClosed }) => isClosed).indexOf(true), 100);
  for (let i = CONNECTIONS_PER_CLIENT_MAX; i <= CONNECTIONS_MAX; i++) {
    connections.push(sockets[i % 3]!.connect(from(2 + i)));
    await settled();
  }
  assertEquals([connections.at(-2)!.isClosed, connections.at(-1)!.isClosed], [false, true]);
  assertEquals(listeners.reduce((sum, { sessionCount }) => sum + sessionCount, 0), 500);
  assertEquals([counters.connections, counters.connectionsRefused], [500, 2]);
  assertEquals(lines, [
    "dns-forwarder: warn: closed a connection of 198.51.0.1, there are 100 in all and 100 of this client " +
    "(1 closed so far)",
  ]);
  await close();
});

Deno.test("[7766_13] StreamListener makes room for a client's next connection by ending the one that was idle longest", async () => {
  const { sockets: [socket], time, server, counters, close } = listenersRig();
  const connections: FakeStream[] = [];
  for (let i = 0; i < CONNECTIONS_PER_CLIENT_MAX; i++) connections.push(socket!.connect(from(1, 40_000 + i)));
  for (let i = 0; i < 12; i++) await settled();
  await time.passAndSettle(500);
  // The first has said something since, the second waits for an answer.
  connections[0]!.deliverMessages(queryFor(1));
  server.isWaiting = true;
  connections[1]!.deliverMessages(queryFor(2));
  await settled();
  await time.passAndSettle(999);
  const next = [socket!.connect(from(1, 50_000)), socket!.connect(from(1, 50_001))];
  await settled();
  assertEquals(next.map(({ isClosed }) => isClosed), [false, false]);
  assertEquals(connections.flatMap(({ isClosed }, i) => isClosed ? [i] : []), [2, 3]);
  assertEquals([counters.connectionsGivenUp, counters.connectionsRefused], [2, 0]);
  await close();
});

Deno.test("[7766_13] StreamListener ends idle connections of others when there are 500, and none that was idle for less than a second", async () => {
  const { sockets: [socket], time, counters, listeners: [listener], close } = listenersRig();
  const connections: FakeStream[] = [];
  for (let i = 0; i < CONNECTIONS_MAX; i++) {
    connections.push(socket!.connect(from(i)));
    await settled();
  }
  await time.passAndSettle(999);
  const early = socket!.connect(from(600));
  await settled();
  await time.passAndSettle(1);
  const next = socket!.connect(from(601));
  await settled();
  assertEquals([early.isClosed, next.isClosed, connections[0]!.isClosed, listener!.sessionCount], [
    true,
    false,
    true,
    500,
  ]);
  assertEquals([counters.connectionsGivenUp, counters.connectionsRefused], [1, 1]);
  await close();
});

Deno.test("StreamListener takes an IPv6 /64 for one client, and an IPv4 address for one however it is written", async () => {
  const { sockets: [socket], counters, close } = listenersRig();
  for (let i = 0; i <= CONNECTIONS_PER_CLIENT_MAX; i++) {
    socket!.connect(new FakeStream(tcp(`2001:db8::${i.toString(16)}`, 40_000)));
    socket!.connect(new FakeStream(tcp(i % 2 === 0 ? "192.0.2.1" : "::ffff:192.0.2.1", 40_000 + i)));
    await settled();
  }
  assertEquals([counters.connections, counters.connectionsRefused], [200, 2]);
  const other = socket!.connect(new FakeStream(tcp("2001:db8:0:1::1", 40_000)));
  await settled();
  assertEquals(other.isClosed, false);
  await close();
});

Deno.test("StreamListener gives all who may not ask as many connections as one client, so that others have room", async () => {
  const { sockets: [socket], lines, close } = listenersRig({ allowed: [parseCidr("192.0.2.0/24")] });
  const strangers: FakeStream[] = [];
  for (let i = 0; i <= CONNECTIONS_MAX; i++) {
    strangers.push(socket!.connect(from(i)));
    await settled();
  }
  assertEquals(strangers.filter(({ isClosed }) => !isClosed).length, 100);
  const allowed = socket!.connect(new FakeStream(tcp("192.0.2.1", 40_000)));
  await settled();
  assertEquals(allowed.isClosed, false);
  assertMatch(lines[0]!, /100 in all and 100 of clients outside of --allow \(1 closed so far\)$/);
  await close();
});

Deno.test("StreamListener tries on after a failed accept, not in a busy loop, and says so once a minute", async () => {
  const { socket, listener, ended, lines, time } = listenerRig();
  for (let i = 0; i < 5; i++) socket.failAccept(new Error("Too many open files"));
  const connection = socket.connect();
  await settled();
  assertEquals([socket.isAccepting, lines.length], [false, 1]);
  assertMatch(
    lines[0]!,
    /error: Cannot accept connections on 127\.0\.0\.1:2053: Error: Too many open files; trying on \(1 so far\)/,
  );
  await time.passAndSettle(5 * RETRY_MS);
  connection.deliverMessages(queryFor(1));
  await settled();
  assertEquals([repliedIds(connection), lines.length], [[1], 1]);
  // Whenever a connection ends, one is taken, and the next fails again: a line a minute says so, not one for each.
  for (let i = 0; i < 10; i++) {
    socket.failAccept(new Error("Too many open files"));
    socket.connect();
    await time.passAndSettle(RETRY_MS);
  }
  assertEquals(lines.length, 1);
  await time.passAndSettle(60_000);
  socket.failAccept(new Error("Too many open files"));
  await settled();
  assertMatch(lines[1]!, /Too many open files; trying on \(16 so far\)/);
  await time.passAndSettle(RETRY_MS);
  listener.close();
  await ended;
});

Deno.test("StreamListener rests after a failure of a socket that tells, which would tell of it again at once", async () => {
  const { options, time } = sessionParts();
  const watchers: PushedListenerWatcher[] = [];
  let watchingCount = 0;
  let isClosed = false;
  const socket = {
    watch: (watcher: PushedListenerWatcher) => {
      watchers.push(watcher);
      watchingCount++;
      return () => void watchingCount--;
    },
    close: () => isClosed = true,
  };
  const log = new Log({ level: "debug", writeLine: () => {} });
  const access = new Access(EVERYBODY);
  const limit = new StreamLimit({ access, connectionsMax: 10, clock: time, counters: options.counters, log });
  const listener = new StreamListener<PushedStream>({
    listen: plainListen(tcp("127.0.0.1", 2053)),
    socket,
    limit,
    clientOf: ({ peer }) => new Client(peer.hostname, "tcp"),
    sessionOf: (accepted) => new StreamSession({ ...options, ...accepted }),
    clock: time,
    timers: time,
    log,
  });
  await listener.run();
  watchers[0]!.onFailed(new Error("Too many open files"));
  assertEquals(watchingCount, 0);
  await time.passAndSettle(RETRY_MS);
  assertEquals([watchingCount, watchers.length], [1, 2]);
  const connection = new FakePushedStream();
  watchers[1]!.onConnection(connection);
  connection.deliverMessages(queryFor(1));
  await settled();
  assertEquals([repliedIds(connection), listener.sessionCount], [[1], 1]);
  watchers[1]!.onFailed(new Error("Too many open files"));
  listener.close();
  await time.passAndSettle(RETRY_MS);
  assertEquals([connection.isClosed, isClosed, watchers.length, listener.sessionCount], [true, true, 2, 0]);
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
