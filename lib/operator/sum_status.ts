import type { ProcessUsage } from "../base/runtime.ts";
import { Counters } from "../observe/counters.ts";
import { sumTraffic } from "../upstream/health/upstream_traffic.ts";
import { sumSinks } from "./sink_status.ts";
import { sumTallies } from "./tally_status.ts";
import type { CacheStatus, ListenerStatus, Status } from "./status.ts";
import type { UpstreamStatus } from "../upstream/health/upstream_status.ts";

/** The statuses of processes that serve together, as if they were one. What one has found to be asked, another may not have yet. */
export function sumStatus(statuses: readonly Status[]): Status {
  const [{ undiscoverable } = {}] = statuses;
  const upstreams = statuses.flatMap((status) => status.upstreams);
  const listeners = statuses.flatMap(({ listeners = [] }) => listeners);
  return {
    runningMs: Math.max(0, ...statuses.map(({ runningMs }) => runningMs)),
    inFlight: sum(statuses, ({ inFlight }) => inFlight),
    lostLines: sum(statuses, ({ lostLines }) => lostLines),
    usage: sumUsages(statuses.map(({ usage }) => usage)),
    // All have the same.
    pauses: statuses[0]?.pauses ?? [],
    ...undiscoverable === undefined ? {} : { undiscoverable },
    ...listeners.length === 0 ? {} : { listeners: sumListeners(listeners) },
    counters: sumCounters(statuses.map(({ counters }) => counters)),
    ...sumTallies(statuses),
    sinks: sumSinks(statuses.map(({ sinks }) => sinks)),
    cache: sumCaches(statuses.map(({ cache }) => cache).filter((cache) => cache !== null)),
    upstreams: [...Map.groupBy(upstreams, ({ name }) => name).values()].map(sumUpstream),
    groups: statuses[0]?.groups ?? [],
  };
}

/** What several processes take together. */
export function sumUsages(all: readonly ProcessUsage[]): ProcessUsage {
  return { cpuMs: sum(all, ({ cpuMs }) => cpuMs), residentOctets: sum(all, ({ residentOctets }) => residentOctets) };
}

/** Each counter added up. */
export function sumCounters(all: readonly Counters[]): Counters {
  const total = new Counters();
  for (const counters of all) {
    for (const name of Object.keys(total) as (keyof Counters)[]) total[name] += counters[name];
  }
  return total;
}

function sumListeners(all: readonly ListenerStatus[]): ListenerStatus[] {
  return [...Map.groupBy(all, ({ name }) => name)].map(([name, parts]) => {
    return { name, connections: sum(parts, ({ connections }) => connections) };
  });
}

function sumCaches(caches: readonly CacheStatus[]): CacheStatus | null {
  if (caches.length === 0) return null;
  return {
    count: sum(caches, ({ count }) => count),
    usedOctets: sum(caches, ({ usedOctets }) => usedOctets),
    budgetOctets: sum(caches, ({ budgetOctets }) => budgetOctets),
    evictionCount: sum(caches, ({ evictionCount }) => evictionCount),
  };
}

function sumUpstream(parts: readonly UpstreamStatus[]): UpstreamStatus {
  const measured = parts.filter(({ smoothedMs }) => smoothedMs > 0);
  return {
    name: parts[0]!.name,
    state: sumState(parts.map(({ state }) => state)),
    ...parts.every(({ leftOutSeconds }) => leftOutSeconds === undefined)
      ? {}
      : { leftOutSeconds: Math.max(...parts.map(({ leftOutSeconds = 0 }) => leftOutSeconds)) },
    ...parts.every(({ downForMs }) => downForMs === undefined)
      ? {}
      : { downForMs: Math.max(...parts.map(({ downForMs = 0 }) => downForMs)) },
    ...parts.every(({ isForBootstrap }) => isForBootstrap) ? { isForBootstrap: true } : {},
    ...discoveryOf(parts),
    problem: parts.find(({ problem }) => problem !== null)?.problem ?? null,
    isUnauthenticated: parts.some(({ isUnauthenticated }) => isUnauthenticated),
    smoothedMs: sum(measured, ({ smoothedMs }) => smoothedMs) / Math.max(1, measured.length),
    percentile95Ms: Math.max(0, ...parts.map(({ percentile95Ms }) => percentile95Ms)),
    queryCount: sum(parts, ({ queryCount }) => queryCount),
    replyCount: sum(parts, ({ replyCount }) => replyCount),
    failureCount: sum(parts, ({ failureCount }) => failureCount),
    traffic: sumTraffic(parts.map(({ traffic }) => traffic)),
    ...parts.every(({ handshakeCount }) => handshakeCount === undefined)
      ? {}
      : { handshakeCount: sum(parts, ({ handshakeCount = 0 }) => handshakeCount) },
    isAskedWithoutEdns: parts.some(({ isAskedWithoutEdns }) => isAskedWithoutEdns),
    isAskedWithoutCookies: parts.some(({ isAskedWithoutCookies }) => isAskedWithoutCookies),
    isAskedInPlainCase: parts.some(({ isAskedInPlainCase }) => isAskedInPlainCase),
    isAskedOverTcp: parts.some(({ isAskedOverTcp }) => isAskedOverTcp),
  };
}

/** Each process sees for itself how an upstream is doing; where they differ, all is told: "up (3), down (1)". */
function sumState(states: readonly string[]): string {
  const kinds = [...new Set(states)];
  if (kinds.length === 1) return kinds[0]!;
  return kinds.map((kind) => `${kind} (${states.filter((state) => state === kind).length})`).join(", ");
}

function sum<T>(parts: readonly T[], numberOf: (part: T) => number): number {
  return parts.reduce((total, part) => total + numberOf(part), 0);
}

/** That of whoever asks in the clear, where one does. */
function discoveryOf(parts: readonly UpstreamStatus[]): Pick<UpstreamStatus, "discovery"> {
  const found = parts.map(({ discovery }) => discovery).filter((discovery) => discovery !== undefined);
  const [first] = found;
  return first === undefined ? {} : { discovery: found.find(({ whyNot }) => whyNot !== null) ?? first };
}
