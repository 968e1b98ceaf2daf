import { assertEquals } from "@std/assert";
import { Counters, formatCounters } from "../../lib/observe/counters.ts";

Deno.test("Counters start at zero", () => {
  assertEquals([...new Set(Object.values(new Counters()))], [0]);
});

Deno.test("formatCounters() names what has happened, on one line", () => {
  const counters = new Counters();
  assertEquals(formatCounters(counters), "nothing happened");
  counters.upstreamLate = 2;
  counters.received++;
  assertEquals(formatCounters(counters), "received=1 upstreamLate=2");
});
