import { assert, assertEquals } from "@std/assert";
import { BACKOFF_MAX_MS, BACKOFF_MIN_MS, Breaker } from "../../../lib/upstream/health/breaker.ts";
import { FAILURES_TO_OPEN } from "../../../lib/upstream/health/outage_evidence.ts";
import { requestFor } from "../../support/upstream_rig.ts";

/** A query that could not be sent. */
const FAILURE = { how: "noReply", questionOctets: requestFor("example.org").questionOctets } as const;

/** A breaker that has opened at `nowMs`. */
function opened(nowMs = 0): Breaker {
  const breaker = new Breaker();
  for (let i = 0; i < FAILURES_TO_OPEN; i++) breaker.failed(FAILURE, nowMs);
  assertEquals(breaker.state, "open");
  return breaker;
}

Deno.test("Breaker begins closed, without failures, and has nothing to probe", () => {
  const breaker = new Breaker();
  assertEquals([breaker.state, breaker.isClosed, breaker.hasFailures], ["closed", true, false]);
  assert(!breaker.beginProbe(1e9));
});

Deno.test("Breaker opens with the fourth failure in a row, and tells so once", () => {
  const breaker = new Breaker();
  const told = Array.from({ length: 6 }, () => [breaker.failed(FAILURE, 0), breaker.isClosed]);
  assertEquals(told, [[null, true], [null, true], [null, true], ["opened", false], [null, false], [null, false]]);
  assertEquals([FAILURES_TO_OPEN, breaker.hasFailures], [4, true]);
});

Deno.test("Breaker begins to count anew with each success", () => {
  const breaker = new Breaker();
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < FAILURES_TO_OPEN - 1; i++) assertEquals(breaker.failed(FAILURE, 0), null);
    assert(breaker.hasFailures);
    assertEquals([breaker.succeeded(), breaker.hasFailures], [null, false]);
  }
  assertEquals(breaker.state, "closed");
});

Deno.test("Breaker.beginProbe() lets one probe through when the pause is over, and nobody else until its outcome", () => {
  const breaker = opened(500);
  assert(!breaker.beginProbe(500));
  assert(!breaker.beginProbe(500 + BACKOFF_MIN_MS - 1));
  assert(breaker.beginProbe(500 + BACKOFF_MIN_MS));
  assertEquals([breaker.state, breaker.isClosed], ["half-open", false]);
  for (const nowMs of [1500, 2500, 1e9]) assert(!breaker.beginProbe(nowMs));
});

Deno.test("Breaker closes when its probe succeeds, and tells so once", () => {
  const breaker = opened();
  assert(breaker.beginProbe(1000));
  assertEquals([breaker.succeeded(), breaker.state, breaker.hasFailures], ["closed", "closed", false]);
  assertEquals(breaker.succeeded(), null);
  // One failure more is one failure, as ever.
  assertEquals([breaker.failed(FAILURE, 1100), breaker.state], [null, "closed"]);
});

Deno.test("Breaker closes when somebody answers while it is open: a slow reply is a sign of life", () => {
  const breaker = opened();
  assertEquals([breaker.succeeded(), breaker.state], ["closed", "closed"]);
});

Deno.test("Breaker waits twice as long after each probe that fails, half a minute at most", () => {
  const breaker = opened();
  let nowMs = 0;
  const pausesMs: number[] = [];
  for (let i = 0; i < 8; i++) {
    let pauseMs = 0;
    while (!breaker.beginProbe(nowMs + pauseMs)) pauseMs += 500;
    pausesMs.push(pauseMs);
    nowMs += pauseMs;
    assertEquals([breaker.probeFailed(FAILURE, nowMs), breaker.state], [null, "open"]);
  }
  assertEquals(pausesMs, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  assertEquals([BACKOFF_MIN_MS, BACKOFF_MAX_MS], [1000, 30_000]);
});

Deno.test("Breaker forgets the long pause when the upstream has answered", () => {
  const breaker = opened();
  assert(breaker.beginProbe(1000));
  breaker.probeFailed(FAILURE, 1000);
  assert(breaker.beginProbe(3000));
  breaker.succeeded();
  for (let i = 0; i < FAILURES_TO_OPEN; i++) breaker.failed(FAILURE, 5000);
  assert(breaker.beginProbe(6000));
});

Deno.test("Breaker keeps its pause when queries from before it opened fail late", () => {
  const breaker = opened();
  for (const nowMs of [100, 500, 999]) assertEquals(breaker.failed(FAILURE, nowMs), null);
  assert(breaker.beginProbe(1000));
});

Deno.test("Breaker stays half-open when queries from before the probe fail: only the probe's own outcome decides", () => {
  const breaker = opened();
  assert(breaker.beginProbe(1000));
  for (const nowMs of [1001, 1500, 3000]) {
    assertEquals([breaker.failed(FAILURE, nowMs), breaker.state], [null, "half-open"]);
  }
  assertEquals([breaker.succeeded(), breaker.state, breaker.hasFailures], ["closed", "closed", false]);
});

Deno.test("Breaker takes a probe's failure for one of four when another query has been answered meanwhile", () => {
  const breaker = opened();
  assert(breaker.beginProbe(1000));
  breaker.succeeded();
  assertEquals([breaker.probeFailed(FAILURE, 1600), breaker.state, breaker.hasFailures], [null, "closed", true]);
});

Deno.test("Breaker.openSinceMs is when it opened, whatever probes come to, until the upstream answers", () => {
  const breaker = opened(500);
  assertEquals(breaker.openSinceMs, 500);
  assert(breaker.beginProbe(500 + BACKOFF_MIN_MS));
  assertEquals(breaker.openSinceMs, 500);
  breaker.probeFailed(FAILURE, 2000);
  assertEquals(breaker.openSinceMs, 500);
  breaker.untrusted({ kind: "name", text: "it is somebody else" }, 3000);
  assertEquals(breaker.openSinceMs, 500);
  breaker.succeeded();
  assertEquals(breaker.openSinceMs, null);
  for (let i = 0; i < FAILURES_TO_OPEN; i++) breaker.failed(FAILURE, 9000);
  assertEquals(breaker.openSinceMs, 9000);
});
