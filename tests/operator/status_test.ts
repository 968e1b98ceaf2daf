import { assertEquals } from "@std/assert";
import { Counters } from "../../lib/observe/counters.ts";
import { sumStatus } from "../../lib/operator/sum_status.ts";
import { formatStatus } from "../../lib/operator/status.ts";
import type { UpstreamStatus } from "../../lib/upstream/health/upstream_status.ts";
import { NO_TRAFFIC } from "../../lib/upstream/health/upstream_traffic.ts";
import { NOTHING_COUNTED } from "../support/statuses.ts";

const UPSTREAM: UpstreamStatus = {
  name: "192.0.2.1:53",
  state: "up",
  smoothedMs: 12.34,
  percentile95Ms: 20,
  queryCount: 7,
  replyCount: 6,
  failureCount: 1,
  traffic: NO_TRAFFIC,
  isAskedWithoutEdns: false,
  isAskedWithoutCookies: false,
  isAskedInPlainCase: false,
  isAskedOverTcp: false,
  problem: null,
  isUnauthenticated: false,
};

Deno.test("formatStatus() tells all of a fresh program without a cache", () => {
  const counters = new Counters();
  assertEquals(
    formatStatus({
      runningMs: 59_999,
      inFlight: 0,
      lostLines: 0,
      pauses: [],
      listeners: [
        { name: "192.0.2.1:53", connections: 0 },
        { name: "tls://192.0.2.1:853", connections: 1 },
        { name: "https://192.0.2.1:443", connections: 12 },
      ],
      counters,
      ...NOTHING_COUNTED,
      cache: null,
      upstreams: [],
      groups: [],
    }),
    [
      "running for 59 s, 0 questions in flight",
      "listeners: 192.0.2.1:53, tls://192.0.2.1:853 (1 connection), https://192.0.2.1:443 (12 connections)",
      "clients: received=0 replied=0 ignored=0 prohibited=0 rateLimited=0 overloaded=0 postponed=0 unsendable=0 broken=0",
      "cache: off",
    ],
  );
});

Deno.test("formatStatus() tells the share of hits, the memory taken, and how each upstream is doing", () => {
  const counters = new Counters();
  Object.assign(counters, { cacheHits: 90, cacheMisses: 8, cacheStaleHits: 1, cacheFailureHits: 1, prefetches: 2 });
  const cache = { count: 5, usedOctets: 1_572_864, budgetOctets: 67_108_864, evictionCount: 3 };
  const down = { state: "down", downForMs: 300_000, smoothedMs: 0, failureCount: 3 };
  const traffic = { ...NO_TRAFFIC, failures: { timeout: 2, servfail: 1 } };
  const upstreams = [UPSTREAM, { ...UPSTREAM, name: "192.0.2.2:53", ...down, traffic }];
  const lines = formatStatus({
    runningMs: 7_261_000,
    inFlight: 4,
    lostLines: 0,
    pauses: [],
    counters,
    ...NOTHING_COUNTED,
    cache,
    upstreams,
    groups: [{ name: "default", upstreams: ["192.0.2.1:53", "192.0.2.2:53"], fallback: null }],
  });
  assertEquals(lines[0], "running for 2 h 1 min, 4 questions in flight");
  assertEquals(lines[1], "upstreams: 1 of 2 are up; 192.0.2.2:53 is down for 5 min");
  assertEquals(lines.slice(3), [
    "cache: hits=90 (90.0 %) misses=8 stale=1 negative=0 failures=1 prefetches=2 evictions=3 entries=5 " +
    "bytes=1572864 (1.5 of 64 MiB)",
    "upstream 192.0.2.1:53: up, answers in 12.3 ms, 95 % within 20.0 ms, sent=7 replies=6 failures=1",
    "upstream 192.0.2.2:53: down for 5 min, not measured yet, sent=7 replies=6 failures=3 (2 timeout, 1 servfail)",
  ]);
});

