import { Random } from "../base/random/random.ts";
import type { Network, Runtime } from "../base/runtime.ts";
import type { Services } from "../observe/services.ts";
import { type Approach, approachKey, localHostnameOf, sourcesFor } from "./approach.ts";
import { type Endpoint, endpointText, isSecure, type SecureEndpoint } from "./endpoint.ts";
import { type AnswerRule, USUAL_RULE } from "./group/answer_rule.ts";
import { FallbackGroup } from "./group/fallback_group.ts";
import { HedgeBudgets } from "./group/hedge_budget.ts";
import type { Strategy } from "./group/strategy.ts";
import { UpstreamGroup } from "./group/upstream_group.ts";
import type { UpstreamStatus } from "./health/upstream_status.ts";
import type { Opened } from "./discovery/discovery.ts";
import { Discoveries } from "./members/discoveries.ts";
import type { LeftOut } from "./health/absence.ts";
import { LeavingOut } from "./members/leaving_out.ts";
import { type Member, openMember } from "./members/open_member.ts";
import { ClockDoubt } from "./secure/clock_doubt.ts";
import { SocketPools } from "./udp/socket_pools.ts";
import type { Upstream } from "./upstream.ts";

/** Who is asked for an address now and then needs no more; a retry takes another one than the first send. */
const BOOTSTRAP_SOCKETS = 2;

/** What a registry is made from. */
export interface UpstreamRegistryOptions extends Pick<Services, "deadlines" | "counters" | "log" | "taps"> {
  /** Until the last reply that may still be on the road has arrived or is lost. */
  readonly tombstoneMs: number;
  /** The world outside. */
  readonly runtime: Runtime;
}

/** A group that is to be opened. */
export interface GroupOptions {
  /** In order of preference; at least one. One that is given twice is asked as one. */
  readonly endpoints: readonly Endpoint[];
  /** In which order they are asked. */
  readonly strategy: Strategy;
  /** Sockets for each address that it is asked from. Of groups that are asked from the same address, the greatest number holds. */
  readonly socketCount: number;
  /** Where queries leave from; see `sourcesFor`. From any address, if it is not said. */
  readonly sources?: readonly string[];
  /** Whether queries carry cookies; they do unless said otherwise. */
  readonly asksWithCookies?: boolean;
  /** Whether names go out in random letter case; they do unless said otherwise. */
  readonly randomizesCase?: boolean;
  /** What counts as an answer; `USUAL_RULE` unless said otherwise. */
  readonly rule?: AnswerRule;
  /** How long a question may take, in milliseconds; for as long as it has time, unless said otherwise. */
  readonly timeoutMs?: number;
  /** Who is asked when all of these have failed. Stays open for as long as this group does. */
  readonly fallback?: UpstreamGroup | null;
  /** Whether they are asked where others are, and nothing else. */
  readonly isForBootstrap?: boolean;
}

/**
 * The upstreams of the process, each known by its approach, with their sockets and connections. Whatever groups an upstream is
 * in, it is one: what is learned of it for one group, the others know. One that is in the groups of yesterday and in those of
 * today stays as it is; one that is in none any more is closed.
 */
export class UpstreamRegistry {
  readonly #options: UpstreamRegistryOptions;
  readonly #random: Random;
  readonly #pools: SocketPools;
  readonly #members = new Map<string, Member>();
  readonly #restarts = { count: 0 };
  readonly #hedges = new HedgeBudgets();
  readonly #clockDoubt: ClockDoubt;
  readonly #discoveries: Discoveries;
  readonly #leavingOut: LeavingOut;
  #hasGroups = false;

  /** See {@linkcode UpstreamRegistryOptions}. */
  constructor(options: UpstreamRegistryOptions) {
    this.#options = options;
    this.#random = new Random(options.runtime.random);
    this.#pools = new SocketPools({ ...options, random: this.#random });
    this.#clockDoubt = new ClockDoubt(options.log);
    this.#leavingOut = new LeavingOut({ ...options.runtime, log: options.log });
    this.#discoveries = new Discoveries({ ...options, ...options.runtime });
  }

  /**
   * A group of upstreams, those that are known already as they are. Its upstreams stay until it is closed and its last exchange
   * has ended.
   *
   * @throws {RangeError} when there is no transport for one of them; nothing has changed then.
   */
  openGroup(options: GroupOptions): UpstreamGroup {
    const { endpoints, strategy, socketCount, isForBootstrap = false } = options;
    const { runtime: { clock, network }, deadlines, counters } = this.#options;
    const openedAtMs = this.#hasGroups ? clock.nowMs() : -Infinity;
    for (const endpoint of endpoints) assertAskable(endpoint, network);
    const approaches = new Map(endpoints.map((endpoint) => {
      const approach = approachTo(endpoint, options);
      return [approachKey(approach), approach];
    }));
    const hostnames = new Set([...approaches.values()].flatMap(({ endpoint, sources }) => {
      return endpoint.protocol === "udp" ? [localHostnameOf(endpoint, sources)] : [];
    }));
    for (const hostname of hostnames) this.#pools.take(hostname, socketCount);
    const members = [...approaches].map(([key, approach]) => {
      return this.#members.getOrInsertComputed(key, () => this.#open(approach, openedAtMs));
    });
    for (const member of members) {
      member.groupCount++;
      if (isForBootstrap) member.bootstrapCount++;
    }
    this.#hasGroups = true;
    const whose = [...approaches.keys()].toSorted().join(" ");
    const { rule = USUAL_RULE, timeoutMs = Infinity, fallback = null } = options;
    const groupOptions = {
      rule,
      timeoutMs,
      members: members.map(({ upstream }) => upstream),
      completeSinceMs: Math.max(...members.map(({ openedAtMs }) => openedAtMs)),
      strategy,
      random: this.#random,
      clock,
      deadlines,
      counters,
      restarts: this.#restarts,
      hedges: this.#hedges.take(whose),
      onClosed: () => {
        this.#discoveries.leave(group);
        this.#hedges.give(whose);
        if (isForBootstrap) { for (const member of members) member.bootstrapCount--; }
        this.#leave(members, () => hostnames.forEach((hostname) => this.#pools.give(hostname, socketCount)));
      },
    };
    const group: UpstreamGroup = fallback === null
      ? new UpstreamGroup(groupOptions)
      : new FallbackGroup({ ...groupOptions, fallback });
    for (const { upstream, endpoint } of members) {
      if (isSecure(endpoint) || !endpoint.isDiscovered) continue;
      this.#discoveries.join(upstream, endpoint, group, (designated) => this.#openStandIn(designated, options));
    }
    return group;
  }

