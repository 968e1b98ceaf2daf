import { parseIp } from "../base/net/ip.ts";
import type { AwakeClock } from "../base/time/awake_clock.ts";
import { ResponseCache } from "../cache/response_cache.ts";
import type { Config, FullConfig } from "../config/config.ts";
import type { Policy } from "../config/policy.ts";
import { Any } from "../resolver/local/any.ts";
import { Cache } from "../resolver/cache/cache.ts";
import type { UpstreamHealth } from "../resolver/cache/upstream_health.ts";
import { Chaos } from "../resolver/local/chaos.ts";
import { Coalesce } from "../resolver/sharing/coalesce.ts";
import { isDesignated } from "../server/listen/designations.ts";
import { Discovery } from "../resolver/local/discovery.ts";
import { FixedAnswer } from "../resolver/local/fixed_answer.ts";
import { Flatten } from "../resolver/filter/flatten.ts";
import type { Filter } from "../resolver/blocking/filter.ts";
import { FixedView } from "../resolver/fixed_view.ts";
import { Forward } from "../resolver/forward.ts";
import { InFlightLimit } from "../resolver/sharing/in_flight_limit.ts";
import { LoopGuard } from "../resolver/sharing/loop_guard.ts";
import { MultiQtype } from "../resolver/questions/multi_qtype.ts";
import { PlainFirst } from "../resolver/questions/plain_first.ts";
import type { Query } from "../resolver/query.ts";
import type { Inspector } from "../resolver/findings.ts";
import { InspectAnswers } from "../resolver/filter/inspect_answers.ts";
import { Refresher } from "../resolver/cache/refresher.ts";
import { CacheWriter } from "../resolver/cache/cache_writer.ts";
import { RefusedTypes } from "../resolver/local/refused_types.ts";
import type { Resolver } from "../resolver/resolver.ts";
import type { Decide } from "../resolver/route/decide.ts";
import type { Reply } from "../resolver/reply.ts";
import { Slots } from "../fast/slots.ts";
import { SpecialNames } from "../resolver/local/special_names.ts";
import { Split } from "../resolver/questions/split.ts";
import type { UpstreamGroup } from "../upstream/group/upstream_group.ts";
import { HEADER_OCTETS } from "../wire/header.ts";
import { VERSION } from "../version.ts";
import { inspectLists, inspectorFor, judgedAnswers } from "./policy/answers.ts";
import { decideInSteps, type OwnQuestions } from "./policy/decide.ts";
import type { Destinations } from "./policy/destinations.ts";
import { withDns64 } from "./policy/dns64.ts";
import type { Local } from "./policy/local.ts";
import type { PipelineResources } from "./resources.ts";

/** RFC 8767 §5 suggests one to three days. */
const STALE_MS = 24 * 60 * 60 * 1000;

/** What a chain is made from. */
export interface ChainOptions {
  /** Settings. */
  readonly config: FullConfig;
  /** What is said of names and clients; `null` for nothing. */
  readonly policy: Policy | null;
  /** What is known here; `null` with the policy. */
  readonly local: Local | null;
  /** Who may be asked. */
  readonly destinations: Destinations;
  /** What outlives it. */
  readonly resources: PipelineResources;
}

/**
 * The layers in front of the upstreams: memory, limits, one exchange for identical questions, loops. There are no others
 * between a question that is not answered here and an upstream. Returns where a query enters.
 */