Deno.test("formatStatus() tells in what manner an upstream is asked that does not cope with the usual one", () => {
  const asked = (lessons: Partial<UpstreamStatus>) => {
    const upstreams = [{ ...UPSTREAM, ...lessons }];
    return formatStatus({
      runningMs: 0,
      inFlight: 0,
      lostLines: 0,
      pauses: [],
      counters: new Counters(),
      ...NOTHING_COUNTED,
      cache: null,
      upstreams,
      groups: [],
    })
      .at(-1)!
      .replace(/.* failures=1/, "");
  };
  assertEquals(asked({ isAskedWithoutEdns: true }), ", asked without EDNS");
  assertEquals(asked({ isAskedInPlainCase: true }), ", asked in plain letter case");
  assertEquals(asked({ isAskedWithoutCookies: true }), ", asked without cookies");
  assertEquals(asked({ isAskedOverTcp: true }), ", asked over TCP");
  assertEquals(asked({ isUnauthenticated: true }), ", NOT AUTHENTICATED");
  assertEquals(asked({ handshakeCount: 2 }), " handshakes=2 (285.7 per 1,000 queries)");
  assertEquals(asked({ handshakeCount: 0 }), " handshakes=0 (0.0 per 1,000 queries)");
  assertEquals(asked({ isAskedWithoutEdns: true, isAskedInPlainCase: true }).split(", ").length, 3);
});

Deno.test("formatStatus() tells how many lines the operator has not been told", () => {
  const status = {
    runningMs: 0,
    inFlight: 0,
    lostLines: 7,
    pauses: [],
    counters: new Counters(),
    ...NOTHING_COUNTED,
    cache: null,
    upstreams: [],
    groups: [],
  };
  assertEquals(formatStatus(status)[0], "running for 0 s, 0 questions in flight, 7 lines of the log lost");
});

Deno.test("formatStatus() tells which upstreams are asked together, where there are several groups", () => {
  const lines = formatStatus({
    runningMs: 0,
    inFlight: 0,
    lostLines: 0,
    pauses: [],
    counters: new Counters(),
    ...NOTHING_COUNTED,
    cache: null,
    upstreams: [UPSTREAM],
    groups: [
      { name: "default", upstreams: ["192.0.2.1:53", "192.0.2.2:53"], fallback: null },
      { name: "ad", upstreams: ["192.0.2.3:53"], fallback: "default" },
    ],
  });
  assertEquals(lines.slice(4, 6), [
    "group default: 192.0.2.1:53, 192.0.2.2:53",
    "group ad: 192.0.2.3:53, and then group default",
  ]);
});

Deno.test("formatStatus() says first how many upstreams are up, those left out that are asked where others are", () => {
  const line = (...upstreams: readonly Partial<UpstreamStatus>[]) => {
    return formatStatus({
      runningMs: 0,
      inFlight: 0,
      lostLines: 0,
      pauses: [],
      counters: new Counters(),
      ...NOTHING_COUNTED,
      cache: null,
      upstreams: upstreams.map((fields) => ({ ...UPSTREAM, ...fields })),
      groups: [],
    })[1]!;
  };
  assertEquals(line({}), "upstreams: the only one is up");
  assertEquals(line({}, {}, { isForBootstrap: true, state: "down" }), "upstreams: all 2 are up");
  assertEquals(
    line({}, { name: "a", state: "probing", downForMs: 3_600_000 }, {
      name: "b",
      state: "up (3), down (1)",
      downForMs: 9000,
    }),
    "upstreams: 1 of 3 are up; a is probing for 1 h 0 min; b is up (3), down (1) for 9 s",
  );
});

Deno.test("formatStatus() tells who looks on, and what they have lost", () => {
  const sinks = [{ name: "query-log", recordCount: 12, droppedCount: 0 }, {
    name: "page",
    recordCount: 7,
    droppedCount: 3,
  }];
  const lines = formatStatus({ ...sumStatus([]), sinks });
  assertEquals(lines.filter((line) => line.startsWith("shown")), [
    "shown or written down: query-log=12 page=7 (3 lost)",
  ]);
});
