import { assertEquals } from "@std/assert";
import { NARROW_PATH_MS, NARROW_PATHS_MAX, NarrowPaths } from "../../../lib/server/reply/narrow_paths.ts";
import { settableClock } from "../../support/serving.ts";

Deno.test("[9715_06] NarrowPaths.octetsMax() is 512 for ten minutes for a client that was noted, else 1232", () => {
  const clock = settableClock();
  const paths = new NarrowPaths(clock);
  assertEquals(paths.octetsMax("192.0.2.1"), 1232);
  paths.note("192.0.2.1");
  assertEquals(["192.0.2.1", "192.0.2.2"].map((hostname) => paths.octetsMax(hostname)), [512, 1232]);
  clock.set(NARROW_PATH_MS - 1);
  assertEquals(paths.octetsMax("192.0.2.1"), 512);
  clock.set(NARROW_PATH_MS);
  assertEquals([paths.octetsMax("192.0.2.1"), NARROW_PATH_MS], [1232, 600_000]);
});

Deno.test("NarrowPaths keeps 1,024 clients; what was noted longest ago makes room", () => {
  const paths = new NarrowPaths(settableClock());
  const hostnames = Array.from({ length: NARROW_PATHS_MAX + 1 }, (_, i) => `198.18.${i >> 8}.${i & 0xff}`);
  for (const hostname of hostnames.slice(0, -1)) paths.note(hostname);
  // The first one is noted again, so that the second one is the oldest.
  paths.note(hostnames[0]!);
  paths.note(hostnames.at(-1)!);
  const forgotten = hostnames.filter((hostname) => paths.octetsMax(hostname) !== 512);
  assertEquals([NARROW_PATHS_MAX, forgotten], [1024, [hostnames[1]!]]);
});
