import { assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { RCODE } from "../../lib/wire/iana.ts";
import { lines, question } from "../support/messages.ts";
import { recordZone } from "../support/record_zone.ts";
import { type ReceivedQuery, Scene, SERVICE } from "../support/scene.ts";

const ANSWER = ["example.org. 300 IN A 192.0.2.1"];

Deno.test("30 clients that ask the same at once get 30 answers out of one upstream query [5452_05]", async () => {
  const scene = new Scene();
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 500 });
  const clients = Array.from({ length: 30 }, () => scene.client());
  for (const [i, client] of clients.entries()) client.ask([question("example.org")], { id: i });
  await scene.settle();
  assertEquals(clients.map(({ reply }) => [reply.message.id, lines(reply.message.answers)]), [
    ...clients.map((_, i) => [i, ANSWER]),
  ]);
  assertEquals(scene.upstream.queries.length, 1);
});

Deno.test("400 different questions at an upstream of 0.5 s: 400 answers, at most 1.05 sends each", async () => {
  const zone = recordZone(...Array.from({ length: 400 }, (_, i) => `n${i}.example.org 300 IN A 192.0.2.1`));
  const scene = new Scene({ upstreamCount: 2, zone });
  for (const upstream of scene.upstreams) upstream.onQuery = (query) => upstream.answer(query, { afterMs: 500 });
  const clients = Array.from({ length: 400 }, () => scene.client());
  for (const [i, client] of clients.entries()) client.ask([question(`n${i}.example.org`)]);
  await scene.settle();
  assertEquals(clients.filter(({ reply }) => reply.message.answers.length !== 1), []);
  const sendCount = scene.upstreams.reduce((sum, { queries }) => sum + queries.length, 0);
  assertLessOrEqual(sendCount, 420);
});

Deno.test("overload: the newest of the greediest client are refused, the modest one is answered, one line tells", async () => {
  const scene = new Scene({ config: { maxInFlight: 20 } });
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 300 });
  const greedy = scene.client("198.51.100.7");
  const modest = scene.client("203.0.113.7");
  for (let i = 0; i < 50; i++) greedy.ask([question(`n${i}.example.org`)], { id: i });
  await scene.pass(10);
  for (let i = 0; i < 5; i++) modest.ask([question(`m${i}.example.org`)], { id: i });
  await scene.settle();
  assertEquals(modest.replies.map(({ message }) => message.rcode), new Array(5).fill(RCODE.NXDOMAIN));
  const refused = greedy.replies.filter(({ message }) => message.rcode === RCODE.REFUSED);
  assertEquals([greedy.replies.length, refused.length], [50, 35]);
  // The oldest of the greedy client's questions are kept.
  assertEquals(refused.some(({ message }) => message.id < 15), false);
  assertEquals(scene.world.lines.filter((line) => line.includes("--max-in-flight")).length, 1);
  assertEquals(scene.app.held.inFlight, 0);
});

Deno.test("what is answered locally is answered while the upstream hangs and nothing more may wait", async () => {
  const scene = new Scene({ config: { maxInFlight: 5 } });
  scene.upstream.onQuery = () => {};
  const waiting = scene.client();
  for (let i = 0; i < 20; i++) waiting.ask([question(`n${i}.example.org`)], { id: i });
  await scene.pass(10);
  const client = scene.client();
  client.ask([question("localhost")]);
  await scene.pass(0);
  assertEquals(lines(client.reply.message.answers).length, 1);
  await scene.settle();
});

Deno.test("an upstream that leads back here is found out, told of once, and left alone for a minute", async () => {
  const scene = new Scene();
  const peers = new Map<number, ReceivedQuery>();
  const { upstream } = scene;
  // A forwarder that has this program for its upstream.
  upstream.fallSilent();
  upstream.onQuery = (query) => {
    const { message, octets } = query;
    if (message.isResponse) return upstream.reply(peers.get(message.id)!, octets);
    peers.set(message.id, query);
    upstream.send(octets, SERVICE, { afterMs: 1 });
  };
  const first = scene.client();
  first.ask([question("example.org")]);
  await scene.pass(5000);
  assertEquals(first.reply.message.rcode, RCODE.SERVFAIL);
  const loopLines = scene.world.lines.filter((line) => line.includes("leads back to this program"));
  assertEquals(loopLines.length, 1);
  // Three sends of the question and one probe, with what came back for them.
  assertLessOrEqual(upstream.queries.length, 8);
  const sentCount = upstream.queries.length;
  const second = scene.client();
  const startMs = scene.nowMs;
  second.ask([question("example.org")]);
  await scene.pass(1000);
  assertEquals([second.reply.message.rcode, second.reply.atMs], [RCODE.SERVFAIL, startMs]);
  assertEquals(upstream.queries.length, sentCount);
  // The loop is mended.
  upstream.onQuery = (query) => upstream.answer(query);
  await scene.pass(60_000);
  const third = scene.client();
  third.ask([question("example.org")]);
  await scene.settle();
  assertEquals(lines(third.reply.message.answers), ANSWER);
  assertGreaterOrEqual(scene.nowMs, startMs);
});
