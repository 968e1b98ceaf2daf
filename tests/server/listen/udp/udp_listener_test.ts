import { assertEquals, assertMatch } from "@std/assert";
import { Counters } from "../../../../lib/observe/counters.ts";
import { Log } from "../../../../lib/observe/log.ts";
import type { Query } from "../../../../lib/resolver/query.ts";
import { Pipeline } from "../../../../lib/server/pipeline.ts";
import { Server } from "../../../../lib/server/server.ts";
import { UdpListener } from "../../../../lib/server/listen/udp/udp_listener.ts";
import { RCODE } from "../../../../lib/wire/iana.ts";
import { decode } from "../../../../lib/wire/message.ts";
import { CheckedTurns } from "../../../support/checked_turns.ts";
import { FakeSocket, udp } from "../../../support/fake_socket.ts";
import { FakeTime, settled } from "../../../support/fake_time.ts";
import { question, questionLines, wire } from "../../../support/messages.ts";
import { CLIENT_ADDRESS, responseTo, StubResolver } from "../../../support/resolving.ts";
import { policy } from "../../../support/serving.ts";

type Octets = Uint8Array<ArrayBuffer>;

const OTHER_CLIENT = udp("198.51.100.8", 40_001);

/** A listener that runs. */
function setUp(answer: (query: Query) => Octets | Promise<Octets> = (query) => responseTo(query)) {
  const socket = new FakeSocket(udp("127.0.0.1", 2053));
  const time = new FakeTime();
  const counters = new Counters();
  const lines: string[] = [];
  const log = new Log({ level: "debug", writeLine: (line) => void lines.push(line) });
  const resolver = new StubResolver(answer);
  const server = new Server({
    pipeline: new Pipeline({ admission: policy(), resolver, timeoutMs: 2000, recursionAvailable: true }),
    clock: time,
    counters,
    log,
  });
  const turns = new CheckedTurns();
  const listener = new UdpListener({ socket, server, clock: time, timers: time, turns, counters, log });
  const ended = listener.run();
  return { socket, turns, server, time, counters, lines, resolver, listener, ended };
}

/** Like `setUp`, with a resolver that waits: `answer(i)` lets it answer the query `i`. */
function setUpWaiting() {
  const pending: PromiseWithResolvers<Octets>[] = [];
  const parts = setUp(() => {
    pending.push(Promise.withResolvers<Octets>());
    return pending.at(-1)!.promise;
  });
  const answer = async (i: number) => {
    pending[i]!.resolve(responseTo(parts.resolver.queries[i]!));
    await settled();
  };
  return { ...parts, answer };
}

function queryFor(text: string, id: number): Uint8Array<ArrayBuffer> {
  return wire({ id, recursionDesired: true, questions: [question(text)] });
}

/** What went out: ID and question of each reply, and to whom. */
function sent({ sent }: FakeSocket): unknown[] {
  return sent.map(({ octets, to }) => {
    const { id, questions } = decode(octets);
    return [id, ...questionLines(questions), to];
  });
}

Deno.test("[2181_04] [2181_05] UdpListener answers from the socket that the query came to, to whom it came from", async () => {
  const { socket, listener, counters, ended } = setUp();
  assertEquals(listener.address, socket.address);
  socket.deliver(queryFor("a.example", 1), CLIENT_ADDRESS);
  socket.deliver(queryFor("b.example", 2), OTHER_CLIENT);
  await settled();
  assertEquals(sent(socket), [[1, "a.example. IN A", CLIENT_ADDRESS], [2, "b.example. IN A", OTHER_CLIENT]]);
  assertEquals([counters.received, counters.replied], [2, 2]);
  listener.close();
  await ended;
});

Deno.test("UdpListener leaves a waiting query its octets, whatever comes in meanwhile, and answers in any order", async () => {
  const { socket, listener, resolver, answer } = setUpWaiting();
  const names = ["a.example", "bb.example", "c.example"];
  for (const [i, name] of names.entries()) socket.deliver(queryFor(name, i), i === 1 ? OTHER_CLIENT : CLIENT_ADDRESS);
  await settled();
  assertEquals(resolver.queries.map(({ wire }) => questionLines(decode(wire).questions)[0]), [
    "a.example. IN A",
    "bb.example. IN A",
    "c.example. IN A",
  ]);
  for (const i of [2, 0, 1]) await answer(i);
  assertEquals(sent(socket), [
    [2, "c.example. IN A", CLIENT_ADDRESS],
    [0, "a.example. IN A", CLIENT_ADDRESS],
    [1, "bb.example. IN A", OTHER_CLIENT],
  ]);
  listener.close();
});

Deno.test("UdpListener receives into as many buffers as have come together, and takes buffers back from queries that waited", async () => {
  const { socket, listener, answer } = setUpWaiting();
  const distinct = () => new Set(socket.buffers).size;
  // Silence and rejections wait for nothing. One buffer is for what comes next.
  for (let i = 0; i < 5; i++) {
    socket.deliver(wire({ isResponse: true }), CLIENT_ADDRESS);
    socket.deliver(wire({ opcode: 4 }), CLIENT_ADDRESS);
    await settled();
  }
  assertEquals([socket.buffers.length, distinct()], [11, 3]);
  // Three are waited for with their buffers, three have come in their places, and so it stays.
  const counts: number[] = [];
  for (let first = 0; first < 12; first += 3) {
    for (let i = first; i < first + 3; i++) socket.deliver(queryFor("a.example", i), CLIENT_ADDRESS);
    await settled();
    counts.push(distinct());
    for (let i = first; i < first + 3; i++) await answer(i);
  }
  assertEquals(counts, [4, 7, 7, 7]);
  listener.close();
});

