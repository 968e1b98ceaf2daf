import { Counters } from "../../../lib/observe/counters.ts";
import { Latencies } from "../../../lib/observe/tally/latencies.ts";
import type { Status } from "../../../lib/operator/status.ts";
import type { Snapshot } from "../../../lib/telemetry/metrics/metric.ts";
import type { UpstreamStatus } from "../../../lib/upstream/health/upstream_status.ts";
import { NO_TRAFFIC } from "../../../lib/upstream/health/upstream_traffic.ts";
import { NOTHING_COUNTED } from "../../support/statuses.ts";

/** An upstream that was never asked. */
export const UPSTREAM: UpstreamStatus = {
  name: "192.0.2.1:53",
  state: "up",
  smoothedMs: 0,
  percentile95Ms: 0,
  queryCount: 0,
  replyCount: 0,
  failureCount: 0,
  traffic: NO_TRAFFIC,
  isAskedWithoutEdns: false,
  isAskedWithoutCookies: false,
  isAskedInPlainCase: false,
  isAskedOverTcp: false,
  problem: null,
  isUnauthenticated: false,
};

/** A program that has answered nobody, but for what is given. */
export function statusWith(fields: Partial<Status> = {}): Status {
  return {
    runningMs: 60_000,
    inFlight: 0,
    lostLines: 0,
    pauses: [],
    listeners: [{ name: "192.0.2.53:53", connections: 0 }],
    counters: new Counters(),
    ...NOTHING_COUNTED,
    cache: null,
    upstreams: [],
    groups: [],
    ...fields,
  };
}

/** What metrics of it are read from. */
export function snapshotWith(fields: Partial<Status> = {}, others: Partial<Snapshot> = {}): Snapshot {
  return {
    status: statusWith(fields),
    lists: [],
    certificates: [],
    build: { version: "1.2.3", deno: "2.9.5", io: "native" },
    startedAtSeconds: 1_796_000_000,
    nowSeconds: 1_796_000_060,
    loopDelayMs: 12.5,
    ...others,
  };
}

/** Times as they are counted. */
export function timesOf(...timesMs: number[]) {
  const latencies = new Latencies(1);
  for (const ms of timesMs) latencies.add(0, ms);
  return latencies.histogram(0);
}

/** A program that has seen all there is: each metric has numbers. */
export function busySnapshot(): Snapshot {
  const counters = new Counters();
  for (const [i, name] of (Object.keys(counters) as (keyof Counters)[]).entries()) counters[name] = i + 1;
  const traffic = {
    replyTimes: timesOf(3, 20, 20, 700),
    failures: { timeout: 2, tls: 1 },
    rcodes: [[0, 3], [3, 1]],
    queries: { udp: 4, tcp: 1 },
    hedgeCount: 1,
    probeCount: 2,
  } as const;
  const upstreams = [
    { ...UPSTREAM, traffic },
    { ...UPSTREAM, name: "tls://dns.example?ip=192.0.2.2", state: "up (1), down (1)", handshakeCount: 3 },
    { ...UPSTREAM, name: 'https://odd.example/a"b\\c', state: "probing" },
  ];
  const source = { what: "https://lists.example/a.txt", isBeingUpdated: false, nextSeconds: 60 };
  return snapshotWith({
    inFlight: 3,
    counters,
    upstreams,
    cache: { count: 5, usedOctets: 1000, budgetOctets: 67_108_864, evictionCount: 2 },
    replies: [
      { channel: "udp", source: "cache", rcode: 0, count: 7 },
      { channel: "tcp", source: "cache", rcode: 0, count: 1 },
      { channel: "https", source: "failure", rcode: 2, count: 2 },
    ],
    questions: [
      { channel: "udp", family: 4, type: "A", count: 9 },
      { channel: "quic", family: 6, type: "other", count: 1 },
    ],
    latencies: [{ source: "cache", latency: timesOf(0.01, 0.05, 0.3, 10_000) }],
    replySizes: { sumOctets: 1500, counts: [1, 2, 0, 0, 0, 1, 0, 0] },
    sinks: [{ name: "query-log", recordCount: 10, droppedCount: 1 }],
    usage: { cpuMs: 1234.5, residentOctets: 50_000_000 },
    workers: [
      { number: 1, isServing: true, silentMs: 10, delayMs: 1, restartCount: 0 },
      { number: 2, isServing: true, silentMs: 20, delayMs: 2, restartCount: 4 },
    ],
  }, {
    lists: [{
      name: "ads",
      names: 100_000,
      lines: 100_001,
      bad: 1,
      firstBad: [],
      sources: [{ ...source, ageSeconds: 60, error: null }, { ...source, ageSeconds: 86_400, error: "404 Not Found" }],
    }],
    certificates: [{ path: "/etc/a.pem", names: ["dns.example"], validToS: 1_800_000_000, trouble: null }],
  });
}
