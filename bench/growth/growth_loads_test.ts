import { assertEquals } from "@std/assert";
import { growthLoads } from "./growth_loads.ts";
import { GROWTH_TABLES, type Step } from "./growth_tables.ts";
import { NameFiles, namesIn } from "../common/name_files.ts";

const [cached] = GROWTH_TABLES[0]!.steps as [Step];

/** The loads are files. */
const ignore = (["read", "write"] as const).some((name) => Deno.permissions.querySync({ name }).state !== "granted");

function test(fact: string, fn: () => void): void {
  Deno.test({ name: `${fact} (needs --allow-write)`, ignore, fn });
}

test("growthLoads() has every name put into the cache once, and then asked in another order", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const loads = growthLoads({ files: new NameFiles(folder), seconds: 3 }, cached);
    const [filling, warming] = loads.warmUp();
    assertEquals([filling!.seconds, warming!.seconds, loads.full().seconds], [null, 1, 3]);
    const filled = namesIn(filling!.file);
    const asked = namesIn(loads.full().file);
    assertEquals(new Set(filled).size, cached.nameCount);
    assertEquals(asked.toSorted(), filled.toSorted());
    assertEquals(asked.join() === filled.join(), false);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

test("growthLoads() asks no cold name twice", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const cold = { ...cached, isCached: false };
    const loads = growthLoads({ files: new NameFiles(folder), seconds: 2 }, cold);
    const all = [...loads.warmUp(), loads.full(), loads.atRate(50.5)];
    assertEquals(all.map(({ seconds }) => seconds), [null, null, null]);
    const names = all.map(({ file }) => namesIn(file));
    assertEquals(names.map(({ length }) => length), [10_000, cached.nameCount, 101]);
    assertEquals(new Set(names.flat()).size, 10_000 + cached.nameCount + 101);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
