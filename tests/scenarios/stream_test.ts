import { assertEquals, assertLessOrEqual } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { RCODE } from "../../lib/wire/iana.ts";
import { encode } from "../../lib/wire/message.ts";
import { toFrame } from "../../lib/wire/stream_frames.ts";
import { lines, opt, question, wire } from "../support/messages.ts";
import { recordZone } from "../support/record_zone.ts";
import { type ReceivedQuery, Scene } from "../support/scene.ts";

const ANSWER = ["example.org. 300 IN A 192.0.2.1"];

/** A response that could not have been sent by whoever was asked: the ID is another one. */
function forged({ message }: ReceivedQuery, id: number) {
  return encode({ ...message, id, isResponse: true, additionals: [] });
}

for (const edns of ["knows", "formerr"] as const) {
  Deno.test(`a flood of forged replies moves the question to TCP; the upstream's EDNS: ${edns} [5452_08]`, async () => {
    const scene = new Scene({ habits: { edns } });
    // What it knows of EDNS is learned before.
    for (const name of ["example.org", "example.net"]) {
      scene.client().ask([question(name)]);
      await scene.pass(100);
    }
    scene.upstream.onQuery = (query) => {
      for (let i = 1; i <= 200; i++) scene.upstream.reply(query, forged(query, (query.message.id + i) & 0xffff));
    };
    const client = scene.client();
    client.ask([question("example.org")]);
    await scene.settle();
    assertEquals(lines(client.reply.message.answers), ANSWER);
    assertEquals(scene.upstream.streamQueries.length, 1);
    assertEquals(scene.app.counters.upstreamFloods, 1);
  });
}

Deno.test("a truncated reply is fetched over TCP, on one connection for many, closed after ten idle seconds [7766_07]", async () => {
  const scene = new Scene({ habits: { truncates: true } });
  const clients = Array.from({ length: 20 }, () => scene.client());
  for (const [i, client] of clients.entries()) {
    client.ask([question("example.org"), question(`n${i}.example.org`)]);
    await scene.pass(1);
  }
  assertEquals(clients.map(({ reply }) => lines(reply.message.answers)), clients.map(() => ANSWER));
  assertEquals(new Set(scene.upstream.streamQueries.map(({ peer }) => peer.port)).size, 1);
  await scene.pass(9000);
  assertEquals([scene.host.openStreams.length, scene.app.held.upstreamConnections], [1, 1]);
  await scene.pass(1100);
  assertEquals([scene.host.openStreams.length, scene.app.held.upstreamConnections], [0, 0]);
});

Deno.test("a question whose reply was truncated goes to TCP at once next time, for five minutes [7766_08]", async () => {
  const scene = new Scene({ habits: { truncates: true } });
  const ask = async (text = "example.org") => {
    const client = scene.client();
    client.ask([question(text)]);
    await scene.pass(1);
    return lines(client.reply.message.answers);
  };
  for (const text of ["example.org", "Example.ORG", "example.org"]) {
    assertEquals((await ask(text)).map((line) => line.toLowerCase()), ANSWER.map((line) => line.toLowerCase()));
  }
  assertEquals([scene.upstream.queries.length, scene.upstream.streamQueries.length], [1, 3]);
  await scene.pass(5 * 60_000);
  assertEquals(await ask(), ANSWER);
  assertEquals([scene.upstream.queries.length, scene.upstream.streamQueries.length], [2, 4]);
  await scene.settle();
});

/** What becomes of queries over TCP, and after how long the client has the truncated reply. */
const TCP_FAULTS: readonly {
  readonly what: string;
  readonly onStreamQuery: (query: ReceivedQuery) => void;
  readonly withinMs: number;
  /** How often UDP is tried. */
  readonly tries: number;
  /** Queries over TCP for one exchange. */
  readonly sends: number;
}[] = [
  { what: "closes its connections", onStreamQuery: ({ stream }) => stream!.close(), withinMs: 10, tries: 1, sends: 1 },
  { what: "is silent", onStreamQuery: () => {}, withinMs: 2020, tries: 1, sends: 2 },
];

for (const { what, onStreamQuery, withinMs, tries, sends } of TCP_FAULTS) {
  Deno.test(`a question whose reply was truncated goes over UDP again when the upstream ${what} over TCP [7766_08, 9520_04]`, async () => {
    const scene = new Scene({ habits: { truncates: true } });
    scene.client().ask([question("example.org")]);
    await scene.pass(15_000);
    scene.upstream.onStreamQuery = onStreamQuery;
    const client = scene.client();
    const startMs = scene.nowMs;
    client.ask([question("example.org")]);
    await scene.settle();
    assertEquals([client.reply.message.isTruncated, client.reply.message.rcode], [true, RCODE.NOERROR]);
    assertLessOrEqual(client.reply.atMs - startMs, withinMs);
    // Over TCP at first, over UDP then, and once more over TCP for what did not fit.
    assertEquals([scene.upstream.queries.length, scene.upstream.streamQueries.length], [
      1 + tries,
      1 + (1 + tries) * sends,
    ]);
  });
}

