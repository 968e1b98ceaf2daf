import { assert, assertEquals } from "@std/assert";
import { LIST_FATES, liveWithLists } from "./simulation/list_life.ts";

/** `deno task simulate --lists` runs as many as one likes. */
const SEED_COUNT = 40;

const met = new Map<string, number>();

Deno.test(`simulation of lists that are kept: ${SEED_COUNT} seeds, and all that may become of a text`, async () => {
  for (let seed = 1; seed <= SEED_COUNT; seed++) {
    const { faults, counts } = await liveWithLists(seed);
    assertEquals(faults, [], `Replay it: deno task simulate --lists --seeds 1 --from ${seed}`);
    for (const [name, count] of counts) met.set(name, (met.get(name) ?? 0) + count);
  }
  const wanted = ["killed", "begun again", ...LIST_FATES.map((fate) => `server ${fate}`)];
  assertEquals(wanted.filter((name) => !met.has(name)), []);
});

Deno.test("simulation of lists that are kept: it is seen when something else is blocked than what is to be believed", async () => {
  for (const isBelieved of [() => true, () => false, (names: readonly string[]) => names.length > 3]) {
    let faults: readonly string[] = [];
    for (let seed = 1; seed <= 20 && faults.length === 0; seed++) {
      faults = (await liveWithLists(seed, isBelieved)).faults;
    }
    assert(faults.some((text) => / is (not )?blocked$/.test(text)), `${isBelieved}`);
  }
});
