import { formatSocketAddress, type SocketAddress } from "../../base/net/address.ts";
import type { Random } from "../../base/random/random.ts";
import { AddressInUseError, type DatagramSocket, type Runtime } from "../../base/runtime.ts";
import type { QuerySource } from "../request.ts";
import { UpstreamSocket } from "./upstream_socket.ts";
import type { Services } from "../../observe/services.ts";

/** RFC 5452 §9.2: "the largest range of ports practicable"; those below 1024 belong to services. */
const PORT_MIN = 1024;
const PORT_MAX = 65_535;
/** Random ports tried before the kernel is asked to choose one. */
const PORT_TRIES_MAX = 8;
/** After this many queries a socket, and with it a source port, is replaced. */
const QUERIES_PER_SOCKET_MAX = 2000;
/** After this long a socket is replaced, even if it was hardly used. */
const SOCKET_AGE_MAX_MS = 60_000;

/**
 * Sockets opened at once because of silence: as many as the pool has, and these at least. In a second half as many. An
 * outage, or a path that loses much, meets silence thousands of times a second, and each socket stays open until its last
 * query's ID has rested.
 */
const FRESH_MIN = 16;

/** What a pool is made from. */
export interface SocketPoolOptions extends Pick<Services, "deadlines" | "counters" | "log"> {
  /** The world outside. */
  readonly runtime: Runtime;
  /** Where unpredictable numbers come from. */
  readonly random: Random;
  /** Where to send from: an address, or any of a family, `0.0.0.0` or `::`, or of a link, `::%eth0`. */
  readonly localHostname: string;
  /** Sockets that take queries at the same time. */
  readonly size: number;
  /** See `CorrelatorOptions.tombstoneMs`. */
  readonly tombstoneMs: number;
}

/**
 * The sockets from which upstreams are asked, apart from those that clients talk to. Each has a random source port, each
 * query goes out on a random one, and each is replaced after a while: whoever wants to forge a reply has to guess the
 * port as well as the ID (RFC 5452 §9.2).
 */
export class SocketPool {
  readonly #options: SocketPoolOptions;
  readonly #current: (UpstreamSocket | undefined)[];
  /** Replaced sockets whose last replies are still awaited. */
  readonly #retired = new Set<UpstreamSocket>();
  /** The one that was picked last. */
  #last: UpstreamSocket | null = null;
  /** The last one that was opened because of silence. */
  #newest: UpstreamSocket | null = null;
  /** Sockets that take queries at the same time. */
  #size: number;
  /** How many may be opened now because of silence, as of `#freshAtMs`. */
  #freshLeft: number;
  #freshMax: number;
  #freshAtMs = 0;
  #isClosed = false;

  /** See {@linkcode SocketPoolOptions}. */
  constructor(options: SocketPoolOptions) {
    this.#options = options;
    this.#size = options.size;
    this.#freshMax = this.#freshLeft = Math.max(FRESH_MIN, options.size);
    this.#current = new Array<UpstreamSocket | undefined>(options.size).fill(undefined);
  }

