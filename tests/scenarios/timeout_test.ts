import { assertEquals, assertGreaterOrEqual, assertLessOrEqual, assertNotEquals } from "@std/assert";
import { readExtendedError } from "../../lib/wire/edns/edns.ts";
import { EDE, RCODE } from "../../lib/wire/iana.ts";
import { ednsOf, lines, opt, question } from "../support/messages.ts";
import { Scene } from "../support/scene.ts";

/** Deadlines are kept in ticks of 10 ms. */
const TICK_MS = 10;

Deno.test("a silent upstream is asked three times, each time from another port, spread over the time [9520_04, 5452_03]", async () => {
  const scene = new Scene();
  scene.upstream.onQuery = () => {};
  const startMs = scene.nowMs;
  scene.client().ask([question("example.org")]);
  await scene.settle();
  const { queries } = scene.upstream;
  assertEquals(queries.length, 3);
  // It has never answered: 600 ms is what it is given, and what is left of the time is shared out.
  for (const [i, dueMs] of [0, 600, 1300].entries()) {
    assertGreaterOrEqual(queries[i]!.atMs - startMs, dueMs);
    assertLessOrEqual(queries[i]!.atMs - startMs, dueMs + i * TICK_MS);
  }
  for (const [i, query] of queries.slice(1).entries()) {
    assertNotEquals(query.peer.port, queries[i]!.peer.port);
    assertNotEquals(query.message.id, queries[i]!.message.id);
  }
});

Deno.test("a silent upstream: the client gets SERVFAIL at the deadline, with its question", async () => {
  const scene = new Scene();
  scene.upstream.fallSilent();
  const client = scene.client();
  const startMs = scene.nowMs;
  client.ask([question("eXample.org")]);
  await scene.settle();
  const { message, atMs } = client.reply;
  assertGreaterOrEqual(atMs - startMs, 2000);
  assertLessOrEqual(atMs - startMs, 2000 + TICK_MS);
  assertEquals(message.rcode, RCODE.SERVFAIL);
  assertEquals(message.questions, [question("eXample.org")]);
  assertEquals(message.additionals, []);
});

Deno.test("a silent upstream: a client that speaks EDNS is told why (EDE 22)", async () => {
  const scene = new Scene();
  scene.upstream.fallSilent();
  const client = scene.client();
  client.ask([question("example.org")], { additionals: [opt()] });
  await scene.settle();
  const { message } = client.reply;
  assertEquals(message.rcode, RCODE.SERVFAIL);
  assertEquals(ednsOf(message)!.options.map(readExtendedError), [
    { infoCode: EDE.NO_REACHABLE_AUTHORITY, text: "No reply from 203.0.113.53:53 in time" },
  ]);
});

Deno.test("a slow answer to the first query is used after the second has gone out", async () => {
  const scene = new Scene();
  scene.upstream.onQuery = (query) => {
    if (scene.upstream.queries.length === 1) scene.upstream.answer(query, { afterMs: 1200 });
  };
  const client = scene.client();
  const startMs = scene.nowMs;
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals(client.reply.atMs - startMs, 1200);
  assertEquals(lines(client.reply.message.answers), ["example.org. 300 IN A 192.0.2.1"]);
  assertEquals(scene.upstream.queries.length, 2);
});

Deno.test("a late reply reaches nobody who was told that there is none, and who asks the same meanwhile", async () => {
  const scene = new Scene({ config: { timeoutMs: 500 } });
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 600 });
  const first = scene.client();
  first.ask([question("example.org")]);
  await scene.pass(550);
  assertEquals(first.reply.message.rcode, RCODE.SERVFAIL);
  scene.upstream.onQuery = () => {};
  const second = scene.client();
  const secondMs = scene.nowMs;
  second.ask([question("example.org")]);
  await scene.settle();
  assertEquals(first.replies.length, 1);
  assertEquals([lines(second.reply.message.answers), second.reply.atMs - secondMs], [
    ["example.org. 300 IN A 192.0.2.1"],
    50,
  ]);
});

Deno.test("a query that comes twice is answered twice, each time to the end", async () => {
  const scene = new Scene();
  const client = scene.client();
  client.ask([question("example.org")]);
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals(client.replies.map(({ message }) => lines(message.answers)), [
    ["example.org. 300 IN A 192.0.2.1"],
    ["example.org. 300 IN A 192.0.2.1"],
  ]);
});

Deno.test("a hedge just before the deadline is followed by no send after it, and the reply is not late", async () => {
  const scene = new Scene({ upstreamCount: 2, config: { timeoutMs: 100 } });
  const { upstreams } = scene;
  // So that its 95th percentile is just below the timeout.
  upstreams[0]!.onQuery = (query) => upstreams[0]!.answer(query, { afterMs: 90 });
  for (let i = 0; i < 10; i++) {
    scene.client().ask([question("example.org")]);
    await scene.pass(200);
  }
  for (const upstream of upstreams) upstream.die();
  // One failure, and it is in trouble: hedges are no luxury then.
  scene.client().ask([question("example.org")]);
  await scene.pass(205);
  const sentBefore = upstreams.map(({ queries }) => queries.length);
  const client = scene.client();
  const startMs = scene.nowMs;
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals(upstreams.map(({ queries }, i) => queries.length - sentBefore[i]!), [1, 1]);
  assertLessOrEqual(client.reply.atMs - startMs, 100 + TICK_MS);
});
