import { assertEquals } from "@std/assert";
import { Counters } from "../../../../lib/observe/counters.ts";
import { Log } from "../../../../lib/observe/log.ts";
import type { Query } from "../../../../lib/resolver/query.ts";
import { Pipeline } from "../../../../lib/server/pipeline.ts";
import { Server } from "../../../../lib/server/server.ts";
import { UdpListener } from "../../../../lib/server/listen/udp/udp_listener.ts";
import { decode } from "../../../../lib/wire/message.ts";
import { CheckedTurns } from "../../../support/checked_turns.ts";
import { FakeBatchSocket } from "../../../support/fake_batch.ts";
import { udp } from "../../../support/fake_socket.ts";
import { FakeTime, settled } from "../../../support/fake_time.ts";
import { opt, question, questionLines, record, wire } from "../../../support/messages.ts";
import { CLIENT_ADDRESS, responseTo, StubResolver } from "../../../support/resolving.ts";
import { policy } from "../../../support/serving.ts";

type Octets = Uint8Array<ArrayBuffer>;

const OTHER_CLIENT = udp("198.51.100.8", 40_001);

/** 16 octets each: their owner is a pointer to the question. */
const LARGE = Array.from({ length: 57 }, (_, i) => record(`large.example 9 IN A 192.0.2.${i}`));

/** A listener that runs. What asks for a name under `waits.example` waits until `answer` lets it. */
function setUp() {
  const socket = new FakeBatchSocket(udp("127.0.0.1", 2053));
  const time = new FakeTime();
  const counters = new Counters();
  const log = new Log({ level: "debug", writeLine: () => {} });
  const pending: [Query, PromiseWithResolvers<Octets>][] = [];
  const resolver = new StubResolver((query) => {
    const asked = questionLines(decode(query.wire).questions)[0]!;
    if (asked.includes("large.example")) return responseTo(query, { answers: LARGE });
    if (!asked.includes("waits.example")) return responseTo(query);
    const settle = Promise.withResolvers<Octets>();
    pending.push([query, settle]);
    return settle.promise;
  });
  const server = new Server({
    pipeline: new Pipeline({ admission: policy(), resolver, timeoutMs: 2000, recursionAvailable: true }),
    clock: time,
    counters,
    log,
  });
  const listener = new UdpListener({
    socket,
    server,
    clock: time,
    timers: time,
    turns: new CheckedTurns(),
    counters,
    log,
  });
  listener.run();
  const answerAll = () => {
    for (const [query, { resolve }] of pending.splice(0)) resolve(responseTo(query));
  };
  return { time, socket, batch: socket.batch, counters, listener, answerAll };
}

function queryFor(text: string, id: number): Uint8Array<ArrayBuffer> {
  return wire({ id, recursionDesired: true, questions: [question(text)] });
}

/** The IDs of what went out, and to whom. */
function sent({ sent }: FakeBatchSocket): unknown[] {
  return sent.map(({ octets, to }) => [decode(octets).id, to]);
}

Deno.test("UdpListener answers the datagram that wakes it and all that have come behind it with one flush", async () => {
  const { socket, batch, counters, listener } = setUp();
  batch.portions.push([[queryFor("b.example", 2), OTHER_CLIENT], [wire({ isResponse: true }), CLIENT_ADDRESS], [
    queryFor("c.example", 3),
    CLIENT_ADDRESS,
  ]]);
  socket.deliver(queryFor("a.example", 1), CLIENT_ADDRESS);
  await settled();
  assertEquals(sent(socket), [[1, CLIENT_ADDRESS], [2, OTHER_CLIENT], [3, CLIENT_ADDRESS]]);
  assertEquals(batch.flushes, [3]);
  assertEquals([counters.received, counters.replied, counters.ignored], [4, 3, 1]);
  listener.close();
});

Deno.test("UdpListener takes batches as long as there are any, each with its own flush, yet not for ever", async () => {
  const { socket, batch, listener } = setUp();
  const full = () => Array.from({ length: batch.size }, (_, i) => [queryFor("a.example", i), CLIENT_ADDRESS] as const);
  for (let i = 0; i < 18; i++) batch.portions.push(full().map(([octets, peer]) => [octets, peer]));
  socket.deliver(queryFor("a.example", 99), CLIENT_ADDRESS);
  await settled();
  // The one that has woken the listener leaves with the first batch.
  assertEquals(batch.flushes, [batch.size + 1, ...Array(15).fill(batch.size)]);
  assertEquals(batch.portions.length, 2);
  socket.deliver(queryFor("a.example", 99), CLIENT_ADDRESS);
  await settled();
  assertEquals(batch.portions.length, 0);
  listener.close();
});

