import { assertEquals } from "@std/assert";
import { cacheBothWays } from "./simulation/both_ways.ts";
import { liveWithCache } from "./simulation/cache_life.ts";

const SEED_COUNT = 60;

const met = new Map<string, number>();

Deno.test(`cache simulation: no answer is older than it may be, in hours of ${SEED_COUNT} seeds [1035_09, 8767_03, 9520_03]`, async () => {
  for (let seed = 1; seed <= SEED_COUNT; seed++) {
    const { faults, counts } = await liveWithCache(seed);
    const replay = `Replay it: deno task simulate --cache --seeds 1 --from ${seed}`;
    assertEquals(faults, [], `Seed ${seed} failed:\n${faults.join("\n")}\n${replay}\n`);
    for (const [what, count] of counts) met.set(what, (met.get(what) ?? 0) + count);
  }
});

Deno.test("cache simulation: those seeds meet all that can happen", () => {
  const wanted = ["fresh", "hit", "stale", "failure", "prefetch", "outage", "recovery", "slept"];
  assertEquals(wanted.filter((what) => (met.get(what) ?? 0) === 0), []);
});

Deno.test("cache simulation: hours of 10 seeds come to the same, octet for octet, with the usual way upstream and without", async () => {
  for (let seed = 7_810_000; seed < 7_810_010; seed++) {
    const { faults } = await cacheBothWays(seed);
    assertEquals(faults, [], `Replay it: deno task simulate --cache --both-ways --seeds 1 --from ${seed}`);
  }
});
