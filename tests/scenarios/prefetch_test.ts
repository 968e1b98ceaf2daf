import { assertEquals, assertLessOrEqual } from "@std/assert";
import { askedCount, assertRemembered, cacheScene, nowSays, tell } from "../support/cache_scene.ts";
import { question, records } from "../support/messages.ts";
import { recordZone } from "../support/record_zone.ts";
import type { Scene } from "../support/scene.ts";

const ZONE = recordZone("example.org 300 IN A 192.0.2.1", "two.example.org 300 IN A 192.0.2.2");
const FRESH = ["example.org. 300 IN A 192.0.2.1"];

Deno.test("an answer that is asked for often is refreshed in the last tenth of its life, once", async () => {
  const scene = cacheScene({ zone: ZONE, config: { prefetches: true } });
  // Prefetches are one in ten of the queries that go upstream.
  for (let i = 0; i < 20; i++) await tell(scene, `n${i}.example.org`, { passMs: 0 });
  await tell(scene, "example.org", { passMs: 0 });
  await tell(scene, "two.example.org", { passMs: 0 });
  await scene.pass(260_000);
  for (let i = 0; i < 5; i++) await assertRemembered(scene, "example.org");
  await scene.pass(15_000);
  const before = askedCount(scene);
  // Two clients are not often.
  for (let i = 0; i < 2; i++) await tell(scene, "two.example.org", { passMs: 0 });
  const told = await tell(scene, "example.org", { passMs: 0 });
  assertEquals([told.answers, told.waitedMs], [["example.org. 25 IN A 192.0.2.1"], 0]);
  assertEquals(askedCount(scene) - before, 1);
  assertEquals((await assertRemembered(scene, "example.org")).answers, ["example.org. 300 IN A 192.0.2.1"]);
  assertEquals(scene.app.counters.prefetches, 1);
  await scene.settle();
});

Deno.test("prefetches are at most one in ten of the queries that go upstream", async () => {
  const names = Array.from({ length: 40 }, (_, i) => `p${i}.example.org`);
  const zone = recordZone(...names.map((name) => `${name} 300 IN A 192.0.2.1`));
  const scene = cacheScene({ zone, config: { prefetches: true } });
  for (const name of names) await tell(scene, name, { passMs: 0 });
  await scene.pass(280_000);
  for (let i = 0; i < 5; i++) for (const name of names) await tell(scene, name, { passMs: 0 });
  assertEquals(scene.app.counters.prefetches, 4);
  await scene.settle();
});

/** A scene in which the next one who asks for example.org has it prefetched, 100 ms before it expires. */
async function aboutToExpire(options: Parameters<typeof cacheScene>[0] = {}): Promise<Scene> {
  const scene = cacheScene({ zone: ZONE, ...options, config: { prefetches: true, ...options.config } });
  for (let i = 0; i < 20; i++) await tell(scene, `n${i}.example.org`, { passMs: 0 });
  await tell(scene, "example.org", { passMs: 299_900 });
  for (let i = 0; i < 2; i++) await tell(scene, "example.org", { passMs: 0 });
  return scene;
}

Deno.test("who comes while a prefetch is under way and the old answer has expired waits for the new one [8767_01]", async () => {
  const scene = await aboutToExpire();
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 200 });
  await tell(scene, "example.org", { passMs: 150 });
  assertEquals(scene.app.counters.prefetches, 1);
  const before = askedCount(scene);
  const { answers, errors, waitedMs } = await tell(scene, "example.org");
  assertEquals([answers, errors, waitedMs, askedCount(scene) - before], [FRESH, [], 50, 0]);
  await scene.settle();
});

Deno.test("a prefetch that brings what may not be kept makes nothing stale [8767_01]", async () => {
  const scene = await aboutToExpire();
  nowSays(scene.upstream, { answers: records("example.org 0 IN A 192.0.2.77") });
  for (let i = 0; i < 3; i++) {
    const { answers, errors } = await tell(scene, "example.org", { passMs: 150 });
    assertEquals([answers, errors], [
      i === 0 ? ["example.org. 1 IN A 192.0.2.1"] : ["example.org. 0 IN A 192.0.2.77"],
      [],
    ]);
  }
  assertEquals(scene.app.counters.prefetches, 1);
  await scene.settle();
});

Deno.test("a prefetch that was refused because too much is in flight makes nothing stale [8767_01]", async () => {
  const scene = await aboutToExpire({ config: { maxInFlight: 1 } });
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 150 });
  scene.client().ask([question("two.example.org")]);
  await scene.pass(0);
  await tell(scene, "example.org", { passMs: 160 });
  assertEquals(scene.app.counters.prefetches, 1);
  const { answers, errors, waitedMs } = await tell(scene, "example.org");
  assertEquals([answers, errors, waitedMs], [FRESH, [], 150]);
  await scene.settle();
});

Deno.test("prefetches are one in ten of the upstreams' queries also when each question is sent twice", async () => {
  const names = Array.from({ length: 40 }, (_, i) => `p${i}.example.org`);
  const zone = recordZone(...names.map((name) => `${name} 300 IN A 192.0.2.1`));
  const scene = cacheScene({ zone, upstreamCount: 2, config: { prefetches: true, strategy: "parallel" } });
  for (const name of names) await tell(scene, name, { passMs: 0 });
  await scene.pass(280_000);
  const before = askedCount(scene);
  for (let i = 0; i < 5; i++) for (const name of names) await tell(scene, name, { passMs: 0 });
  const prefetched = askedCount(scene) - before;
  assertEquals([before, scene.app.counters.prefetches], [80, 4]);
  assertLessOrEqual(prefetched, 0.1 * askedCount(scene));
  await scene.settle();
});
