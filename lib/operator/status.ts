import type { UpstreamStatus } from "../upstream/health/upstream_status.ts";
import { MIB } from "../base/units.ts";
import { type PauseStatus, pauseText } from "./pause_status.ts";
import type { Counters } from "../observe/counters.ts";
import { rcodeToText } from "../wire/iana.ts";
import { formatReplyCounts, type ReplyCount } from "./reply_counts.ts";
import type { SinkStatus } from "./sink_status.ts";
import type { ProcessUsage } from "../base/runtime.ts";
import type { WorkerStatus } from "./worker_status.ts";
import type { TallyStatus } from "./tally_status.ts";
import { usualWayLine } from "./usual_way_line.ts";

/** How full the cache is. */
export interface CacheStatus {
  /** Answers and failures that it holds. */
  readonly count: number;
  /** Octets that they take. */
  readonly usedOctets: number;
  /** Octets that they may take, with all that is needed to find them. */
  readonly budgetOctets: number;
  /** Entries thrown out for others, that somebody might have asked for again. */
  readonly evictionCount: number;
}

/** Where clients are served. */
export interface ListenerStatus {
  /** See `listenName`. */
  readonly name: string;
  /** Connections of clients that are open there. */
  readonly connections: number;
}

/** Who is asked together. */
export interface GroupStatus {
  /** What the configuration calls it. */
  readonly name: string;
  /** Names of its upstreams, in order of preference. */
  readonly upstreams: readonly string[];
  /** The group that is asked when all of these have failed; `null` for none. */
  readonly fallback: string | null;
}

/** Of a store, whose own numbers are computed when they are read, and stay behind when it is copied. */
export function cacheStatus({ count, usedOctets, budgetOctets, evictionCount }: CacheStatus): CacheStatus {
  return { count, usedOctets, budgetOctets, evictionCount };
}

/** What a status is made from. */
export interface Status extends TallyStatus {
  /** Since the start, in milliseconds. */
  readonly runningMs: number;
  /** Questions that wait for upstreams. */
  readonly inFlight: number;
  /** What the program takes of its machine. */
  readonly usage: ProcessUsage;
  /** The processes that serve; only where there are several is this here. */
  readonly workers?: readonly WorkerStatus[];
  /** Lines for the operator that were lost because nobody read them in time. */
  readonly lostLines: number;
  /** Blocking that is left off. */
  readonly pauses: readonly PauseStatus[];
  /** Where clients are served. */
  readonly listeners?: readonly ListenerStatus[];
  /** Listeners whose clients are not told of the encrypted ones, each with the reason; only where there are some is this here. */
  readonly undiscoverable?: readonly string[];
  /** What has happened. */
  readonly counters: Counters;
  /** Who looks on. */
  readonly sinks: readonly SinkStatus[];
  /** `null` without a cache. */
  readonly cache: CacheStatus | null;
  /** In order of preference; behind them those that are asked no more, until their last exchanges have ended. */
  readonly upstreams: readonly UpstreamStatus[];
  /** The default first. */
  readonly groups: readonly GroupStatus[];
}

/** The state of the program for its operator, a line each. */
export function formatStatus(
  {
    runningMs,
    inFlight,
    lostLines,
    pauses,
    listeners = [],
    undiscoverable = [],
    workers,
    counters,
    replies,
    sinks,
    cache,
    upstreams,
    groups,
  }: Status,
): string[] {
  return [
    `running for ${duration(runningMs)}, ${inFlight} questions in flight` +
    (lostLines === 0 ? "" : `, ${lostLines} lines of the log lost`),
    ...upstreamsLine(upstreams),
    ...workers === undefined ? [] : [workersText(workers)],
    ...pauses.map(pauseText),
    ...(listeners.length === 0 ? [] : [`listeners: ${listeners.map(listenerText).join(", ")}`]),
    ...undiscoverable.map((listener) => `clients are not told of encrypted listeners at ${listener}`),
    `clients: received=${counters.received} replied=${counters.replied} ignored=${counters.ignored} ` +
    `prohibited=${counters.prohibited} rateLimited=${counters.rateLimited} overloaded=${counters.overloaded} ` +
    `postponed=${counters.postponed} unsendable=${counters.unsendable} broken=${counters.broken}`,
    ...repliesLines(replies),
    ...sinkLines(sinks),
    cache === null ? "cache: off" : `cache: ${cacheLine(counters, cache)}`,
    ...groupLines(groups),
    ...usualWayLine(counters),
    ...upstreams.map((upstream) => `upstream ${upstream.name}: ${upstreamLine(upstream)}`),
  ];
}

function workersText(workers: readonly WorkerStatus[]): string {
  const deaths = workers.reduce((total, { restartCount }) => total + restartCount, 0);
  return `workers: ${
    workers.filter(({ isServing }) => isServing).length
  } of ${workers.length} serve, ${deaths} have died`;
}

function listenerText({ name, connections }: ListenerStatus): string {
  return connections === 0 ? name : `${name} (${connections} connection${connections === 1 ? "" : "s"})`;
}

