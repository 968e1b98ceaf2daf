import { formatSocketAddress, type SocketAddress } from "./base/address.ts";
import { DeadlineQueue } from "./base/deadline_queue.ts";
import { formatIp } from "./base/ip.ts";
import type { Runtime } from "./base/runtime.ts";
import { type Config, DEFAULT_LISTEN } from "./config/config.ts";
import { Counters, formatCounters } from "./observe/counters.ts";
import { Log } from "./observe/log.ts";
import { Any } from "./resolver/any.ts";
import { Chaos } from "./resolver/chaos.ts";
import { Coalesce } from "./resolver/coalesce.ts";
import { FixedAnswer } from "./resolver/fixed_answer.ts";
import { Forward } from "./resolver/forward.ts";
import { InFlight } from "./resolver/in_flight.ts";
import { LoopGuard } from "./resolver/loop_guard.ts";
import { MultiQtype } from "./resolver/multi_qtype.ts";
import type { Resolver } from "./resolver/resolver.ts";
import { SpecialNames } from "./resolver/special_names.ts";
import { Split } from "./resolver/split.ts";
import { Access } from "./server/access.ts";
import { listenOn } from "./server/listen.ts";
import { Policy } from "./server/policy.ts";
import { RateLimit } from "./server/rate_limit.ts";
import { Server } from "./server/server.ts";
import { ServerCookies } from "./server/server_cookies.ts";
import { StreamListener } from "./server/stream_listener.ts";
import { UdpListener } from "./server/udp_listener.ts";
import { LoopDetector } from "./upstream/loop_detector.ts";
import { openUpstreams } from "./upstream/open_upstreams.ts";
import { upstreamName } from "./upstream/upstream.ts";
import type { Upstreams } from "./upstream/upstreams.ts";
import { VERSION } from "./version.ts";

/** The running program: listeners, resolvers and upstreams, put together from a configuration. */
export class App {
  /** What has happened since the start. */
  readonly counters: Counters = new Counters();
  readonly #log: Log;
  readonly #deadlines: DeadlineQueue;
  readonly #upstreams: Upstreams | null;
  readonly #inFlight: InFlight | null;
  readonly #datagramListeners: readonly UdpListener[];
  readonly #streamListeners: readonly StreamListener[];

