import { assertEquals } from "@std/assert";
import { RecentPeak } from "../../../lib/base/time/recent_peak.ts";

Deno.test("RecentPeak keeps what is high for its span and at most twice as long", () => {
  const peak = new RecentPeak(100);
  assertEquals(peak.peak(0), 0);
  peak.note(5, 10);
  peak.note(3, 50);
  assertEquals([peak.peak(50), peak.peak(109), peak.peak(199)], [5, 5, 5]);
  assertEquals(peak.peak(230), 0);
  peak.note(2, 240);
  assertEquals([peak.peak(340), peak.peak(1000)], [2, 0]);
});
