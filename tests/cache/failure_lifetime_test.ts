import { assertEquals } from "@std/assert";
import { failureLifetimeMs } from "../../lib/cache/failure_lifetime.ts";

Deno.test("failureLifetimeMs() is a second at first, doubles, and stops at 30 s [9520_01] [9520_02]", () => {
  assertEquals([1, 2, 3, 4, 5, 6, 7, 255, 1e6].map(failureLifetimeMs), [
    1_000,
    2_000,
    4_000,
    8_000,
    16_000,
    30_000,
    30_000,
    30_000,
    30_000,
  ]);
});