Deno.test("[1035_12] UdpListener answers FORMERR to a datagram that is longer than its buffer and cut by it", async () => {
  const { socket, listener } = setUp();
  const long = { ...question("a.example"), ttl: 0, rdata: new Uint8Array(5000), type: 16 };
  socket.deliver(wire({ id: 9, questions: [question("a.example")], answers: [long] }), CLIENT_ADDRESS);
  await settled();
  assertEquals(socket.sent.map(({ octets }) => decode(octets).rcode), [RCODE.FORMERR]);
  listener.close();
});

Deno.test("UdpListener tries on after a failed receive, and not in a busy loop", async () => {
  const { socket, listener, time, lines } = setUp();
  socket.failReceive(new Error("Connection reset"));
  socket.deliver(queryFor("a.example", 1), CLIENT_ADDRESS);
  await settled();
  assertMatch(lines[0]!, /error: Cannot receive on 127\.0\.0\.1:2053: Error: Connection reset; trying on/);
  assertEquals([socket.sent.length, socket.buffers.length], [0, 1]);
  await time.passAndSettle(100);
  assertEquals(sent(socket), [[1, "a.example. IN A", CLIENT_ADDRESS]]);
  listener.close();
});

Deno.test("UdpListener tells of each burst as a turn, also of one in which something is thrown", async () => {
  const { socket, turns, time, listener, server, resolver } = setUp();
  for (let i = 0; i < 3; i++) socket.deliver(queryFor("a.example", i), CLIENT_ADDRESS);
  await settled();
  assertEquals([turns.count, resolver.queries.length], [1, 3]);
  const { handle } = server;
  server.handle = () => {
    throw new Error("a fault of ours");
  };
  socket.deliver(queryFor("b.example", 4), CLIENT_ADDRESS);
  await settled();
  server.handle = handle;
  await time.passAndSettle(100);
  // Turns check that the one before has ended.
  socket.deliver(queryFor("c.example", 5), CLIENT_ADDRESS);
  await settled();
  assertEquals([turns.count, resolver.queries.length], [3, 4]);
  listener.close();
});

Deno.test("UdpListener makes no promise of its own for what is answered at once", async () => {
  const { socket, listener } = setUp();
  const then = Object.getOwnPropertyDescriptor(Promise.prototype, "then")!;
  let thenCount = 0;
  const counting = function (this: Promise<unknown>, ...receivers: unknown[]) {
    thenCount++;
    return Reflect.apply(then.value, this, receivers);
  };
  Object.defineProperty(Promise.prototype, "then", { ...then, value: counting });
  try {
    for (let i = 0; i < 20; i++) socket.deliver(queryFor("a.example", i), CLIENT_ADDRESS);
    await settled();
  } finally {
    Object.defineProperty(Promise.prototype, "then", then);
  }
  assertEquals([socket.sent.length, thenCount], [20, 0]);
  listener.close();
});

Deno.test("UdpListener says once a minute that it cannot receive, also when it serves in between", async () => {
  const { socket, listener, time, lines } = setUp();
  for (let i = 0; i < 590; i++) {
    socket.failReceive(new Error("Connection reset"));
    await time.passAndSettle(100);
    socket.deliver(queryFor("a.example", 1), CLIENT_ADDRESS);
    await settled();
  }
  assertEquals(lines.length, 1);
  await time.passAndSettle(1000);
  socket.failReceive(new Error("Connection reset"));
  await time.passAndSettle(100);
  assertMatch(lines[1]!, /Cannot receive on .*: Error: Connection reset; trying on \(591 so far\)$/);
  listener.close();
});

Deno.test("UdpListener counts a reply that cannot be sent, and serves on", async () => {
  const { socket, listener, counters, lines } = setUp();
  socket.sendError = new Error("Network is unreachable");
  socket.deliver(queryFor("a.example", 1), CLIENT_ADDRESS);
  await settled();
  assertEquals([counters.unsendable, counters.replied], [1, 0]);
  assertMatch(lines[0]!, /debug: Cannot reply to 198\.51\.100\.7:40000: Error: Network is unreachable/);
  socket.sendError = null;
  socket.deliver(queryFor("b.example", 2), CLIENT_ADDRESS);
  await settled();
  assertEquals([counters.unsendable, counters.replied], [1, 1]);
  listener.close();
});

Deno.test("UdpListener.stop() takes no more queries, and waits for those that were taken", async () => {
  const { socket, listener, answer, resolver, ended } = setUpWaiting();
  socket.deliver(queryFor("a.example", 1), CLIENT_ADDRESS);
  socket.deliver(queryFor("b.example", 2), CLIENT_ADDRESS);
  await settled();
  let isStopped = false;
  const stopped = listener.stop().then(() => isStopped = true);
  socket.deliver(queryFor("late.example", 3), CLIENT_ADDRESS);
  await answer(1);
  assertEquals([isStopped, socket.isClosed, resolver.queries.length], [false, false, 2]);
  await answer(0);
  await stopped;
  await ended;
  assertEquals(sent(socket), [[2, "b.example. IN A", CLIENT_ADDRESS], [1, "a.example. IN A", CLIENT_ADDRESS]]);
  assertEquals(socket.isClosed, true);
});

Deno.test("UdpListener.stop() waits for nothing when nothing waits", async () => {
  const { socket, listener, ended } = setUp();
  await listener.stop();
  await ended;
  assertEquals(socket.isClosed, true);
});

Deno.test("UdpListener.close() ends the receiving without a word, twice too", async () => {
  const { socket, listener, ended, lines } = setUp();
  listener.close();
  listener.close();
  await ended;
  assertEquals([socket.isClosed, lines], [true, []]);
});
