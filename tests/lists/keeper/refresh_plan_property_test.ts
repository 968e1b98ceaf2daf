import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Random } from "../../../lib/base/random/random.ts";
import { isGivenUp, refreshPauseMs, retryPauseMs } from "../../../lib/lists/keeper/refresh_plan.ts";
import { complaintOf } from "../../../lib/lists/keeper/judge.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const REFRESH_MS = fc.integer({ min: 60_000, max: 30 * 86_400_000 });

Deno.test("refreshPauseMs() is a tenth more or less, and not the same for all", () => {
  fc.assert(fc.property(REFRESH_MS, fc.integer(), (refreshMs, seed) => {
    const random = new Random(new SeededRandom(seed));
    const pauses = Array.from({ length: 20 }, () => refreshPauseMs(refreshMs, random));
    assert(pauses.every((pause) => pause >= 0.9 * refreshMs && pause <= 1.1 * refreshMs));
    assert(new Set(pauses).size > 10);
  }));
});

Deno.test("retryPauseMs() is never less than the server asks for, nor nothing, nor more than the usual pause without its asking", () => {
  const failures = fc.record({
    count: fc.integer({ min: 1, max: 1000 }),
    isFinal: fc.boolean(),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 86_400_000 })),
  });
  fc.assert(fc.property(REFRESH_MS, failures, fc.integer(), (refreshMs, how, seed) => {
    const pause = retryPauseMs(how, refreshMs, new Random(new SeededRandom(seed)));
    assert(pause >= Math.max(9_000, how.retryAfterMs ?? 0));
    assert(pause <= Math.max(1.1 * refreshMs, 66_000, how.retryAfterMs ?? 0));
    // Until it is told, another try follows within minutes.
    assert(isGivenUp(how) || pause <= 5 * 60_000);
  }));
});

Deno.test("complaintOf() has nothing against a list that is within its limits, and something against any other", () => {
  const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
  const limits = fc.record({ maxErrorsShare: share, minNames: fc.nat(100), maxShrinkShare: share });
  const counts = fc.record({ names: fc.nat(1000), lines: fc.nat(1000), bad: fc.nat(1000), firstBad: fc.constant([]) });
  fc.assert(fc.property(counts, fc.option(fc.nat(1000)), limits, (count, former, limit) => {
    const isWithin = count.bad <= count.lines * limit.maxErrorsShare && count.names >= limit.minNames &&
      (former === null || count.names >= former * (1 - limit.maxShrinkShare));
    assertEquals(complaintOf(count, former, limit) === null, isWithin);
  }));
});
