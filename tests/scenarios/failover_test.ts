import { assertEquals, assertGreaterOrEqual, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { readExtendedError } from "../../lib/wire/edns/edns.ts";
import { EDE, RCODE } from "../../lib/wire/iana.ts";
import { encode, type Message } from "../../lib/wire/message.ts";
import { ednsOf, lines, opt, question } from "../support/messages.ts";
import { type ReceivedQuery, Scene } from "../support/scene.ts";
import type { SceneUpstream } from "../support/scene_upstream.ts";

const ANSWER = ["example.org. 300 IN A 192.0.2.1"];

/** The query turned into a response without records. */
function emptyResponse({ message }: ReceivedQuery, fields: Partial<Message>) {
  return encode({ ...message, isResponse: true, additionals: [], ...fields });
}

/** What goes wrong at the preferred upstream, and how long clients wait for the other one's answer at most. */
const FAILURES: readonly {
  readonly name: string;
  readonly fail: (upstream: SceneUpstream, query: ReceivedQuery) => void;
  readonly delayMs: number;
}[] = [
  // Nothing has been measured yet: it is given 600 ms before it counts as silent.
  { name: "is silent", fail: () => {}, delayMs: 640 },
  ...(["SERVFAIL", "REFUSED", "FORMERR", "NOTIMP"] as const).map((name) => ({
    name: `says ${name}`,
    fail: (upstream: SceneUpstream, query: ReceivedQuery) => {
      upstream.reply(query, emptyResponse(query, { rcode: RCODE[name] }));
    },
    delayMs: 0,
  })),
  {
    name: "sends garbage",
    fail: (upstream, query) => upstream.reply(query, upstream.response(query).slice(0, -3)),
    delayMs: 640,
  },
  {
    name: "answers another question",
    fail: (upstream, query) => {
      upstream.reply(query, emptyResponse(query, { questions: [question("example.net")] }));
    },
    delayMs: 640,
  },
];

for (const { name, fail, delayMs } of FAILURES) {
  Deno.test(`when the preferred upstream ${name}, the next one's answer is used within ${delayMs} ms`, async () => {
    const scene = new Scene({ upstreamCount: 2 });
    scene.upstream.onQuery = (query) => fail(scene.upstream, query);
    const client = scene.client();
    const startMs = scene.nowMs;
    client.ask([question("example.org")]);
    await scene.settle();
    assertEquals(lines(client.reply.message.answers), ANSWER);
    assertLessOrEqual(client.reply.atMs - startMs, delayMs);
    assertLessOrEqual(scene.upstreams.reduce((sum, { queries }) => sum + queries.length, 0), 3);
  });
}

Deno.test("when a warm upstream dies, clients wait at most 150 ms for the next one", async () => {
  const scene = new Scene({ upstreamCount: 2 });
  for (const upstream of scene.upstreams) upstream.onQuery = (query) => upstream.answer(query, { afterMs: 10 });
  for (let i = 0; i < 100; i++) {
    scene.client().ask([question(`n${i}.example.org`)]);
    await scene.pass(20);
  }
  assertEquals(scene.upstreams[1]!.queries, []);
  scene.upstream.die();
  for (let i = 100; i < 150; i++) {
    const client = scene.client();
    const startMs = scene.nowMs;
    client.ask([question(`n${i}.example.org`)]);
    await scene.pass(200);
    assertEquals(client.reply.message.rcode, RCODE.NXDOMAIN);
    assertLessOrEqual(client.reply.atMs - startMs, 10 + 150);
  }
  await scene.settle();
});

Deno.test("a hedge goes out after the upstream's 95th percentile, not before, and the first answer wins", async () => {
  const scene = new Scene({ upstreamCount: 2 });
  const [first, second] = scene.upstreams;
  first!.onQuery = (query) => first!.answer(query, { afterMs: 80 });
  for (let i = 0; i < 100; i++) {
    scene.client().ask([question(`n${i}.example.org`)]);
    await scene.pass(100);
  }
  assertEquals(second!.queries, []);
  first!.onQuery = (query) => first!.answer(query, { afterMs: 500 });
  const client = scene.client();
  const startMs = scene.nowMs;
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals(lines(client.reply.message.answers), ANSWER);
  assertGreaterOrEqual(second!.queries[0]!.atMs - startMs, 80);
  assertLessOrEqual(client.reply.atMs - startMs, 100);
  assertEquals(scene.app.counters.upstreamHedges, 1);
});

Deno.test("an outage: one line when the upstream goes down, one when it is back, and probes in between", async () => {
  const scene = new Scene({ upstreamCount: 2 });
  const ask = async () => {
    const client = scene.client();
    client.ask([question("example.org")]);
    await scene.pass(1000);
    assertEquals(lines(client.reply.message.answers), ANSWER);
  };
  await ask();
  scene.upstream.die();
  for (let i = 0; i < 20; i++) await ask();
  scene.upstream.revive();
  // The pause between probes has grown to a few seconds by now.
  for (let i = 0; i < 20; i++) await ask();
  const told = scene.world.lines.filter((line) => line.includes("upstream 203.0.113.53:53"));
  assertEquals(told.length, 2);
  assertStringIncludes(told[0]!, "is down, 4 queries came to nothing");
  assertStringIncludes(told[1]!, "is back");
  // 20 s of outage: probes after 1, 2, 4, 8 s and so on, each a question that was asked anyway.
  assertLessOrEqual(scene.app.counters.upstreamProbes, 5);
  const secondCount = scene.upstreams[1]!.queries.length;
  await ask();
  assertEquals(scene.upstreams[1]!.queries.length, secondCount);
  await scene.settle();
  assertEquals(scene.app.held.deadlines, 0);
});

Deno.test("when every upstream refuses, the client is told whose refusal it gets", async () => {
  const scene = new Scene({ upstreamCount: 2 });
  for (const [i, rcode] of [RCODE.SERVFAIL, RCODE.REFUSED].entries()) {
    const upstream = scene.upstreams[i]!;
    upstream.onQuery = (query) => upstream.reply(query, emptyResponse(query, { rcode }));
  }
  const client = scene.client();
  client.ask([question("example.org")], { additionals: [opt()] });
  await scene.settle();
  const { message } = client.reply;
  const [error] = ednsOf(message)!.options.map(readExtendedError);
  assertEquals([message.rcode, error?.infoCode], [RCODE.SERVFAIL, EDE.NO_REACHABLE_AUTHORITY]);
  assertEquals(error?.text, "No upstream has an answer, 203.0.113.53:53 says SERVFAIL");
});

Deno.test("all silent: SERVFAIL and EDE 22 naming them at the deadline, three sends in all, and never silence", async () => {
  const scene = new Scene({ upstreamCount: 4 });
  for (const upstream of scene.upstreams) upstream.onQuery = () => {};
  const client = scene.client();
  const startMs = scene.nowMs;
  client.ask([question("example.org")], { additionals: [opt()] });
  await scene.settle();
  const { message, atMs } = client.reply;
  assertEquals(message.rcode, RCODE.SERVFAIL);
  assertLessOrEqual(atMs - startMs, 2010);
  assertEquals(ednsOf(message)!.options.map(readExtendedError), [{
    infoCode: EDE.NO_REACHABLE_AUTHORITY,
    text: "No reply from any of 203.0.113.53:53, 203.0.113.54:53, 203.0.113.55:53",
  }]);
  assertEquals(scene.upstreams.map(({ queries }) => queries.length), [1, 1, 1, 0]);
  assertEquals(scene.app.counters.upstreamTimeouts, 1);
});

Deno.test("all down for long: the best is tried anyway, and its first answer reaches the client", async () => {
  const scene = new Scene({ upstreamCount: 2 });
  for (const upstream of scene.upstreams) upstream.die();
  for (let i = 0; i < 10; i++) {
    scene.client().ask([question(`n${i}.example.org`)]);
    await scene.pass(2100);
  }
  scene.upstream.revive();
  const client = scene.client();
  const startMs = scene.nowMs;
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals(lines(client.reply.message.answers), ANSWER);
  assertEquals(client.reply.atMs, startMs);
});

Deno.test("one zone that an upstream refuses takes it from nobody else, and one that refuses everything is found out", async () => {
  const scene = new Scene({ upstreamCount: 2 });
  const [first, second] = scene.upstreams;
  const ask = async (name: string) => {
    scene.client().ask([question(name)]);
    await scene.pass(100);
  };
  first!.onQuery = (query) => first!.reply(query, emptyResponse(query, { rcode: RCODE.REFUSED }));
  for (let i = 0; i < 20; i++) await ask(`n${i % 5}.bad.example`);
  first!.onQuery = (query) => first!.answer(query);
  const secondCount = second!.queries.length;
  await ask("example.org");
  assertEquals([second!.queries.length, scene.world.lines.filter((line) => line.includes("is down"))], [
    secondCount,
    [],
  ]);
  first!.onQuery = (query) => first!.reply(query, emptyResponse(query, { rcode: RCODE.REFUSED }));
  for (let i = 0; i < 4; i++) await ask(`n${i}.example`);
  assertEquals(scene.world.lines.filter((line) => line.includes("is down")).length, 1);
  await scene.settle();
});
