import { assert, assertEquals, assertGreaterOrEqual, assertMatch, assertStrictEquals, assertThrows } from "@std/assert";
import { AddressInUseError } from "../../../lib/base/runtime.ts";
import { settled } from "../../support/fake_time.ts";
import { question, wire } from "../../support/messages.ts";
import { echo, requestFor, UPSTREAM, upstreamRig } from "../../support/upstream_rig.ts";
import { exchangeOver } from "../../support/promised_query.ts";

const AGE_MAX_MS = 60_000;
const QUERIES_MAX = 2000;
const TOO_MANY_FILES = new Error("Too many open files");

/** Sends a query of the rig's from a socket of its pool. */
function ask({ datagram, time }: ReturnType<typeof upstreamRig>, deadlineMs = time.nowMs() + 2000) {
  const request = requestFor("example.org", 0, { deadlineMs });
  return exchangeOver(datagram, wire({ questions: [question("example.org")] }), request.questionOctets, request);
}

Deno.test("[5452_03] SocketPool binds each socket to a random port of its own, none below 1024", () => {
  const { pool, network } = upstreamRig({ size: 200 });
  for (let i = 0; i < 5000; i++) pool.pick();
  const ports = network.sockets.map(({ address }) => address.port);
  assertEquals([pool.openCount, new Set(ports).size], [200, 200]);
  assert(ports.every((port) => port >= 1024));
  // Far apart and in no order: neither a range of the kernel's nor one after the other.
  assertGreaterOrEqual(Math.max(...ports) - Math.min(...ports), 60_000);
  pool.close();
  assert(network.sockets.every(({ isClosed }) => isClosed));
});

Deno.test("SocketPool draws port and place from the random source: the ends of the range", () => {
  // Place 0, port 1024 + 0; place 1, port 1024 + 64511; 65535 is drawn again, for it would favour the low ports.
  const { pool, network } = upstreamRig({ script: [0, 0, 1, 65_535, 64_511] });
  pool.pick();
  pool.pick();
  assertEquals(network.sockets.map(({ address }) => address.port), [1024, 65_535]);
  pool.close();
});

Deno.test("SocketPool.pick() does not give the same socket twice in a row when told so", () => {
  const { pool } = upstreamRig();
  let socket = pool.pick();
  for (let i = 0; i < 50; i++) {
    const next = pool.pick(socket);
    assert(next !== socket);
    socket = next;
  }
  pool.close();
});

Deno.test("SocketPool.pick() gives the only socket again when there is no other", () => {
  const { pool } = upstreamRig({ size: 1 });
  const socket = pool.pick();
  assertStrictEquals(pool.pick(socket), socket);
  pool.close();
});

Deno.test("SocketPool tries another port when one is taken, and lets the kernel choose after eight", () => {
  const { pool, network } = upstreamRig({ size: 1 });
  const tried: number[] = [];
  network.refuse = ({ port }) => {
    tried.push(port);
    return port === 0 ? null : new AddressInUseError("taken");
  };
  pool.pick();
  assertEquals([tried.length, tried[8], new Set(tried).size], [9, 0, 9]);
  pool.close();
});

Deno.test("SocketPool.pick() serves with an open socket when no other can be opened", () => {
  const { pool, network } = upstreamRig({ size: 4 });
  const open = pool.pick();
  network.refuse = () => TOO_MANY_FILES;
  for (let i = 0; i < 20; i++) assertStrictEquals(pool.pick(), open);
  network.refuse = () => null;
  for (let i = 0; i < 50; i++) pool.pick();
  assertEquals(pool.openCount, 4);
  pool.close();
});

Deno.test("SocketPool.pick() serves with a replaced socket that is still open when no other can be opened", async () => {
  const rig = upstreamRig({ size: 1 });
  const { pool, network, time } = rig;
  await time.passAndSettle(AGE_MAX_MS - 1000);
  const old = pool.pick();
  await time.passAndSettle(AGE_MAX_MS - 100);
  const reply = ask(rig);
  await time.passAndSettle(200);
  network.refuse = () => TOO_MANY_FILES;
  assertStrictEquals(pool.pick(), old);
  assertEquals(pool.openCount, 1);
  network.sockets[0]!.deliver(echo(network.sockets[0]!), UPSTREAM);
  await reply;
  pool.close();
});

