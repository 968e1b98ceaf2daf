import type { AwakeClock } from "../base/time/awake_clock.ts";
import type { DeadlineQueue } from "../base/time/deadline_queue.ts";
import { parseIp } from "../base/net/ip.ts";
import { deriveKey } from "../base/random/derive_key.ts";
import type { FairShare } from "../base/time/fair_share.ts";
import type { Clock, RandomSource, WallClock } from "../base/runtime.ts";
import { MIB } from "../base/units.ts";
import { CacheStore } from "../cache/store/cache_store.ts";
import { Memory } from "../cache/memory.ts";
import { QuestionHash } from "../names/question_hash.ts";
import type { Config } from "../config/config.ts";
import type { Counters } from "../observe/counters.ts";
import type { Log } from "../observe/log.ts";
import { Any } from "../resolver/local/any.ts";
import { Cache, type UpstreamHealth } from "../resolver/cache/cache.ts";
import { Chaos } from "../resolver/local/chaos.ts";
import { Coalesce } from "../resolver/sharing/coalesce.ts";
import { FixedAnswer } from "../resolver/local/fixed_answer.ts";
import { Forward } from "../resolver/forward.ts";
import { InFlight } from "../resolver/sharing/in_flight.ts";
import { LoopGuard } from "../resolver/sharing/loop_guard.ts";
import { MultiQtype } from "../resolver/questions/multi_qtype.ts";
import type { Query } from "../resolver/query.ts";
import { Refresher } from "../resolver/cache/refresher.ts";
import { Remember } from "../resolver/cache/remember.ts";
import type { Resolver } from "../resolver/resolver.ts";
import { SpecialNames } from "../resolver/local/special_names.ts";
import { Split } from "../resolver/questions/split.ts";
import { LoopDetector } from "../upstream/group/loop_detector.ts";
import type { UpstreamGroup } from "../upstream/group/upstream_group.ts";
import type { UpstreamRegistry } from "../upstream/registry.ts";
import { VERSION } from "../version.ts";

/** RFC 8767 §5 suggests one to three days. */
const STALE_MS = 24 * 60 * 60 * 1000;

/** What the layers of forwarding share. */
export interface ChainDependencies {
  /** What the time is read from. */
  readonly clock: Clock;
  /** What the age of answers is read from: it goes on while the machine sleeps. */
  readonly ageClock: AwakeClock;
  /** Where unpredictable numbers come from. */
  readonly random: RandomSource;
  /** Lets others have their turn. */
  readonly share: FairShare;
  /** What time of day goes by. */
  readonly wallClock: WallClock;
  /** What probes for loops are known again by. */
  readonly secret: Uint8Array;
  /** Where deadlines wait. */
  readonly deadlines: DeadlineQueue;
  /** Where it is counted. */
  readonly counters: Counters;
  /** Where the operator reads. */
  readonly log: Log;
}

/** The layers that there are only where there are upstreams. */
export interface Forwarding {
  /** Where a query enters. */
  readonly first: Resolver;
  /** What questions are hashed by. */
  readonly hash: QuestionHash;
  /** What bounds the questions that wait. */
  readonly inFlight: InFlight;
  /** What is remembered; `null` without a cache. */
  readonly store: CacheStore | null;
}

/** The layers in front of the upstreams: memory, limits, one exchange for identical questions, loops. */
export function forwardingChain(
  config: Config,
  registry: UpstreamRegistry,
  upstreams: UpstreamGroup,
  { clock, ageClock, share, wallClock, random, secret, deadlines, counters, log }: ChainDependencies,
): Forwarding {
  const detector = new LoopDetector({
    upstreams: () => registry.upstreams,
    random,
    key: deriveKey(secret, "loops", 0),
    clock,
    wallClock,
  });
  const hash = new QuestionHash(random);
  const memory = config.cacheSizeMib === 0 ? null : new Memory({
    store: new CacheStore({ budgetOctets: Math.floor(config.cacheSizeMib * MIB), hash }),
    rules: config,
    staleMs: config.servesStale ? STALE_MS : 0,
    clock: ageClock,
  });
  let next: Resolver = new Forward({ upstreams });
  if (memory !== null) next = new Remember({ next, memory });
  const coalesce = new Coalesce({
    next,
    hash,
    deadlines,
    share,
    onFailedTogether: () => detector.suspect(),
    areKnownBad: () => upstreams.areKnownBad,
  });
  const inFlight = new InFlight({ next: coalesce, max: config.maxInFlight, clock, counters, log });
  next = new LoopGuard({ next: inFlight, detector });
  if (memory !== null) {
    const { timeoutMs, prefetches: isPrefetching } = config;
    const refresher = new Refresher({ next: inFlight, memory, isPrefetching, timeoutMs, clock, counters });
    const health = new HealthByAge(upstreams, ageClock);
    const isAwaited = (query: Query) => coalesce.isAwaited(query);
    next = new Cache({ next, memory, refresher, health, isAwaited, clock, deadlines, counters });
  }
  return { first: next, hash, inFlight, store: memory?.store ?? null };
}

/** The health of the upstreams, by the clock that the ages of answers are read from. */
class HealthByAge implements UpstreamHealth {
  readonly #upstreams: UpstreamGroup;
  readonly #ageClock: AwakeClock;

  constructor(upstreams: UpstreamGroup, ageClock: AwakeClock) {
    this.#upstreams = upstreams;
    this.#ageClock = ageClock;
  }

  get areKnownBad(): boolean {
    return this.#upstreams.areKnownBad;
  }

  get recoveredAtMs(): number {
    // Of what failed before a sleep one cannot say more than that it was before.
    return this.#upstreams.recoveredAtMs + this.#ageClock.sleptMs;
  }

  get hedgeDelayMs(): number {
    return this.#upstreams.hedgeDelayMs;
  }
}

/**
 * The way of a query, from its end to its beginning. A new layer goes here.
 *
 * @param forward What asks the upstreams; `null` when there are none.
 * @param clock Tells how much of a query's time is left.
 */
export function resolverChain(
  config: Config,
  forward: Pick<Forwarding, "first" | "hash"> | null,
  clock: Clock,
): Resolver {
  const { answersSpecialNames, serverId, multiQuestion } = config;
  const recursionAvailable = forward !== null;
  let next = forward?.first ?? fixedAnswer(config);
  if (forward !== null && answersSpecialNames) next = new SpecialNames({ next, hash: forward.hash });
  if (forward !== null) next = new Any({ next });
  next = new Chaos({ next, serverId, version: `dns-forwarder ${VERSION}`, recursionAvailable });
  next = new Split({ next, multiQuestion, recursionAvailable });
  return new MultiQtype({ next, clock });
}

function fixedAnswer({ answer: { ipv4, ipv6 } }: Config): FixedAnswer {
  return new FixedAnswer({ ipv4: parseIp(ipv4)!, ipv6: ipv6 === null ? null : parseIp(ipv6) });
}
