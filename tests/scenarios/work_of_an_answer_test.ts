import { assertEquals } from "@std/assert";
import { QuestionHash } from "../../lib/names/question_hash.ts";
import { cacheScene, tell } from "../support/cache_scene.ts";
import { recordZone } from "../support/record_zone.ts";

const ZONE = recordZone("example.org 300 IN A 192.0.2.1");

Deno.test("the QNAME of a query is hashed once, whether its answer comes from an upstream or from memory", async () => {
  const scene = cacheScene({ zone: ZONE });
  const cold = await countHashes(() => tell(scene, "example.org"));
  const hit = await countHashes(() => tell(scene, "example.org"));
  assertEquals([scene.app.counters.cacheMisses, scene.app.counters.cacheHits], [1, 1]);
  assertEquals({ cold, hit }, { cold: 1, hit: 1 });
  await scene.settle();
});

Deno.test("the QNAME of a query is hashed once, also when its name does not exist", async () => {
  const scene = cacheScene({ zone: ZONE });
  assertEquals(await countHashes(() => tell(scene, "nothing.example.org")), 1);
  assertEquals(await countHashes(() => tell(scene, "nothing.example.org")), 1);
  assertEquals(scene.app.counters.cacheNegativeHits, 1);
  await scene.settle();
});

/** How often a name was taken into a hash meanwhile. */
async function countHashes(run: () => Promise<unknown>): Promise<number> {
  const { absorb } = QuestionHash.prototype;
  let count = 0;
  QuestionHash.prototype.absorb = function (...args: Parameters<typeof absorb>) {
    count++;
    absorb.apply(this, args);
  };
  try {
    await run();
  } finally {
    QuestionHash.prototype.absorb = absorb;
  }
  return count;
}
