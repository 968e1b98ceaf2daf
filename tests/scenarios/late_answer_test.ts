import { assert, assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { readExtendedError } from "../../lib/wire/edns/edns.ts";
import { EDE, RCODE } from "../../lib/wire/iana.ts";
import { encode } from "../../lib/wire/message.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { askedCount, cacheScene, tell } from "../support/cache_scene.ts";
import { tcp } from "../support/fake_socket.ts";
import { ednsOf, lines, opt, question } from "../support/messages.ts";
import { type ReceivedQuery, Scene, type SceneOptions } from "../support/scene.ts";

const ANSWER = ["example.org. 300 IN A 192.0.2.1"];
/** Deadlines are kept in ticks of 10 ms. */
const TICK_MS = 10;

/** A scene whose upstream takes `afterMs` for everything, 0: and is silent over TCP; with a cache unless told otherwise. */
function slowScene(afterMs: number, options: SceneOptions = {}): Scene {
  const scene = new Scene({ ...options, config: { cacheSizeMib: 1, ...options.config } });
  for (const upstream of scene.upstreams) {
    upstream.onQuery = (query) => upstream.answer(query, { afterMs });
    upstream.onStreamQuery = (query) => afterMs > 0 && upstream.answer(query, { afterMs });
  }
  return scene;
}

/** A client that asks for example.org now. */
function asker(scene: Scene) {
  const client = scene.client();
  const startMs = scene.nowMs;
  client.ask([question("example.org")], { additionals: [opt()] });
  return { client, startMs };
}

function errorsOf({ message }: { message: Parameters<typeof ednsOf>[0] }) {
  return ednsOf(message)!.options.map(readExtendedError).map((error) => error?.infoCode);
}

Deno.test("[9520_06] an answer that takes longer than --timeout gets through: to the next one who asks", async () => {
  const scene = slowScene(3000);
  const first = asker(scene);
  await scene.pass(2000 + TICK_MS);
  const sentCount = askedCount(scene);
  await scene.pass(1500);
  assertEquals(first.client.reply.message.rcode, RCODE.SERVFAIL);
  assertLessOrEqual(first.client.reply.atMs - first.startMs, 2000 + TICK_MS);
  const second = asker(scene);
  await scene.pass(0);
  assertEquals(lines(second.client.reply.message.answers), ANSWER);
  assertEquals(askedCount(scene), sentCount);
  await scene.settle();
  assertEquals([scene.app.counters.upstreamLate, scene.app.held.deadlines], [0, 0]);
});

Deno.test("[9520_03] who asks while a failure is kept and its exchange is open waits for that, and nothing is sent", async () => {
  const scene = slowScene(3000);
  asker(scene);
  await scene.pass(2500);
  const sentCount = askedCount(scene);
  const { client, startMs } = asker(scene);
  await scene.settle();
  assertEquals(lines(client.reply.message.answers), ANSWER);
  assertEquals([client.reply.atMs - startMs, askedCount(scene)], [500, sentCount]);
});

Deno.test("[9520_06] who has joined a question in flight waits until his own deadline, not the first one's", async () => {
  for (const [afterMs, rcode] of [[2100, RCODE.NOERROR], [20_000, RCODE.SERVFAIL]] as const) {
    const scene = slowScene(afterMs);
    const first = asker(scene);
    await scene.pass(500);
    const second = asker(scene);
    await scene.settle();
    assertEquals(first.client.reply.message.rcode, RCODE.SERVFAIL);
    assertLessOrEqual(first.client.reply.atMs - first.startMs, 2000 + TICK_MS);
    const { reply } = second.client;
    const tookMs = reply.atMs - second.startMs;
    assertEquals(reply.message.rcode, rcode);
    if (rcode === RCODE.NOERROR) assertEquals(tookMs, 1600);
    else assert(tookMs >= 2000 && tookMs <= 2000 + TICK_MS);
    assertEquals([scene.app.held.inFlight, scene.app.held.deadlines], [0, 0]);
  }
});

Deno.test("[9520_06] who has joined within the same tick is told at once, and no tick too late", async () => {
  const scene = slowScene(20_000);
  await scene.pass(TICK_MS - scene.nowMs % TICK_MS + 1);
  asker(scene);
  await scene.pass(1);
  const second = asker(scene);
  await scene.settle();
  assertLessOrEqual(second.client.reply.atMs - second.startMs, 2000 + TICK_MS);
});

Deno.test("while nobody answers anything, who has joined a question in flight is told of its failure with the first one", async () => {
  const scene = slowScene(20_000);
  for (let i = 0; i < 4; i++) scene.client().ask([question(`n${i}.example.org`)]);
  const first = asker(scene);
  await scene.pass(1500);
  const second = asker(scene);
  await scene.settle();
  assertEquals([second.client.reply.message.rcode, second.client.reply.atMs], [
    RCODE.SERVFAIL,
    first.client.reply.atMs,
  ]);
});

Deno.test("[9520_03] who waits for an open exchange gets the failure at his own deadline when nothing comes", async () => {
  const scene = slowScene(20_000);
  asker(scene);
  await scene.pass(2500);
  const sentCount = askedCount(scene);
  const { client, startMs } = asker(scene);
  await scene.settle();
  const { reply } = client;
  assertEquals([reply.message.rcode, errorsOf(reply)], [RCODE.SERVFAIL, [EDE.NO_REACHABLE_AUTHORITY]]);
  assertGreaterOrEqual(reply.atMs - startMs, 2000);
  assertLessOrEqual(reply.atMs - startMs, 2000 + TICK_MS);
  assertEquals(askedCount(scene), sentCount);
  const { inFlight, deadlines } = scene.app.held;
  assertEquals([inFlight, deadlines], [0, 0]);
});

Deno.test("[9520_03] while nobody answers anything, a kept failure is told at once, whatever is open", async () => {
  const scene = slowScene(20_000);
  for (let i = 0; i < 4; i++) scene.client().ask([question(`n${i}.example.org`)]);
  asker(scene);
  await scene.pass(2500);
  const { client, startMs } = asker(scene);
  await scene.pass(0);
  assertEquals([client.reply.atMs, errorsOf(client.reply)[0]], [startMs, EDE.CACHED_ERROR]);
  await scene.settle();
});

Deno.test("without a cache, who asks meanwhile gets the answer of the open exchange, or that of his own", async () => {
  const scene = slowScene(3000, { config: { cacheSizeMib: 0 } });
  asker(scene);
  await scene.pass(2500);
  const { client, startMs } = asker(scene);
  await scene.settle();
  assertEquals([lines(client.reply.message.answers), client.reply.atMs - startMs], [ANSWER, 500]);
  // The upstream was dead when the first one asked, and is back.
  const dead = new Scene();
  dead.upstream.die();
  asker(dead);
  await dead.pass(2500);
  dead.upstream.revive();
  const later = asker(dead);
  await dead.settle();
  assertEquals([lines(later.client.reply.message.answers), later.client.reply.atMs], [ANSWER, later.startMs]);
});

Deno.test("an open exchange does not keep anybody from asking anew when the failure is forgotten", async () => {
  const scene = cacheScene();
  scene.upstream.die();
  await tell(scene, "example.org", { passMs: 3500 });
  scene.upstream.revive();
  assertEquals((await tell(scene, "example.org", { passMs: 0 })).answers, ANSWER);
  await scene.settle();
});

Deno.test("[9520_06] an exchange stays open for ten seconds behind the deadline, no longer", async () => {
  for (const [afterMs, rcode] of [[11_900, RCODE.NOERROR], [12_100, RCODE.SERVFAIL]] as const) {
    const scene = slowScene(afterMs);
    // The first send alone is answered.
    scene.upstream.onQuery = (query) => {
      if (askedCount(scene) === 1) scene.upstream.answer(query, { afterMs });
    };
    scene.upstream.onStreamQuery = () => {};
    asker(scene);
    await scene.pass(12_300);
    scene.upstream.onQuery = () => {};
    const { client } = asker(scene);
    await scene.settle();
    assertEquals(client.reply.message.rcode, rcode);
    assertEquals(scene.app.counters.upstreamLate, rcode === RCODE.NOERROR ? 0 : 1);
  }
});

/** What comes behind the deadline in place of an answer; anything but an answer would have to be asked for again. */
const NO_ANSWERS: readonly [what: string, late: (scene: Scene, query: ReceivedQuery) => Uint8Array<ArrayBuffer>][] = [
  ["SERVFAIL", (_, { message }) => encode({ ...message, isResponse: true, rcode: RCODE.SERVFAIL })],
  ["FORMERR", (_, { message }) => encode({ ...message, isResponse: true, rcode: RCODE.FORMERR, additionals: [] })],
  ["a truncated reply", (_, { message }) => encode({ ...message, isResponse: true, isTruncated: true })],
  ["a denial in mixed case without a SOA", (_, { message }) => encode({ ...message, isResponse: true, rcode: 3 })],
  ["another's ID", (scene, query) => {
    const reply = scene.upstream.response(query);
    reply[0]! ^= 0xff;
    return reply;
  }],
];

for (const [what, late] of NO_ANSWERS) {
  Deno.test(`[5452_01] [9520_04] [9520_06] ${what} behind the deadline is no answer, and nothing is sent for it`, async () => {
    const scene = slowScene(0);
    scene.upstream.onQuery = (query) => {
      if (askedCount(scene) === 1) scene.upstream.reply(query, late(scene, query), { afterMs: 3000 });
    };
    const { client } = asker(scene);
    await scene.pass(2100);
    assertEquals(client.reply.message.rcode, RCODE.SERVFAIL);
    const sentCount = askedCount(scene);
    await scene.pass(850);
    const waiting = asker(scene);
    await scene.pass(3000);
    assertEquals(waiting.client.reply.message.rcode, RCODE.SERVFAIL);
    assertEquals(askedCount(scene), sentCount);
    await scene.settle();
    assertEquals(scene.app.held.deadlines, 0);
  });
}

Deno.test("[9520_02] a failure that comes late does not count a second time", async () => {
  const scene = slowScene(0);
  scene.upstream.onQuery = (query) => {
    scene.upstream.reply(query, encode({ ...query.message, isResponse: true, rcode: RCODE.SERVFAIL }), {
      afterMs: 2500,
    });
  };
  asker(scene);
  await scene.pass(2900);
  const before = askedCount(scene);
  await scene.pass(110);
  asker(scene);
  await scene.pass(0);
  assert(askedCount(scene) > before, "one second after the deadline it may be asked again");
  await scene.settle();
});

Deno.test("an answer that comes late over TCP, or from the second upstream, gets through as well", async () => {
  const overTcp = slowScene(3000, {
    config: { upstreams: [endpointAt(tcp("203.0.113.53", 53))] },
  });
  asker(overTcp);
  await overTcp.pass(3500);
  const first = asker(overTcp);
  await overTcp.pass(0);
  assertEquals(lines(first.client.reply.message.answers), ANSWER);
  await overTcp.settle();
  const two = slowScene(3000, { upstreamCount: 2 });
  two.upstream.onQuery = (query) => {
    two.upstream.reply(query, encode({ ...query.message, isResponse: true, rcode: RCODE.REFUSED }));
  };
  const { client } = asker(two);
  await two.pass(3500);
  assertEquals(client.reply.message.rcode, RCODE.REFUSED);
  const second = asker(two);
  await two.pass(0);
  assertEquals(lines(second.client.reply.message.answers), ANSWER);
  await two.settle();
});

Deno.test("a thousand exchanges stay open in an outage, and no more", async () => {
  const scene = slowScene(20_000);
  const client = scene.client();
  for (let i = 0; i < 1500; i++) client.ask([question(`n${i}.example.org`)], { id: i });
  await scene.pass(6100);
  // The IDs of those that were given up have rested for another timeout by now.
  assertEquals([client.replies.length, scene.app.held.deadlines >= 3000, scene.app.held.deadlines < 3200], [
    1500,
    true,
    true,
  ]);
  await scene.settle();
  assertEquals(scene.app.held.deadlines, 0);
});

Deno.test("a stop does not wait for exchanges that are open behind their deadlines", async () => {
  const scene = slowScene(3000);
  asker(scene);
  await scene.pass(2100);
  let isStopped = false;
  scene.app.stop().then(() => isStopped = true);
  await scene.pass(0);
  assertEquals([isStopped, scene.app.held.deadlines, scene.host.openSockets.length], [true, 0, 0]);
  await scene.settle();
});

Deno.test("a late answer takes the place of a stale one", async () => {
  const scene = cacheScene();
  await tell(scene, "example.org", { passMs: 301_000 });
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 3000 });
  scene.upstream.onStreamQuery = scene.upstream.onQuery;
  const stale = await tell(scene, "example.org", { passMs: 3500 });
  assert(stale.errors.includes(EDE.STALE_ANSWER));
  const fresh = await tell(scene, "example.org", { passMs: 0 });
  assertEquals([fresh.answers, fresh.errors], [ANSWER, []]);
  await scene.settle();
});

Deno.test("[9520_06] who has asked anew sends nothing more when the answer of the open exchange has come", async () => {
  for (const cacheSizeMib of [0, 1]) {
    const scene = slowScene(0, { config: { cacheSizeMib } });
    const { upstream } = scene;
    // The first send alone is answered.
    upstream.onQuery = (query) => askedCount(scene) === 1 && upstream.answer(query, { afterMs: 3500 });
    asker(scene);
    await scene.pass(3300);
    const { client, startMs } = asker(scene);
    await scene.pass(200);
    assertEquals([lines(client.reply.message.answers), client.reply.atMs - startMs], [ANSWER, 200]);
    const sentCount = askedCount(scene);
    await scene.settle();
    assertEquals([askedCount(scene), scene.app.held.inFlight, scene.app.held.deadlines], [sentCount, 0, 0]);
    assertEquals(scene.app.counters.upstreamTimeouts, 1);
  }
});
