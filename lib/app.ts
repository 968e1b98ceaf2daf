import { formatSocketAddress, isIpv6, type SocketAddress } from "./base/address.ts";
import { DeadlineQueue } from "./base/deadline_queue.ts";
import { formatIp } from "./base/ip.ts";
import { Random } from "./base/random.ts";
import { AddressInUseError, type DatagramSocket, type Runtime } from "./base/runtime.ts";
import { type Config, DEFAULT_LISTEN } from "./config/config.ts";
import { Counters, formatCounters } from "./observe/counters.ts";
import { Log } from "./observe/log.ts";
import { FixedAnswer } from "./resolver/fixed_answer.ts";
import { Forward } from "./resolver/forward.ts";
import type { Resolver } from "./resolver/resolver.ts";
import { Split } from "./resolver/split.ts";
import { Server } from "./server/server.ts";
import { UdpListener } from "./server/udp_listener.ts";
import { SocketPool } from "./upstream/socket_pool.ts";
import { Upstream } from "./upstream/upstream.ts";
import { VERSION } from "./version.ts";

/** A listener's address could not be bound. `cause` is what the operating system said. */
export class ListenError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "ListenError";
  /** What was to be bound. */
  readonly address: SocketAddress;

  /** `cause` is what the operating system said. */
  constructor(address: SocketAddress, cause: unknown) {
    super(`Cannot listen on ${formatSocketAddress(address)}`, { cause });
    this.address = address;
  }
}

/** The running program: listeners, resolvers and upstreams, put together from a configuration. */
export class App {
  /** What has happened since the start. */
  readonly counters: Counters = new Counters();
  readonly #log: Log;
  readonly #deadlines: DeadlineQueue;
  readonly #sockets: SocketPool | null;
  readonly #server: Server;
  readonly #listeners: readonly UdpListener[];

  /**
   * Starts serving.
   *
   * @throws {ListenError} when an address cannot be bound; nothing is left open then.
   */
  constructor(config: Config, runtime: Runtime) {
    const { clock, timers } = runtime;
    const isForwarding = config.resolvers.length > 0;
    this.#log = new Log({ level: config.logLevel, writeLine: (line) => runtime.writeLine(line) });
    this.#deadlines = new DeadlineQueue({ clock, timers });
    this.#sockets = isForwarding ? this.#openUpstreamSockets(config, runtime) : null;
    // The way of a query, in order. A new layer goes here.
    const last = this.#sockets === null ? fixedAnswer(config) : this.#forward(config, runtime, this.#sockets);
    const chain = new Split({ next: last, multiQuestion: config.multiQuestion, recursionAvailable: isForwarding });
    this.#server = new Server({
      resolver: chain,
      clock,
      counters: this.counters,
      log: this.#log,
      timeoutMs: config.timeoutMs,
      recursionAvailable: isForwarding,
    });
    this.#listeners = openListeners(config, runtime).map((socket) => {
      return new UdpListener({ socket, server: this.#server, timers, counters: this.counters, log: this.#log });
    });
    for (const listener of this.#listeners) listener.run();
    this.#announce(config);
  }

  /** Where clients are served, with the ports that the sockets really got. */
  get addresses(): readonly SocketAddress[] {
    return this.#listeners.map((listener) => listener.address);
  }

  /** What is still held for queries; all zero some time after the last one. For tests and for watching. */
  get held(): { inFlight: number; deadlines: number; upstreamSockets: number } {
    return {
      inFlight: this.#server.inFlight,
      deadlines: this.#deadlines.size,
      upstreamSockets: this.#sockets?.openCount ?? 0,
    };
  }

  /** Takes no more queries, answers those in flight within their deadlines, and closes everything. */
  async stop(): Promise<void> {
    this.#log.info(`stopping, ${this.#server.inFlight} questions in flight`);
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
    this.#close();
  }

  /** Closes everything at once. */
  abort(): void {
    for (const listener of this.#listeners) listener.close();
    this.#close();
  }

  #close(): void {
    this.#sockets?.close();
    this.#deadlines.clear();
    this.#log.info(`stopped: ${formatCounters(this.counters)}`);
  }

  #openUpstreamSockets(config: Config, runtime: Runtime): SocketPool {
    return new SocketPool({
      runtime,
      random: new Random(runtime.random),
      deadlines: this.#deadlines,
      counters: this.counters,
      log: this.#log,
      localHostname: isIpv6(config.resolvers[0]!) ? "::" : "0.0.0.0",
      size: config.upstreamSockets,
      // One more timeout: what comes later than this has lost its way.
      ghostMs: config.timeoutMs,
    });
  }

  #forward(config: Config, { clock }: Runtime, sockets: SocketPool): Resolver {
    const upstream = new Upstream({
      address: config.resolvers[0]!,
      sockets,
      deadlines: this.#deadlines,
      clock,
      counters: this.counters,
    });
    return new Forward({ upstream });
  }

  #announce(config: Config): void {
    const where = this.addresses.map(formatSocketAddress).join(" and ");
    const [first, ...others] = config.resolvers;
    if (first === undefined) {
      const addresses = [config.answerIpv4, config.answerIpv6].filter((ip) => ip !== null).map(formatIp).join(" and ");
      this.#log.warn(
        `${VERSION} listens on ${where}. ANSWERS ARE MADE UP: every name has the address ${addresses}. ` +
          `Give --resolver <ip>[:port] to forward`,
      );
      return;
    }
    this.#log.info(`${VERSION} listens on ${where}, forwards to ${formatSocketAddress(first)}`);
    if (others.length > 0) {
      this.#log.warn(`only the first --resolver is used: ${others.map(formatSocketAddress).join(", ")} left alone`);
    }
  }
}

function fixedAnswer({ answerIpv4, answerIpv6 }: Config): Resolver {
  return new FixedAnswer({ ipv4: answerIpv4, ipv6: answerIpv6 });
}

function openListeners(config: Config, runtime: Runtime): DatagramSocket[] {
  const sockets: DatagramSocket[] = [];
  const addresses = config.listen ?? DEFAULT_LISTEN;
  for (const address of addresses) {
    try {
      sockets.push(runtime.network.openDatagram(address));
    } catch (error) {
      // Not every machine has IPv6; without being asked for, ::1 is a courtesy. A port that is taken is no such case.
      if (config.listen === null && isIpv6(address) && !(error instanceof AddressInUseError)) continue;
      for (const socket of sockets) socket.close();
      throw new ListenError(address, error);
    }
  }
  return sockets;
}