  /** From now on so many sockets take queries at the same time. Those beyond wait for their last replies. */
  resize(size: number): void {
    if (size === this.#size) return;
    this.#size = size;
    this.#freshMax = Math.max(FRESH_MIN, size);
    this.#last = this.#newest = null;
    for (const socket of this.#current.splice(size)) if (socket !== undefined && !socket.isClosed) this.#retire(socket);
    while (this.#current.length < size) this.#current.push(undefined);
  }

  /** Sockets that are open, those that only wait for their last replies included. */
  get openCount(): number {
    return this.#openSockets.length;
  }

  /**
   * A socket for one query: a random one, yet not `other` when there is a choice. Queries of one turn of the event loop
   * leave together from one socket, where there are batches: which one is no easier to guess for it.
   *
   * @param isFresh Whether it is to be one that nothing was sent from before: what was sent from the others has met silence,
   * and a NAT or a load balancer on the way may have mapped their ports to a server that has gone. It takes the place of
   * `other`. When too many are opened like this, the last one of them is shared.
   * @throws {Error} when none is open and the operating system gives none, or after `close`.
   */
  pick(other: QuerySource | null = null, isFresh = false): UpstreamSocket {
    const { random } = this.#options;
    const size = this.#size;
    // A query that `close` has failed asks again: it must not open what nobody would close.
    if (this.#isClosed) throw new Error("Upstream sockets are closed");
    if (isFresh) {
      if (this.#takeFresh()) return this.#newest = this.#replace(this.#placeOf(other));
      const newest = this.#newest;
      if (newest !== null && newest !== other && !newest.isDistrusted && this.#isUsable(newest)) return newest;
    }
    const last = this.#last;
    if (last !== null && last.hasQueued && last !== other && this.#isUsable(last)) return last;
    let index = random.below(size);
    if (other !== null && size > 1 && this.#current[index] === other) index = (index + 1) % size;
    const socket = this.#current[index];
    const isGood = socket !== undefined && this.#isUsable(socket) && !(socket.isDistrusted && this.#takeFresh());
    return isGood ? this.#last = socket : this.#replace(index);
  }

  #placeOf(socket: QuerySource | null): number {
    const index = this.#current.findIndex((current) => current === socket);
    return socket === null || index === -1 ? this.#options.random.below(this.#size) : index;
  }

  /** Opens a socket in place of the one at `index`. */
  #replace(index: number): UpstreamSocket {
    const socket = this.#current[index];
    if (socket !== undefined && !socket.isClosed) this.#retire(socket);
    try {
      return this.#last = this.#current[index] = this.#open();
    } catch (error) {
      this.#current[index] = undefined;
      // Out of file descriptors, say. An open socket still serves, if with a port that is less of a surprise.
      const open = this.#openSockets.find((candidate) => candidate.correlator.hasRoom);
      if (open === undefined) throw error;
      return open;
    }
  }

  /**
   * Leaves its sockets; the next query opens a fresh one.
   *
   * @returns What closes them. Queries in flight on them fail then, and may be asked again at once: from this pool, or
   * from another one that ought to have left its sockets before.
   */
  leaveSockets(): () => void {
    const sockets = this.#openSockets;
    this.#current.fill(undefined);
    this.#retired.clear();
    this.#last = this.#newest = null;
    return () => {
      for (const socket of sockets) socket.close();
    };
  }

  /** Closes every socket; queries in flight fail. There will be no other. */
  close(): void {
    this.#isClosed = true;
    this.leaveSockets()();
  }

  /** Those that take queries first, then the replaced ones. */
  get #openSockets(): UpstreamSocket[] {
    const sockets = [...this.#current, ...this.#retired].filter((socket) => socket !== undefined);
    return sockets.filter((socket) => !socket.isClosed);
  }

  /** Whether a socket may be opened because of silence; if so, it is counted. */
  #takeFresh(): boolean {
    const nowMs = this.#options.runtime.clock.nowMs();
    const earned = (nowMs - this.#freshAtMs) / 1000 * this.#freshMax / 2;
    this.#freshLeft = Math.min(this.#freshMax, this.#freshLeft + earned);
    this.#freshAtMs = nowMs;
    if (this.#freshLeft < 1) return false;
    this.#freshLeft--;
    return true;
  }

  #isUsable(socket: UpstreamSocket): boolean {
    if (socket.isClosed) return false;
    const ageMs = this.#options.runtime.clock.nowMs() - socket.openedAtMs;
    return socket.correlator.hasRoom && socket.queryCount < QUERIES_PER_SOCKET_MAX && ageMs < SOCKET_AGE_MAX_MS;
  }

  #retire(socket: UpstreamSocket): void {
    this.#retired.add(socket);
    socket.retire(() => this.#retired.delete(socket));
  }

  #open(): UpstreamSocket {
    const { runtime, random, deadlines, counters, log, tombstoneMs } = this.#options;
    const socket = this.#bind();
    log.debug(() => `asks upstreams from ${formatSocketAddress(socket.address)}`);
    const openedAtMs = runtime.clock.nowMs();
    const { clock, turns } = runtime;
    return new UpstreamSocket({ socket, random, clock, turns, deadlines, counters, tombstoneMs, openedAtMs });
  }

  #bind(): DatagramSocket {
    const { random, runtime, localHostname } = this.#options;
    const local = (port: number): SocketAddress => ({ transport: "udp", hostname: localHostname, port });
    for (let i = 0; i < PORT_TRIES_MAX; i++) {
      const port = PORT_MIN + random.below(PORT_MAX - PORT_MIN + 1);
      try {
        return runtime.network.openDatagram(local(port), "upstreams");
      } catch (error) {
        if (!(error instanceof AddressInUseError)) throw error;
      }
    }
    return runtime.network.openDatagram(local(0), "upstreams");
  }
}