  /** Whoever may be asked in place of a plain upstream, by a group of its own. */
  #openStandIn(endpoint: SecureEndpoint, { sources = [] }: GroupOptions): Opened<Upstream> {
    const group = this.openGroup({ endpoints: [endpoint], strategy: "sequential", socketCount: 1, sources });
    return { upstream: group.members[0]!, close: () => group.close() };
  }

  /** All that are in a group. */
  get upstreams(): readonly Upstream[] {
    return [...this.#members.values()].map(({ upstream }) => upstream);
  }

  /** How each is doing: the `preferred` ones in their order, and then the others. */
  states(preferred: readonly Upstream[] = []): readonly UpstreamStatus[] {
    return [...new Set([...preferred, ...this.upstreams])].map(({ key, state }) => {
      const member = this.#members.get(key);
      if (member === undefined) return state;
      const isForBootstrap = member.bootstrapCount === member.groupCount;
      const discovery = this.#discoveries.stateOf(member.upstream);
      return { ...state, ...isForBootstrap ? { isForBootstrap } : {}, ...discovery === null ? {} : { discovery } };
    });
  }

  /**
   * Begins anew: for when the machine has slept, or is in another network. Nothing waits for what was sent before: sockets
   * and connections are closed, and questions in flight are asked again from fresh ones as far as their time allows, with as many
   * sends as a new question. Not logged: whoever calls it knows why.
   */
  reset(): void {
    this.#restarts.count++;
    for (const { upstream } of this.#members.values()) upstream.reset();
    const closeSockets = this.#pools.leaveSockets();
    for (const { stream, link } of this.#members.values()) {
      link?.forget();
      stream.drop();
    }
    closeSockets();
    this.#discoveries.reset();
    for (const { stream, link } of this.#members.values()) if (link !== null) stream.warm();
  }

  /** UDP sockets that are open, those that only wait for their last replies included. */
  get openSockets(): number {
    return this.#pools.openCount;
  }

  /** TCP connections that are open or being made. */
  get openStreams(): number {
    return [...this.#members.values()].reduce((sum, { stream }) => sum + stream.openCount, 0);
  }

  /** Closes every socket and connection. What still waits for a reply fails. */
  close(): void {
    this.#discoveries.close();
    // Before any connection is closed: what fails then is not to be asked over UDP.
    this.#pools.close();
    for (const { stream, link } of this.#members.values()) (link ?? stream).close();
    this.#members.clear();
  }

  /** See `LeavingOut`. */
  useLeftOut = (leftOut: readonly LeftOut[]): void => this.#leavingOut.use(leftOut, this.upstreams);

  #open(approach: Approach, openedAtMs: number): Member {
    const member = openMember(approach, openedAtMs, {
      ...this.#options,
      random: this.#random,
      pools: this.#pools,
      openGroup: (endpoints, sources) => {
        const socketCount = BOOTSTRAP_SOCKETS;
        return this.openGroup({ endpoints, strategy: "sequential", socketCount, sources, isForBootstrap: true });
      },
      onUntrusted: () => {
        const secure = [...this.#members.values()].filter(({ link }) => link !== null);
        this.#clockDoubt.look(secure.map(({ upstream }) => upstream));
      },
    });
    this.#leavingOut.apply(member.upstream);
    return member;
  }

  /** One of their groups is no more: those that are in no other are closed, and their sockets given back by `giveSockets`. */
  #leave(members: readonly Member[], giveSockets: () => void): void {
    const left = members.filter((member) => {
      return --member.groupCount === 0 && this.#members.get(member.upstream.key) === member;
    });
    for (const { upstream } of left) {
      this.#members.delete(upstream.key);
      // First: that we leave it is no failure of its own.
      upstream.close();
    }
    giveSockets();
    for (const { stream, link, bootstrapServers } of left) {
      (link ?? stream).close();
      bootstrapServers?.close();
    }
  }
}

function approachTo(
  endpoint: Endpoint,
  { sources = [], asksWithCookies = true, randomizesCase = true }: GroupOptions,
): Approach {
  return { endpoint, sources: sourcesFor(endpoint, sources), hasCookies: asksWithCookies, isMixed: randomizesCase };
}

function assertAskable(endpoint: Endpoint, { quic }: Pick<Network, "quic">): void {
  if (!isSecure(endpoint) || endpoint.protocol !== "quic" || quic.whyNot === null) return;
  throw new RangeError(`Cannot ask ${endpointText(endpoint)}: ${quic.whyNot}`);
}