Deno.test("a connection that breaks under its queries is made anew, once for all of them", async () => {
  const scene = new Scene({ habits: { truncates: true }, zone: NUMBERED });
  scene.client().ask([question("n0.example.org")]);
  await scene.pass(10);
  scene.upstream.onStreamQuery = ({ stream }) => {
    scene.upstream.onStreamQuery = (query) => scene.upstream.answer(query);
    stream!.reset();
  };
  const clients = Array.from({ length: 5 }, () => scene.client());
  for (const [i, client] of clients.entries()) client.ask([question(`n${i + 1}.example.org`)]);
  await scene.settle();
  assertEquals(clients.map(({ reply }) => reply.message.answers.length), [1, 1, 1, 1, 1]);
  assertEquals(new Set(scene.upstream.streamQueries.map(({ peer }) => peer.port)).size, 2);
});

const NUMBERED = recordZone(...Array.from({ length: 6 }, (_, i) => `n${i}.example.org 300 IN A 192.0.2.${i}`));

Deno.test("when the upstream has no TCP, what fitted is passed on, with TC", async () => {
  const scene = new Scene({ habits: { truncates: true } });
  scene.upstream.onStreamQuery = ({ stream }) => stream!.reset();
  const client = scene.client();
  client.ask([question("example.org")], { additionals: [opt()] });
  await scene.settle();
  const { isTruncated, rcode, answers } = client.reply.message;
  assertEquals([isTruncated, rcode, answers], [true, RCODE.NOERROR, []]);
});

Deno.test("a client's queries on one connection are answered as they are ready, in any order [7766_02, 7766_03]", async () => {
  const scene = new Scene();
  scene.upstream.onQuery = (query) => {
    scene.upstream.answer(query, { afterMs: 100 - 10 * scene.upstream.queries.length });
  };
  const client = await scene.streamClient();
  for (let i = 0; i < 5; i++) client.ask([question(`n${i}.example.org`)], { id: i });
  await scene.pass(200);
  assertEquals(client.replies.map(({ message }) => message.id), [4, 3, 2, 1, 0]);
  await scene.settle();
  assertEquals(scene.app.held.connections, 0);
});

Deno.test("octet by octet, and closed on its side at once: the client still gets its answer [7766_06]", async () => {
  const scene = new Scene();
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 300 });
  const client = await scene.streamClient();
  const frame = toFrame(wire({ id: 7, recursionDesired: true, questions: [question("example.org")] }));
  for (const octet of frame) {
    client.stream.send(Uint8Array.of(octet));
    await scene.pass(20);
  }
  client.stream.end();
  await scene.settle();
  assertEquals(lines(client.reply.message.answers), ANSWER);
});

Deno.test("a client that drips octets is cut off after ten seconds without a whole query [7766_05]", async () => {
  const scene = new Scene();
  const client = await scene.streamClient();
  const frame = toFrame(wire({ questions: [question("example.org")] }));
  const startMs = scene.nowMs;
  for (let i = 0; i < 20 && !client.stream.isClosed; i++) {
    client.stream.send(frame.slice(i, i + 1));
    await scene.pass(1000);
  }
  assertEquals(client.stream.isClosed, true);
  assertLessOrEqual(scene.nowMs - startMs, 11_000);
  assertEquals(scene.app.held.connections, 0);
});

Deno.test("a client that does not read holds nothing for longer than ten seconds, and nobody up", async () => {
  const scene = new Scene({
    zone: (asked) => ({
      rcode: RCODE.NOERROR,
      answers: Array.from({ length: 60 }, (_, i) => ({ ...asked, ttl: 60, rdata: Uint8Array.of(192, 0, 2, i) })),
      authorities: [],
      additionals: [],
      isTruncated: false,
      isAuthenticData: false,
    }),
  });
  const deaf = await scene.streamClient();
  deaf.stream.onOctets = null;
  const query = wire({ questions: [question("example.org")] });
  deaf.stream.send(concat(Array.from({ length: 500 }, () => toFrame(query))));
  await scene.pass(100);
  const client = await scene.streamClient();
  client.ask([question("example.org")]);
  await scene.pass(100);
  assertEquals(client.reply.message.answers.length, 60);
  await scene.pass(10_000);
  assertLessOrEqual(scene.app.held.connections, 1);
  await scene.settle();
  assertEquals(scene.app.held.connections, 0);
});
