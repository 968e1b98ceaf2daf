import { assertEquals } from "@std/assert";
import { GROWTH_TABLES, type Step, UPSTREAMS_MAX } from "./growth_tables.ts";

for (const { name, steps } of GROWTH_TABLES) {
  Deno.test(`GROWTH_TABLES: every row of ${name} has a label of its own`, () => {
    assertEquals(new Set(steps.map(({ label }) => label)).size, steps.length);
  });
}

for (
  const [name, grown] of [
    ["names", ["nameCount"]],
    ["clients", ["clients", "inFlight", "inTurns"]],
    ["upstreams", ["upstreamCount", "flags"]],
  ] as const
) {
  Deno.test(`GROWTH_TABLES: the rows of ${name} differ in nothing but ${grown.join(", ")}`, () => {
    const { steps } = GROWTH_TABLES.find((table) => table.name === name)!;
    const [first] = steps as [Step];
    const differing = Object.keys(first).filter((key) => {
      return steps.some((step) => `${step[key as keyof Step]}` !== `${first[key as keyof Step]}`);
    });
    assertEquals(differing.toSorted(), [...grown, "label"].toSorted());
  });
}

Deno.test("GROWTH_TABLES: no row has more than UPSTREAMS_MAX upstreams, and one has as many", () => {
  const counts = GROWTH_TABLES.flatMap(({ steps }) => steps.map(({ upstreamCount }) => upstreamCount));
  assertEquals(Math.max(...counts), UPSTREAMS_MAX);
});
