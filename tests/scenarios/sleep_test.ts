import { assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { RCODE } from "../../lib/wire/iana.ts";
import { lines, question } from "../support/messages.ts";
import { Scene } from "../support/scene.ts";

const ANSWER = ["example.org. 300 IN A 192.0.2.1"];

for (const [sends, awakeMs] of [[1, 100], [3, 1500]] as const) {
  Deno.test(`a query asked ${awakeMs} ms before the machine falls asleep is asked again when it is awake, and answered; sends before: ${sends}`, async () => {
    const scene = new Scene();
    // What is on its way is lost.
    scene.upstream.onQuery = () => {};
    // The machine is looked at once a second.
    await scene.pass(900 - awakeMs % 1000);
    const client = scene.client();
    const startMs = scene.nowMs;
    client.ask([question("example.org")]);
    await scene.pass(awakeMs);
    assertEquals(scene.upstream.queries.length, sends);
    scene.world.sleptMs = 3_600_000;
    scene.upstream.revive();
    await scene.settle();
    assertEquals(lines(client.reply.message.answers), ANSWER);
    assertLessOrEqual(client.reply.atMs - startMs, 2000);
    assertEquals(scene.app.held.deadlines, 0);
  });
}

Deno.test("a query asked before a sleep gets SERVFAIL after its time awake, if nobody answers then either", async () => {
  const scene = new Scene();
  scene.upstream.onQuery = () => {};
  const client = scene.client();
  const startMs = scene.nowMs;
  client.ask([question("example.org")]);
  await scene.pass(100);
  scene.world.sleptMs = 3_600_000;
  await scene.settle();
  assertEquals(client.reply.message.rcode, RCODE.SERVFAIL);
  const tookMs = client.reply.atMs - startMs;
  assertGreaterOrEqual(tookMs, 2000);
  assertLessOrEqual(tookMs, 2010);
});

Deno.test("a sleep closes no connection of a client that has just asked on it", async () => {
  const scene = new Scene();
  const client = await scene.streamClient();
  client.ask([question("example.org")]);
  await scene.pass(100);
  scene.world.sleptMs = 3_600_000;
  await scene.pass(2000);
  client.ask([question("example.org")], { id: 2 });
  await scene.pass(100);
  assertEquals(client.replies.map(({ message }) => lines(message.answers)), [ANSWER, ANSWER]);
  await scene.settle();
});