function forwardingChain({ config, destinations, resources }: ChainOptions, inspector: Inspector | null): Resolver {
  const { clock, ageClock, share, deadlines, counters, loads, overloads, hash, store, detector, prefetches: budget } =
    resources;
  const memory = store === null ? null : new ResponseCache({
    store,
    rules: config,
    staleMs: config.servesStale ? STALE_MS : 0,
    clock: ageClock,
  });
  const upstreamsFor = (query: Query) => destinations.upstreamsFor(query);
  let next: Resolver = new Forward({ upstreamsFor });
  const inspecting = inspector === null ? null : new InspectAnswers({ next, inspector });
  if (inspecting !== null) next = inspecting;
  const writer = memory === null ? null : new CacheWriter({ next, memory });
  if (writer !== null) next = writer;
  const learn = (leader: Query, reply: Reply): Reply => {
    const inspected = inspecting === null ? reply : inspecting.inspect(reply);
    return writer === null ? inspected : writer.learn(leader, inspected);
  };
  const coalesce = new Coalesce({
    next,
    usualWay: config.hasFastPath !== false
      ? new Slots({ next, learn, upstreamsFor, clock, deadlines, counters })
      : null,
    hash,
    deadlines,
    share,
    upstreamsFor,
    onFailedTogether: (query) => {
      const name = query.wire.slice(HEADER_OCTETS, query.scan.qtypeOffset);
      detector.suspect(upstreamsFor(query).reach, name);
    },
    areKnownBad: (query) => upstreamsFor(query).areKnownBad,
  });
  const inFlight = new InFlightLimit({ next: coalesce, max: config.maxInFlight, loads, overloads, counters });
  next = new LoopGuard({ next: inFlight, detector });
  if (memory === null) return next;
  const { timeoutMs, prefetches: isPrefetching } = config;
  const refresher = new Refresher({ next: inFlight, memory, isPrefetching, budget, timeoutMs, clock, counters });
  const healths = new Map(destinations.groups.map((group) => [group, new HealthByAge(group, ageClock)]));
  const healthFor = (query: Query) => healths.get(upstreamsFor(query))!;
  const isAwaited = (query: Query) => coalesce.isAwaited(query);
  return new Cache({ next, memory, refresher, healthFor, isAwaited, inspector, clock, deadlines, counters });
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

/** Where queries enter. */
export interface Chain {
  /** Those of clients. */
  readonly resolver: Resolver;
  /** Those of the program itself; `null` when nobody can be asked. */
  readonly own: OwnQuestions | null;
  /** What blocks names; `null` where nothing does. */
  readonly filter: Filter | null;
}

/** The way of a query, from its end to its beginning; made in steps. A new layer goes here. */
export function* resolverChain(options: ChainOptions): Generator<void, Chain> {
  const { config, policy, local, destinations, resources } = options;
  const { groups } = destinations;
  const { answersSpecialNames, serverId, multiQuestion } = config;
  const { hash, runtime: { wallClock } } = resources;
  const groupOf = ({ client }: Query) => decided!.groupOf(client);
  let decided: Decide | null = null;
  const inspector = inspectorFor(policy, resources.inspections);
  const forwarding = groups.length === 0 ? null : forwardingChain(options, inspector);
  let next: Resolver;
  let filter: Filter | null = null;
  let own: OwnQuestions | null = forwarding === null ? null : { decided: forwarding, ofView: forwarding };
  if (forwarding === null) {
    next = fixedAnswer(config);
  } else {
    next = forwarding;
    if (policy !== null && inspector !== null) {
      next = judgedAnswers({ policy, hash, groupOf, filter: () => filter, next });
    }
    if (policy !== null) next = withDns64(policy, groupOf, resources.clock, next);
    // Without a policy nobody decides: all are in the view of those that are asked. At the start that is 0.
    const view = policy === null ? destinations.default!.view : 0;
    if (view !== 0) next = new FixedView({ next, view });
    if (policy === null && answersSpecialNames) next = new SpecialNames({ next, hash });
  }
  if (policy !== null && local !== null) {
    const { listsNow } = resources;
    const madeUp = fixedAnswer(config);
    const unfiltered = forwarding ?? next;
    const deciding = yield* decideInSteps({
      ...options,
      policy,
      local,
      hash,
      listsNow,
      wallClock,
      next,
      unfiltered,
      madeUp,
    });
    next = decided = deciding.decide;
    filter = deciding.filter;
    if (own !== null) own = deciding.own;
    if (inspector !== null && filter !== null) inspectLists(policy, inspector, filter);
  }
  if (policy !== null && policy.answers.isFlat) next = new Flatten({ next });
  if ((config.listen ?? []).some(isDesignated)) {
    next = new Discovery({ next, designations: (client) => resources.designated.forClient(client) });
  }
  const { refusedTypes: types } = config;
  const refusing = (next: Resolver) => types.length === 0 ? next : new RefusedTypes({ next, types });
  let others = refusing(groups.length > 0 ? new Any({ next }) : next);
  others = new Chaos({ next: others, serverId, version: `dns-forwarder ${VERSION}` });
  others = new Split({ next: others, multiQuestion });
  others = new MultiQtype({ next: others, clock: resources.clock });
  return { resolver: new PlainFirst({ next: refusing(next), others }), own, filter };
}

function fixedAnswer({ answer: { ipv4, ipv6 } }: Config): FixedAnswer {
  return new FixedAnswer({ ipv4: parseIp(ipv4)!, ipv6: ipv6 === null ? null : parseIp(ipv6) });
}
