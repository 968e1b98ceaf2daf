import { assertEquals } from "@std/assert";
import { RCODE } from "../../lib/wire/iana.ts";
import { lines, question } from "../support/messages.ts";
import { Scene } from "../support/scene.ts";

const ANSWER = ["example.org. 300 IN A 192.0.2.1"];

function assertNothingLeft(scene: Scene): void {
  assertEquals(scene.app.held, {
    inFlight: 0,
    deadlines: 0,
    upstreamSockets: 0,
    upstreamConnections: 0,
    connections: 0,
    connectionOctets: 0,
  });
  assertEquals(scene.host.openSockets, []);
  assertEquals(scene.world.time.timerCount, 0);
}

Deno.test("stop() answers what is in flight, takes nothing new, and resolves when all is closed", async () => {
  const scene = new Scene();
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 300 });
  const early = scene.client();
  early.ask([question("example.org")]);
  await scene.pass(100);
  let isStopped = false;
  scene.app.stop().then(() => isStopped = true);
  const late = scene.client();
  late.ask([question("example.org")]);
  await scene.pass(100);
  assertEquals(isStopped, false);
  assertEquals(scene.app.held.inFlight, 1);
  await scene.pass(150);
  assertEquals(isStopped, true);
  assertEquals(lines(early.reply.message.answers), ANSWER);
  assertEquals(late.replies, []);
  assertEquals(scene.upstream.queries.length, 1);
  assertNothingLeft(scene);
});

Deno.test("stop() waits for a silent upstream no longer than the deadline", async () => {
  const scene = new Scene();
  scene.upstream.fallSilent();
  const client = scene.client();
  client.ask([question("example.org"), question("example.net")]);
  await scene.pass(1);
  let isStopped = false;
  scene.app.stop().then(() => isStopped = true);
  await scene.pass(2010);
  assertEquals(isStopped, true);
  assertEquals(client.reply.message.rcode, RCODE.SERVFAIL);
  assertNothingLeft(scene);
});

Deno.test("stop() of an idle program resolves at once, twice as well", async () => {
  const scene = new Scene();
  let stopCount = 0;
  for (let i = 0; i < 2; i++) scene.app.stop().then(() => stopCount++);
  await scene.pass(0);
  assertEquals(stopCount, 2);
  assertNothingLeft(scene);
});

Deno.test("abort() closes everything while queries are in flight, and nothing opens again", async () => {
  const scene = new Scene();
  scene.upstream.onQuery = () => {};
  const client = scene.client();
  client.ask([question("example.org")]);
  await scene.pass(100);
  const openedBefore = scene.host.sockets.length;
  scene.app.abort();
  await scene.settle();
  assertEquals(client.replies, []);
  assertEquals(scene.host.sockets.length, openedBefore);
  assertNothingLeft(scene);
});