  /**
   * Starts serving.
   *
   * @throws {ListenError} when an address cannot be bound; nothing is left open then.
   */
  constructor(config: Config, runtime: Runtime) {
    const { clock, timers } = runtime;
    const { counters } = this;
    const isForwarding = config.resolvers.length > 0;
    const log = new Log({ level: config.logLevel, writeLine: (line) => runtime.writeLine(line) });
    const deadlines = new DeadlineQueue({ clock, timers });
    this.#log = log;
    this.#deadlines = deadlines;
    const sockets = listenOn(runtime.network, config.listen ?? DEFAULT_LISTEN, config.listen === null);
    this.#upstreams = !isForwarding ? null : openUpstreams({
      addresses: config.resolvers,
      strategy: config.strategy,
      socketCount: config.upstreamSockets,
      // One more timeout: what comes later than this has lost its way.
      ghostMs: config.timeoutMs,
      runtime,
      deadlines,
      counters,
      log,
    });
    const forwarding = this.#upstreams === null
      ? null
      : forwardingChain(config, this.#upstreams, { runtime, counters, log });
    this.#inFlight = forwarding?.inFlight ?? null;
    const server = new Server({
      policy: new Policy({
        access: new Access(config.allow),
        cookies: new ServerCookies(runtime),
        rateLimit: config.rateLimit === 0 ? null : new RateLimit({ questionsPerSecond: config.rateLimit, clock }),
        counters,
        recursionAvailable: isForwarding,
      }),
      resolver: resolverChain(config, forwarding?.first ?? null),
      clock,
      counters,
      log,
      timeoutMs: config.timeoutMs,
      recursionAvailable: isForwarding,
    });
    this.#datagramListeners = sockets.map(({ datagram }) => {
      return new UdpListener({ socket: datagram, server, timers, counters, log });
    });
    this.#streamListeners = sockets.map(({ stream }) => {
      return new StreamListener({ socket: stream, server, clock, timers, deadlines, counters, log });
    });
    for (const listener of this.#listeners) listener.run();
    this.#announce(config);
  }

  /** Where clients are served, with the ports that the sockets really got. */
  get addresses(): readonly SocketAddress[] {
    return this.#datagramListeners.map((listener) => listener.address);
  }

  /** What is still held for queries; zeros some time after the last one. For tests and for watching. */
  get held(): { inFlight: number; deadlines: number; upstreamSockets: number; connections: number } {
    return {
      inFlight: this.#inFlight?.count ?? 0,
      deadlines: this.#deadlines.size,
      upstreamSockets: this.#upstreams?.openSockets ?? 0,
      connections: this.#streamListeners.reduce((sum, listener) => sum + listener.sessionCount, 0),
    };
  }

  /** How it is doing, on one line. For the service manager. */
  get status(): string {
    const { received, replied } = this.counters;
    const where = this.addresses.map(formatSocketAddress).join(" and ");
    return `serving ${where}: ${received} queries, ${replied} replies, ${this.held.inFlight} questions in flight`;
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

  get #listeners(): readonly (UdpListener | StreamListener)[] {
    return [...this.#datagramListeners, ...this.#streamListeners];
  }

  #close(): void {
    this.#upstreams?.close();
    this.#deadlines.clear();
    this.#log.info(`stopped: ${formatCounters(this.counters)}`);
  }

  #announce(config: Config): void {
    const where = this.addresses.map(formatSocketAddress).join(" and ");
    if (config.resolvers.length === 0) {
      const addresses = [config.answerIpv4, config.answerIpv6].filter((ip) => ip !== null).map(formatIp).join(" and ");
      this.#log.warn(
        `${VERSION} listens on ${where}. ANSWERS ARE MADE UP: every name has the address ${addresses}. ` +
          `Give --resolver <ip>[:port] to forward`,
      );
      return;
    }
    const upstreams = config.resolvers.map(upstreamName).join(", ");
    this.#log.info(`${VERSION} listens on ${where}, forwards to ${upstreams}`);
  }
}

/** The layers in front of the upstreams: limits, one exchange for identical questions, loops. */
function forwardingChain(
  { maxInFlight }: Config,
  upstreams: Upstreams,
  { runtime, counters, log }: { runtime: Runtime; counters: Counters; log: Log },
): { first: Resolver; inFlight: InFlight } {
  const { clock, random } = runtime;
  const detector = new LoopDetector({ upstreams: upstreams.members, random, clock });
  const forward = new Forward({ upstreams });
  const coalesce = new Coalesce({ next: forward, onFailedTogether: () => detector.suspect() });
  const inFlight = new InFlight({ next: coalesce, max: maxInFlight, clock, counters, log });
  return { first: new LoopGuard({ next: inFlight, detector }), inFlight };
}

/**
 * The way of a query, from its end to its beginning. A new layer goes here.
 *
 * @param forward What asks the upstreams; `null` when there are none.
 */
function resolverChain(config: Config, forward: Resolver | null): Resolver {
  const { answerIpv4, answerIpv6, answersSpecialNames, serverId, multiQuestion } = config;
  const recursionAvailable = forward !== null;
  let next = forward ?? new FixedAnswer({ ipv4: answerIpv4, ipv6: answerIpv6 });
  if (forward !== null && answersSpecialNames) next = new SpecialNames({ next });
  if (forward !== null) next = new Any({ next });
  next = new Chaos({ next, serverId, version: `dns-forwarder ${VERSION}`, recursionAvailable });
  next = new Split({ next, multiQuestion, recursionAvailable });
  return new MultiQtype({ next });
}