Deno.test("UdpListener keeps the octets of queries that wait until their replies are made, and sends those together", async () => {
  const { socket, batch, listener, counters, answerAll } = setUp();
  batch.portions.push([[queryFor("b.waits.example", 2), OTHER_CLIENT], [queryFor("c.example", 3), CLIENT_ADDRESS]]);
  socket.deliver(queryFor("a.waits.example", 1), CLIENT_ADDRESS);
  await settled();
  batch.portions.push([[queryFor("d.waits.example", 4), CLIENT_ADDRESS]]);
  socket.deliver(queryFor("e.example", 5), CLIENT_ADDRESS);
  await settled();
  assertEquals(sent(socket), [[3, CLIENT_ADDRESS], [5, CLIENT_ADDRESS]]);
  assertEquals([batch.keptCount, batch.flushes], [2, [1, 1]]);
  answerAll();
  await settled();
  assertEquals(sent(socket).slice(2), [[1, CLIENT_ADDRESS], [2, OTHER_CLIENT], [4, CLIENT_ADDRESS]]);
  assertEquals([batch.keptCount, batch.flushes], [0, [1, 1, 3]]);
  assertEquals(counters.replied, 5);
  listener.close();
});

Deno.test("UdpListener counts replies of a batch that are lost", async () => {
  const { socket, batch, listener, counters } = setUp();
  batch.portions.push([[queryFor("b.example", 2), OTHER_CLIENT], [queryFor("c.example", 3), CLIENT_ADDRESS]]);
  batch.loseNext = 2;
  socket.deliver(queryFor("a.example", 1), CLIENT_ADDRESS);
  await settled();
  assertEquals([counters.replied, counters.unsendable], [1, 2]);
  listener.close();
});

Deno.test("[9715_06] UdpListener sends a reply again in fewer octets when it is too long for its way, and remembers that", async () => {
  const { socket, batch, listener, counters } = setUp();
  const ask = async (text: string, id: number, client = CLIENT_ADDRESS) => {
    const before = socket.sent.length;
    const query = { id, recursionDesired: true, questions: [question(text)], additionals: [opt()] };
    socket.deliver(wire(query), client);
    await settled();
    return socket.sent.slice(before).map(({ octets }) => {
      const { answers, isTruncated } = decode(octets);
      return [octets.length, answers.length, isTruncated];
    });
  };
  const large = [[954, 57, false]];
  assertEquals(await ask("large.example", 1), large);
  batch.widthOctets = 548;
  assertEquals(await ask("large.example", 2), [[42, 0, true]]);
  assertEquals([batch.flushes, counters.replied, counters.unsendable], [[1, 1, 1], 2, 0]);
  // The next one does not even try.
  assertEquals(await ask("large.example", 3), [[42, 0, true]]);
  assertEquals([batch.flushes, counters.replied, counters.unsendable], [[1, 1, 1, 1], 3, 0]);
  batch.widthOctets = Infinity;
  assertEquals(await ask("large.example", 4, OTHER_CLIENT), large);
  assertEquals(await ask("large.example", 5), [[42, 0, true]]);
  // What does not have even its question is lost.
  batch.widthOctets = 20;
  assertEquals(await ask("large.example", 6), []);
  assertEquals([counters.replied, counters.unsendable], [5, 1]);
  listener.close();
});

Deno.test("UdpListener.stop() sends what is still waited for before it closes, and counts what the system dropped", async () => {
  const { socket, batch, listener, counters, answerAll } = setUp();
  socket.deliver(queryFor("a.waits.example", 1), CLIENT_ADDRESS);
  await settled();
  batch.droppedCount = 7;
  const stopped = listener.stop();
  answerAll();
  await stopped;
  assertEquals([sent(socket), socket.isClosed, counters.replied, counters.dropped], [
    [[1, CLIENT_ADDRESS]],
    true,
    1,
    7,
  ]);
});

Deno.test("UdpListener.stop() leaves an address that is shared to the others, and answers what has come before", async () => {
  const { time, socket, batch, listener, answerAll } = setUp();
  socket.deliver(queryFor("a.waits.example", 1), CLIENT_ADDRESS);
  await settled();
  let hasLeft = false;
  const leave = () => {
    hasLeft = true;
    batch.portions.push([[queryFor("b.example", 2), CLIENT_ADDRESS], [queryFor("c.waits.example", 3), CLIENT_ADDRESS]]);
  };
  Object.assign(socket, { leave });
  const stopped = listener.stop();
  await time.passAndSettle(2);
  assertEquals([hasLeft, sent(socket), socket.isClosed], [true, [[2, CLIENT_ADDRESS]], false]);
  answerAll();
  await stopped;
  assertEquals([sent(socket), socket.isClosed], [
    [[2, CLIENT_ADDRESS], [1, CLIENT_ADDRESS], [3, CLIENT_ADDRESS]],
    true,
  ]);
});
