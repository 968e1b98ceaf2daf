import { anyAddressFor } from "../base/net/address.ts";
import { Random } from "../base/random/random.ts";
import type { Runtime } from "../base/runtime.ts";
import { type Endpoint, endpointText, socketAddressOf } from "./endpoint.ts";
import { CookieJar } from "./exchange/cookie_jar.ts";
import type { Strategy } from "./group/strategy.ts";
import { UpstreamGroup } from "./group/upstream_group.ts";
import type { UpstreamStatus } from "./health/upstream_status.ts";
import { StreamTransport } from "./stream/stream_transport.ts";
import { DatagramTransport } from "./udp/datagram_transport.ts";
import { SocketPools } from "./udp/socket_pools.ts";
import { Upstream } from "./upstream.ts";
import type { Services } from "../observe/services.ts";

/** What a registry is made from. */
export interface UpstreamRegistryOptions extends Pick<Services, "deadlines" | "counters" | "log"> {
  /** Sockets of each address family that take turns. */
  readonly socketCount: number;
  /** Whether queries carry cookies; they do unless said otherwise. */
  readonly asksWithCookies?: boolean;
  /** Whether names go out in random letter case; they do unless said otherwise. */
  readonly randomizesCase?: boolean;
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
}

/** An upstream, and what it is asked through. */
interface Member {
  readonly upstream: Upstream;
  readonly stream: StreamTransport;
  /** Where its datagrams leave from; `null` if it is asked over TCP alone. */
  readonly localHostname: string | null;
  /** When it was opened; -Infinity for those of the first group, before which nobody was asked. */
  readonly openedAtMs: number;
  /** Groups that it is in. */
  groupCount: number;
}

/**
 * The upstreams of the process, each known by its endpoint, with their sockets and connections. Whatever groups an upstream is
 * in, it is one upstream: what is learned of it for one group, the others know. An upstream that is in the groups of yesterday
 * and in those of today stays as it is; one that is in none any more is closed.
 */
export class UpstreamRegistry {
  readonly #options: UpstreamRegistryOptions;
  readonly #random: Random;
  readonly #pools: SocketPools;
  readonly #members = new Map<string, Member>();
  readonly #restarts = { count: 0 };
  #hasGroups = false;

  /** See {@linkcode UpstreamRegistryOptions}. */
  constructor(options: UpstreamRegistryOptions) {
    this.#options = options;
    this.#random = new Random(options.runtime.random);
    this.#pools = new SocketPools({ ...options, random: this.#random, size: options.socketCount });
  }

  /**
   * A group of upstreams, those that are known already as they are. Its upstreams stay until it is closed and its last exchange
   * has ended.
   *
   * @throws {RangeError} when there is no transport for one of them; nothing has changed then.
   */
  openGroup({ endpoints, strategy }: GroupOptions): UpstreamGroup {
    const { runtime: { clock }, deadlines, counters } = this.#options;
    for (const endpoint of endpoints) assertAskable(endpoint);
    const names = new Map(endpoints.map((endpoint) => [endpointText(endpoint), endpoint]));
    const members = [...names].map(([name, endpoint]) => {
      return this.#members.getOrInsertComputed(name, () => this.#open(endpoint));
    });
    for (const member of members) member.groupCount++;
    this.#hasGroups = true;
    return new UpstreamGroup({
      members: members.map(({ upstream }) => upstream),
      completeSinceMs: Math.max(...members.map(({ openedAtMs }) => openedAtMs)),
      strategy,
      random: this.#random,
      clock,
      deadlines,
      counters,
      restarts: this.#restarts,
      onClosed: () => members.forEach((member) => this.#leave(member)),
    });
  }

  /** All that are in a group. */
  get upstreams(): readonly Upstream[] {
    return [...this.#members.values()].map(({ upstream }) => upstream);
  }

  /** How each is doing: the `preferred` ones in their order, and then the others. */
  states(preferred: readonly Upstream[] = []): readonly UpstreamStatus[] {
    return [...new Set([...preferred, ...this.upstreams])].map(({ state }) => state);
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
    for (const { stream } of this.#members.values()) stream.drop();
    closeSockets();
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
    // All that share a pool give it back before any connection is closed: what fails then is not to be asked over UDP.
    for (const { localHostname } of this.#members.values()) if (localHostname !== null) this.#pools.give(localHostname);
    for (const { stream } of this.#members.values()) stream.close();
    this.#members.clear();
  }

  #open(endpoint: Endpoint): Member {
    const { runtime, deadlines, counters, log, tombstoneMs, asksWithCookies = true, randomizesCase = true } =
      this.#options;
    const random = this.#random;
    const address = socketAddressOf(endpoint);
    const jar = asksWithCookies ? { cookies: new CookieJar(random) } : {};
    const stream = new StreamTransport({ runtime, random, deadlines, counters, address, tombstoneMs, ...jar });
    const openedAtMs = this.#hasGroups ? runtime.clock.nowMs() : -Infinity;
    const common = { endpoint, ...jar, randomizesCase, deadlines, clock: runtime.clock, random, log };
    if (endpoint.protocol === "tcp") {
      // It is asked over TCP from the first query on, and truncated replies are no better elsewhere.
      const upstream = new Upstream({ ...common, transport: stream, fallback: null });
      return { upstream, stream, localHostname: null, openedAtMs, groupCount: 0 };
    }
    const localHostname = anyAddressFor(address);
    const sockets = this.#pools.take(localHostname);
    const datagram = new DatagramTransport({ sockets, address, name: endpointText(endpoint), counters, ...jar });
    const upstream = new Upstream({ ...common, transport: datagram, fallback: stream });
    return { upstream, stream, localHostname, openedAtMs, groupCount: 0 };
  }

  /** One of its groups is no more. */
  #leave(member: Member): void {
    const { upstream, stream, localHostname } = member;
    if (--member.groupCount > 0 || this.#members.get(upstream.name) !== member) return;
    this.#members.delete(upstream.name);
    // First: that we leave it is no failure of its own.
    upstream.close();
    if (localHostname !== null) this.#pools.give(localHostname);
    stream.close();
  }
}

function assertAskable(endpoint: Endpoint): void {
  if (endpoint.protocol === "udp" || endpoint.protocol === "tcp") return;
  throw new RangeError(`Cannot ask ${endpointText(endpoint)}: no such transport`);
}