Deno.test("SocketPool.pick() throws what the operating system says when no socket is open", () => {
  const { pool, network } = upstreamRig();
  let tries = 0;
  network.refuse = () => {
    tries++;
    return TOO_MANY_FILES;
  };
  assertStrictEquals(assertThrows(() => pool.pick()), TOO_MANY_FILES);
  assertEquals([pool.openCount, tries], [0, 1]);
});

Deno.test("[5452_03] SocketPool replaces a socket after 2000 queries", async () => {
  const rig = upstreamRig({ size: 1 });
  const { pool, network } = rig;
  for (let i = 0; i < QUERIES_MAX; i++) {
    const reply = ask(rig);
    await Promise.resolve();
    const socket = network.sockets[0]!;
    socket.deliver(echo(socket), UPSTREAM);
    await reply;
  }
  assertEquals([network.sockets.length, network.sockets[0]!.sent.length], [1, QUERIES_MAX]);
  pool.pick();
  assertEquals([network.sockets.length, network.sockets[0]!.isClosed, pool.openCount], [2, true, 1]);
  pool.close();
});

Deno.test("[5452_03] SocketPool replaces a socket after a minute", async () => {
  const { pool, network, time } = upstreamRig({ size: 1 });
  pool.pick();
  await time.passAndSettle(AGE_MAX_MS - 1);
  pool.pick();
  assertEquals(network.sockets.length, 1);
  await time.passAndSettle(1);
  pool.pick();
  assertEquals([network.sockets.length, network.sockets[0]!.isClosed], [2, true]);
  pool.close();
});

Deno.test("SocketPool closes a replaced socket when its last reply has come, not before", async () => {
  const rig = upstreamRig({ size: 1 });
  const { pool, network, time } = rig;
  await time.passAndSettle(10);
  pool.pick();
  await time.passAndSettle(AGE_MAX_MS - 1);
  const reply = ask(rig);
  await time.passAndSettle(1);
  pool.pick();
  const [old] = network.sockets as [typeof network.sockets[0]];
  assertEquals([old.isClosed, pool.openCount], [false, 2]);
  old.deliver(echo(old), UPSTREAM);
  await reply;
  assertEquals([old.isClosed, pool.openCount], [true, 1]);
  pool.close();
});

Deno.test("SocketPool closes a replaced socket when its last query's ID has rested", async () => {
  const rig = upstreamRig({ size: 1 });
  const { pool, network, time } = rig;
  pool.pick();
  await time.passAndSettle(AGE_MAX_MS - 1);
  const failed = ask(rig, time.nowMs() + 100).then(() => {}, () => {});
  await time.passAndSettle(200);
  await failed;
  pool.pick();
  const states = () => network.sockets.map(({ isClosed }) => isClosed);
  assertEquals(states().slice(0, 1), [false]);
  await time.passAndSettle(1100);
  assertEquals([states()[0], states().at(-1), pool.openCount], [true, false, 1]);
  pool.close();
});

Deno.test("SocketPool replaces a socket that broke, and does not count it as open", async () => {
  const { pool, network } = upstreamRig({ size: 1 });
  const broken = pool.pick();
  network.sockets[0]!.failReceive(new Error("Connection reset"));
  await settled();
  assertEquals([broken.isClosed, pool.openCount], [true, 0]);
  assert(pool.pick() !== broken);
  assertEquals(pool.openCount, 1);
  pool.close();
});

Deno.test("SocketPool.close() fails the queries in flight, which open no socket afterwards", async () => {
  const { pool, upstreams, deadlines, network } = upstreamRig();
  const failed = upstreams.exchange(requestFor("example.org")).then(() => {}, (error) => error);
  await settled();
  pool.close();
  assertMatch(String(await failed), /No socket to ask 192.0.2.53:53 from/);
  assertEquals([network.sockets.map(({ isClosed }) => isClosed), pool.openCount], [[true], 0]);
  assertEquals(deadlines.size, 0);
});