function repliesLines(replies: readonly ReplyCount[]): string[] {
  if (replies.length === 0) return [];
  const [ways, sources, rcodes] = [
    formatReplyCounts(replies, ({ channel }) => channel),
    formatReplyCounts(replies, ({ source }) => source),
    formatReplyCounts(replies, ({ rcode }) => rcodeToText(rcode)),
  ];
  return [`replies: ${ways}, ${sources}, ${rcodes}`];
}

function sinkLines(sinks: readonly SinkStatus[]): string[] {
  if (sinks.length === 0) return [];
  const texts = sinks.map(({ name, recordCount, droppedCount }) => {
    return `${name}=${recordCount}${droppedCount === 0 ? "" : ` (${droppedCount} lost)`}`;
  });
  return [`shown or written down: ${texts.join(" ")}`];
}

function cacheLine(counters: Counters, { count, usedOctets, budgetOctets, evictionCount }: CacheStatus): string {
  const { cacheHits, cacheStaleHits, cacheFailureHits, cacheMisses, cacheNegativeHits, prefetches } = counters;
  const asked = cacheHits + cacheStaleHits + cacheFailureHits + cacheMisses;
  const ratio = asked === 0 ? "" : ` (${(100 * cacheHits / asked).toFixed(1)} %)`;
  return `hits=${cacheHits}${ratio} misses=${cacheMisses} stale=${cacheStaleHits} negative=${cacheNegativeHits} ` +
    `failures=${cacheFailureHits} prefetches=${prefetches} evictions=${evictionCount} entries=${count} ` +
    `bytes=${usedOctets} (${(usedOctets / MIB).toFixed(1)} of ${Math.round(budgetOctets / MIB)} MiB)`;
}

/** Where there is one group, the upstreams say it all. */
function groupLines(groups: readonly GroupStatus[]): string[] {
  if (groups.length < 2) return [];
  return groups.map(({ name, upstreams, fallback }) => {
    return `group ${name}: ${upstreams.join(", ")}${fallback === null ? "" : `, and then group ${fallback}`}`;
  });
}

/** Whether there is anybody who answers: what is looked for first. */
function upstreamsLine(upstreams: readonly UpstreamStatus[]): string[] {
  const asked = upstreams.filter(({ isForBootstrap }) => isForBootstrap !== true);
  const others = asked.filter(({ state }) => state !== "up");
  if (asked.length === 0) return [];
  if (others.length === 0) {
    return [`upstreams: ${asked.length === 1 ? "the only one is" : `all ${asked.length} are`} up`];
  }
  const left = others.map((upstream) => `${upstream.name} is ${stateText(upstream)}`).join("; ");
  return [`upstreams: ${asked.length - others.length} of ${asked.length} are up; ${left}`];
}

/** Such as `down for 5 min`. */
function stateText({ state, downForMs }: Pick<UpstreamStatus, "state" | "downForMs">): string {
  return downForMs === undefined ? state : `${state} for ${duration(downForMs)}`;
}

function failuresText(
  { failureCount, traffic: { failures } }: Pick<UpstreamStatus, "failureCount" | "traffic">,
): string {
  const reasons = Object.entries(failures).map(([reason, count]) => `${count} ${reason}`);
  return `failures=${failureCount}${reasons.length === 0 ? "" : ` (${reasons.join(", ")})`}`;
}

function upstreamLine({ smoothedMs, percentile95Ms, ...upstream }: UpstreamStatus): string {
  const time = smoothedMs === 0
    ? "not measured yet"
    : `answers in ${smoothedMs.toFixed(1)} ms, 95 % within ${percentile95Ms.toFixed(1)} ms`;
  const { queryCount, replyCount } = upstream;
  const isNot = upstream.problem === null ? "" : ` (${upstream.problem})`;
  return `${stateText(upstream)}${isNot}, ${time}, sent=${queryCount} replies=${replyCount} ${failuresText(upstream)}` +
    handshakesText(upstream) +
    (upstream.isAskedWithoutEdns ? ", asked without EDNS" : "") +
    (upstream.isAskedWithoutCookies ? ", asked without cookies" : "") +
    (upstream.isAskedInPlainCase ? ", asked in plain letter case" : "") +
    (upstream.isAskedOverTcp ? ", asked over TCP" : "") +
    (upstream.isForBootstrap ? ", asked where encrypted upstreams are, and nothing else" : "") +
    discoveryText(upstream) +
    (upstream.isUnauthenticated ? ", NOT AUTHENTICATED" : "");
}

/** Beside 1,000 queries they tell at a glance whether connections are kept. */
function handshakesText({ handshakeCount, queryCount }: Pick<UpstreamStatus, "handshakeCount" | "queryCount">): string {
  if (handshakeCount === undefined) return "";
  const each = queryCount === 0 ? "" : ` (${(1000 * handshakeCount / queryCount).toFixed(1)} per 1,000 queries)`;
  return ` handshakes=${handshakeCount}${each}`;
}

function discoveryText({ discovery }: Pick<UpstreamStatus, "discovery">): string {
  if (discovery === undefined) return "";
  return discovery.whyNot === null ? ", asked as it says it can be" : `, asked in the clear: ${discovery.whyNot}`;
}

function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1000)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 1 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}
