import { formatSocketAddress, type SocketAddress } from "../base/net/address.ts";
import { AwakeClock } from "../base/time/awake_clock.ts";
import { DeadlineQueue } from "../base/time/deadline_queue.ts";
import { deriveKey, drawSecret } from "../base/random/derive_key.ts";
import { FairShare } from "../base/time/fair_share.ts";
import { parseCidr } from "../base/net/cidr.ts";
import type { Clock, Runtime } from "../base/runtime.ts";
import type { CacheStore } from "../cache/store/cache_store.ts";
import { forwardingChain, resolverChain } from "./chain.ts";
import { type Config, DEFAULT_LISTEN } from "../config/config.ts";
import { Counters, formatCounters } from "../observe/counters.ts";
import { Log } from "../observe/log.ts";
import { type CacheStatus, formatStatus, type Status } from "../operator/status.ts";
import type { InFlight } from "../resolver/sharing/in_flight.ts";
import { Access } from "../server/admission/access.ts";
import { StreamLimit } from "../server/listen/stream_limit.ts";
import { listenOn } from "../server/listen/listen.ts";
import { Policy } from "../server/admission/policy.ts";
import { RateLimit } from "../server/admission/rate_limit.ts";
import { Server } from "../server/server.ts";
import { ServerCookies } from "../server/admission/server_cookies.ts";
import { StreamListener } from "../server/listen/stream_listener.ts";
import { UdpListener } from "../server/listen/udp_listener.ts";
import { endpointText } from "../upstream/endpoint.ts";
import { UpstreamRegistry } from "../upstream/registry.ts";
import { VERSION } from "../version.ts";

/** What a program holds for queries at a moment. */
export interface ResourceUsage {
  /** Questions that wait for their answers. */
  readonly inFlight: number;
  /** Deadlines that wait for their moments. */
  readonly deadlines: number;
  /** UDP sockets towards upstreams: those in use stay open. */
  readonly upstreamSockets: number;
  /** TCP connections towards upstreams, those being made included. */
  readonly upstreamConnections: number;
  /** TCP connections of clients. */
  readonly connections: number;
  /** Octets of queries and replies that wait on these. */
  readonly connectionOctets: number;
}

/** The running program: listeners, resolvers and upstreams, put together from a configuration. */
export class App {
  /** What has happened since the start. */
  readonly counters: Counters = new Counters();
  readonly #log: Log;
  readonly #deadlines: DeadlineQueue;
  readonly #share: FairShare;
  readonly #registry: UpstreamRegistry | null;
  readonly #inFlight: InFlight | null;
  readonly #store: CacheStore | null;
  /** Goes on while the machine sleeps. */
  readonly #ageClock: Clock;
  readonly #startedAtMs: number;
  readonly #lostLineCount: () => number;
  readonly #datagramListeners: readonly UdpListener[];
  readonly #streamListeners: readonly StreamListener[];
  readonly #streamLimit: StreamLimit;

