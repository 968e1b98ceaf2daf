import { assert, assertEquals } from "@std/assert";
import { Client } from "../../../lib/resolver/client.ts";
import { RateLimit } from "../../../lib/server/admission/rate_limit.ts";
import { settableClock } from "../../support/serving.ts";

function setUp(questionsPerSecond: number) {
  const clock = settableClock(1000);
  const rateLimit = new RateLimit({ questionsPerSecond, clock });
  /** How many of `count` queries pass. */
  const passing = (hostname: string, count: number, questionCount = 1) => {
    const client = new Client(hostname, "udp");
    let passed = 0;
    for (let i = 0; i < count; i++) if (rateLimit.allows(client, questionCount)) passed++;
    return passed;
  };
  return { clock, rateLimit, passing };
}

Deno.test("RateLimit.allows() lets a second's worth pass at once, and the rate in the long run", () => {
  const { clock, passing } = setUp(100);
  assertEquals(passing("192.0.2.1", 150), 100);
  clock.set(1500);
  assertEquals(passing("192.0.2.1", 150), 50);
  clock.set(60_000);
  assertEquals(passing("192.0.2.1", 150), 100);
  for (let ms = 60_000; ms < 70_000; ms += 10) {
    clock.set(ms);
    passing("192.0.2.1", 3);
  }
  clock.set(71_000);
  assertEquals(passing("192.0.2.1", 150), 100);
});

Deno.test("RateLimit.allows() counts a /24 and a /56 as one, and others by themselves", () => {
  const { passing } = setUp(20);
  assertEquals([passing("192.0.2.1", 15), passing("192.0.2.2", 15)], [15, 5]);
  assertEquals(passing("192.0.3.1", 15), 15);
  assertEquals([passing("2001:db8::1", 15), passing("2001:db8:0:ff::1", 15)], [15, 5]);
  assertEquals(passing("2001:db8:0:100::1", 15), 15);
});

Deno.test("[2.1.3] RateLimit.allows() charges every question of a message", () => {
  const { clock, passing } = setUp(20);
  assertEquals(passing("192.0.2.1", 10, 8), 3);
  // 24 were taken out of 20: the debt is paid first.
  clock.set(1200);
  assertEquals(passing("192.0.2.1", 1), 0);
  clock.set(1250);
  assertEquals(passing("192.0.2.1", 5), 1);
});

Deno.test("RateLimit.allows() lets a burst of ten pass at any rate", () => {
  const { passing } = setUp(1);
  assertEquals(passing("192.0.2.1", 15), 10);
});

Deno.test("RateLimit.allows() forgets the network seen first when there are too many", () => {
  const { passing, rateLimit } = setUp(1);
  assertEquals(passing("192.0.2.1", 11), 10);
  for (let i = 0; i < 65_535; i++) assert(rateLimit.allows(new Client(`10.${i >> 8}.${i & 0xff}.1`, "udp"), 1));
  assertEquals(passing("192.0.2.1", 11), 0);
  assert(rateLimit.allows(new Client("203.0.113.1", "udp"), 1));
  assertEquals(passing("192.0.2.1", 11), 10);
});
