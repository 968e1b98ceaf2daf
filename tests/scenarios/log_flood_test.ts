import { assert, assertLessOrEqual } from "@std/assert";
import { question } from "../support/messages.ts";
import { Scene } from "../support/scene.ts";
import { SeededRandom } from "../support/seeded_random.ts";

const MINUTES = 3;
const QUESTIONS_PER_SECOND = 20;

Deno.test("a path that loses four datagrams of five does not fill the log: two lines of an upstream, then one a minute", async () => {
  const scene = new Scene({ upstreamCount: 2 });
  const random = new SeededRandom("losses");
  for (const upstream of scene.upstreams) {
    upstream.onQuery = (query) => {
      if (random.chance(0.2)) upstream.answer(query, { afterMs: 10 });
    };
  }
  const before = scene.world.lines.length;
  const client = scene.client();
  for (let i = 0; i < 60 * MINUTES * QUESTIONS_PER_SECOND; i++) {
    client.ask([question(`a${i}.example.org`)]);
    await scene.pass(1000 / QUESTIONS_PER_SECOND);
  }
  const told = scene.world.lines.slice(before);
  assert(told.some((line) => /is (down|back) \(its state has changed [0-9]+ times\)/.test(line)), told.join("\n"));
  assertLessOrEqual(told.length, 2 * (2 + MINUTES), told.join("\n"));
  await scene.settle();
});