  /**
   * Starts serving.
   *
   * @param secret What cookies and probes for loops are known again by: 16 octets, the same for all that serve together.
   * @throws {ListenError} when an address cannot be bound; nothing is left open then.
   */
  constructor(config: Config, runtime: Runtime, secret: Uint8Array = drawSecret(runtime.random)) {
    const { timers, turns } = runtime;
    const { counters } = this;
    const ageClock = new AwakeClock({ ...runtime, onResume: (sleptMs) => this.#resume(sleptMs) });
    const clock = ageClock.waking;
    const isForwarding = config.upstreams.length > 0;
    const log = new Log({ level: config.logLevel, writeLine: (line) => runtime.writeLine(line) });
    const deadlines = new DeadlineQueue({ clock, timers });
    const share = this.#share = new FairShare(timers);
    this.#log = log;
    this.#ageClock = ageClock;
    this.#startedAtMs = ageClock.nowMs();
    this.#lostLineCount = () => runtime.lostLineCount();
    this.#deadlines = deadlines;
    const sockets = listenOn(runtime.network, config.listen ?? DEFAULT_LISTEN, config.listen === null);
    this.#registry = !isForwarding ? null : new UpstreamRegistry({
      socketCount: config.upstreamSockets,
      asksWithCookies: config.asksWithCookies,
      randomizesCase: config.randomizesCase,
      // One more timeout: what comes later than this has lost its way.
      ghostMs: config.timeoutMs,
      runtime: { ...runtime, clock },
      deadlines,
      counters,
      log,
    });
    const upstreams = this.#registry?.openGroup({ endpoints: config.upstreams, strategy: config.strategy });
    const forwarding = upstreams === undefined ? null : forwardingChain(config, this.#registry!, upstreams, {
      ...runtime,
      clock,
      ageClock,
      share,
      secret,
      deadlines,
      counters,
      log,
    });
    this.#inFlight = forwarding?.inFlight ?? null;
    this.#store = forwarding?.store ?? null;
    const access = new Access(config.allow.map(parseCidr));
    const server = new Server({
      policy: new Policy({
        access,
        cookies: new ServerCookies({ ...runtime, keyOfDay: (day) => deriveKey(secret, "cookies", day) }),
        rateLimit: config.rateLimit === 0 ? null : new RateLimit({ questionsPerSecond: config.rateLimit, clock }),
        counters,
        clock,
        log,
        recursionAvailable: isForwarding,
      }),
      resolver: resolverChain(config, forwarding, clock),
      clock,
      counters,
      log,
      timeoutMs: config.timeoutMs,
      recursionAvailable: isForwarding,
    });
    this.#datagramListeners = sockets.map(({ datagram }) => {
      return new UdpListener({ socket: datagram, server, clock, timers, turns, counters, log });
    });
    const limit = this.#streamLimit = new StreamLimit({ access, clock, counters, log });
    this.#streamListeners = sockets.map(({ stream }) => {
      return new StreamListener({
        socket: stream,
        server,
        limit,
        share,
        clock,
        timers,
        deadlines,
        counters,
        log,
      });
    });
    for (const listener of this.#listeners) listener.run();
    this.#announce(config);
  }

  /** Where clients are served, with the ports that the sockets really got. */
  get addresses(): readonly SocketAddress[] {
    return this.#datagramListeners.map((listener) => listener.address);
  }

  /** What is still held for queries; zeros some time after the last one. For tests and for watching. */
  get held(): ResourceUsage {
    return {
      inFlight: this.#inFlight?.count ?? 0,
      deadlines: this.#deadlines.size,
      upstreamSockets: this.#registry?.openSockets ?? 0,
      upstreamConnections: this.#registry?.openStreams ?? 0,
      connections: this.#streamListeners.reduce((sum, listener) => sum + listener.sessionCount, 0),
      connectionOctets: this.#streamLimit.waitingOctets,
    };
  }

  /** How the program is doing. Numbers and text alone: it may go to another process. */
  get state(): Status {
    return {
      runningMs: this.#ageClock.nowMs() - this.#startedAtMs,
      inFlight: this.held.inFlight,
      lostLines: this.#lostLineCount(),
      counters: this.counters,
      cache: this.#store && cacheStatus(this.#store),
      upstreams: this.#registry?.states() ?? [],
    };
  }

  /** How the program is doing, for its operator; a line each. */
  status(): string[] {
    return formatStatus(this.state);
  }

  /** Takes no more queries, answers those in flight within their deadlines, and closes everything. */
  async stop(): Promise<void> {
    this.#log.info(`stopping, ${this.held.inFlight} questions in flight`);
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
    this.#close();
  }

  /** Closes everything at once. */
  abort(): void {
    for (const listener of this.#listeners) listener.close();
    this.#close();
  }

  /** While the machine slept, connections died and upstreams became reachable, or others. */
  #resume(sleptMs: number): void {
    this.#log.info(`the machine has slept for ${Math.round(sleptMs / 1000)} s: starting over with the upstreams`);
    this.#registry?.reset();
  }

  get #listeners(): readonly (UdpListener | StreamListener)[] {
    return [...this.#datagramListeners, ...this.#streamListeners];
  }

  #close(): void {
    this.#registry?.close();
    this.#deadlines.clear();
    this.#share.close();
    this.#log.info(`stopped: ${formatCounters(this.counters)}`);
  }

  #announce(config: Config): void {
    const where = this.addresses.map(formatSocketAddress).join(" and ");
    if (config.upstreams.length === 0) {
      const addresses = [config.answer.ipv4, config.answer.ipv6].filter((ip) => ip !== null).join(" and ");
      this.#log.warn(
        `${VERSION} listens on ${where}. ANSWERS ARE MADE UP: every name has the address ${addresses}. ` +
          `Give --resolver <ip>[:port] to forward`,
      );
      return;
    }
    const upstreams = config.upstreams.map(endpointText).join(", ");
    this.#log.info(`${VERSION} listens on ${where}, forwards to ${upstreams}`);
  }
}

/** The store's own numbers are computed when they are read, and stay behind when it is copied. */
function cacheStatus({ count, usedOctets, budgetOctets, evictionCount }: CacheStatus): CacheStatus {
  return { count, usedOctets, budgetOctets, evictionCount };
}
