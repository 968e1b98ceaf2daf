import { assertEquals } from "@std/assert";
import { RecentGrowth } from "../../../lib/telemetry/alerts/recent_growth.ts";

Deno.test("RecentGrowth tells what has come in its span, and begins anew with a number that has fallen", () => {
  const growth = new RecentGrowth(100);
  const noted = [[10, 0], [12, 50], [20, 100], [20, 150], [20, 200], [21, 260], [3, 270], [5, 280]] as const;
  assertEquals(noted.map(([value, atMs]) => growth.note(value, atMs)), [0, 2, 10, 8, 0, 1, 0, 2]);
});
