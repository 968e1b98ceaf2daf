import type { ListenerStatus } from "../../lib/operator/status.ts";
import { assertEquals } from "@std/assert";
import { Counters } from "../../lib/observe/counters.ts";
import type { Status } from "../../lib/operator/status.ts";
import type { UpstreamStatus } from "../../lib/upstream/health/upstream_status.ts";
import { sumStatus } from "../../lib/operator/sum_status.ts";
import { NO_TRAFFIC } from "../../lib/upstream/health/upstream_traffic.ts";
import { NOTHING_COUNTED } from "../support/statuses.ts";

const UPSTREAM: UpstreamStatus = {
  name: "192.0.2.1:53",
  state: "up",
  smoothedMs: 10,
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

function status(counts: Partial<Counters>, upstream: Partial<UpstreamStatus>, others: Partial<Status> = {}): Status {
  return {
    runningMs: 1000,
    inFlight: 2,
    lostLines: 2,
    pauses: [],
    counters: Object.assign(new Counters(), counts),
    ...NOTHING_COUNTED,
    cache: { count: 5, usedOctets: 100, budgetOctets: 1000, evictionCount: 3 },
    upstreams: [{ ...UPSTREAM, ...upstream }],
    groups: [],
    ...others,
  };
}

Deno.test("sumStatus() adds up what is counted, and takes the longest time", () => {
  const total = sumStatus([
    status({ received: 1, cacheHits: 10 }, { queryCount: 1 }, { runningMs: 5000 }),
    status({ received: 2, dropped: 3 }, { queryCount: 2, replyCount: 0 }),
  ]);
  assertEquals(total, {
    runningMs: 5000,
    inFlight: 4,
    lostLines: 4,
    pauses: [],
    counters: Object.assign(new Counters(), { received: 3, cacheHits: 10, dropped: 3 }),
    ...NOTHING_COUNTED,
    cache: { count: 10, usedOctets: 200, budgetOctets: 2000, evictionCount: 6 },
    upstreams: [{ ...UPSTREAM, queryCount: 3, replyCount: 6, failureCount: 2 }],
    groups: [],
  });
});

Deno.test("sumStatus() takes the mean of the measured times and the longest of the slow ones", () => {
  const parts = [{ smoothedMs: 10, percentile95Ms: 5 }, { smoothedMs: 20, percentile95Ms: 50 }, {
    smoothedMs: 0,
    percentile95Ms: 0,
  }];
  const [upstream] = sumStatus(parts.map((part) => status({}, part))).upstreams;
  assertEquals([upstream!.smoothedMs, upstream!.percentile95Ms], [15, 50]);
});

Deno.test("sumStatus() tells how many see an upstream in which state, where they differ", () => {
  const states = ["up", "down", "up"].map((state) => status({}, { state }));
  assertEquals(sumStatus(states).upstreams[0]!.state, "up (2), down (1)");
});

Deno.test("sumStatus() tells that an upstream is asked in another manner when it is by one of them", () => {
  const parts = [status({}, {}), status({}, { isAskedWithoutEdns: true })];
  const [upstream] = sumStatus(parts).upstreams;
  assertEquals([upstream!.isAskedWithoutEdns, upstream!.isAskedInPlainCase], [true, false]);
});

Deno.test("sumStatus() has no cache where nobody has one, and is empty for nobody", () => {
  assertEquals(sumStatus([status({}, {}, { cache: null })]).cache, null);
  const empty = {
    runningMs: 0,
    inFlight: 0,
    lostLines: 0,
    pauses: [],
    counters: new Counters(),
    ...NOTHING_COUNTED,
    cache: null,
    upstreams: [],
    groups: [],
  };
  assertEquals(sumStatus([]), empty);
});

Deno.test("sumStatus() adds up an upstream by its name, where one process has found more of them than another", () => {
  const plain = { ...UPSTREAM, name: "192.0.2.1:53?ddr" };
  const found = { ...UPSTREAM, name: "tls://dns.example:853?ip=192.0.2.1&designated-by=192.0.2.1" };
  const total = sumStatus([
    status({}, {}, { upstreams: [found, { ...plain, discovery: { whyNot: null } }] }),
    status({}, {}, { upstreams: [{ ...plain, discovery: { whyNot: "it has not said yet" } }] }),
  ]);
  assertEquals(total.upstreams.map(({ name, queryCount, discovery }) => [name, queryCount, discovery]), [
    [found.name, 7, undefined],
    [plain.name, 14, { whyNot: "it has not said yet" }],
  ]);
});

Deno.test("sumStatus() adds up the connections of listeners", () => {
  const [one, other] = [{ name: "tls://192.0.2.1:853", connections: 2 }, { name: "192.0.2.1:53", connections: 1 }];
  const of = (...listeners: ListenerStatus[]) => ({ ...sumStatus([]), listeners });
  assertEquals(sumStatus([of(one, other), of(other)]).listeners, [one, { ...other, connections: 2 }]);
});

Deno.test("sumStatus() adds up the handshakes with an encrypted upstream, and says nothing of others'", () => {
  const sum = (...counts: (number | undefined)[]) => {
    const parts = counts.map((handshakeCount) => handshakeCount === undefined ? {} : { handshakeCount });
    return sumStatus(parts.map((part) => status({}, part))).upstreams[0]!.handshakeCount;
  };
  assertEquals([sum(2, 3), sum(undefined, undefined)], [5, undefined]);
});

Deno.test("sumStatus() tells the longest time that an upstream has been down anywhere", () => {
  const downFor = (...all: readonly (number | null)[]) => {
    const parts = all.map((downForMs) => downForMs === null ? {} : { state: "down", downForMs });
    return sumStatus(parts.map((part) => status({}, part))).upstreams[0]!.downForMs;
  };
  assertEquals([downFor(null, null), downFor(5000, null), downFor(5000, 9000)], [undefined, 5000, 9000]);
});
