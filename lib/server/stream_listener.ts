import { formatSocketAddress, type SocketAddress } from "../base/address.ts";
import type { DeadlineQueue } from "../base/deadline_queue.ts";
import type { Clock, StreamListenSocket, StreamSocket, Timers } from "../base/runtime.ts";
import type { Counters } from "../observe/counters.ts";
import type { Log } from "../observe/log.ts";
import type { Server } from "./server.ts";
import { StreamSession } from "./stream_session.ts";

/** Connections in all. Each needs a file descriptor, and 1,024 is the usual limit of those. */
export const CONNECTIONS_MAX = 500;
/** Connections of one client address: one greedy client leaves room for others (RFC 7766 §6.2.2, RFC 9210 §5.2). */
export const CONNECTIONS_PER_CLIENT_MAX = 100;
/** Pause after a failed accept: out of file descriptors, it fails again at once until a connection ends. */
const RETRY_MS = 100;

/** What a listener is made from. */
export interface StreamListenerOptions {
  /** An open socket, which belongs to this object from now on. */
  readonly socket: StreamListenSocket;
  /** What answers the queries. */
  readonly server: Server;
  /** What the time is read from. */
  readonly clock: Clock;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Where deadlines wait. */
  readonly deadlines: DeadlineQueue;
  /** Where it is counted. */
  readonly counters: Counters;
  /** Where the operator reads. */
  readonly log: Log;
}

/** Takes the clients' TCP connections on one address and serves each as a session of its own. */
export class StreamListener {
  readonly #options: StreamListenerOptions;
  /** The sessions of each client address. */
  readonly #sessions = new Map<string, Set<StreamSession>>();
  #sessionCount = 0;
  #isStopped = false;
  #isFailing = false;

  /** See {@linkcode StreamListenerOptions}. */
  constructor(options: StreamListenerOptions) {
    this.#options = options;
  }

  /** Where clients reach this listener. */
  get address(): SocketAddress {
    return this.#options.socket.address;
  }

  /** Connections that are open. */
  get sessionCount(): number {
    return this.#sessionCount;
  }

  /** Accepts until `stop` or `close`. To be called once. */
  async run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        this.#serve(await this.#options.socket.accept());
        this.#isFailing = false;
      } catch (error) {
        if (this.#isStopped) return;
        await this.#pause(error);
      }
    }
  }

  /** Takes no more connections, answers the queries that were taken, then closes everything. */
  async stop(): Promise<void> {
    this.#stopAccepting();
    await Promise.all(this.#allSessions().map((session) => session.stop()));
  }

  /** Closes everything now. */
  close(): void {
    this.#stopAccepting();
    for (const session of this.#allSessions()) session.close();
  }

  #serve(socket: StreamSocket): void {
    // Accepted in the moment in which the listener stopped: nobody would close its session.
    if (this.#isStopped) return socket.close();
    const { server, clock, deadlines, counters } = this.#options;
    const client = socket.peer.hostname;
    const ofClient = this.#sessions.get(client) ?? new Set();
    if (this.#sessionCount >= CONNECTIONS_MAX || ofClient.size >= CONNECTIONS_PER_CLIENT_MAX) {
      counters.connectionsRefused++;
      return socket.close();
    }
    counters.connections++;
    const session = new StreamSession({ socket, server, clock, deadlines, counters });
    this.#sessions.set(client, ofClient.add(session));
    this.#sessionCount++;
    session.run().then(() => {
      this.#sessionCount--;
      ofClient.delete(session);
      if (ofClient.size === 0) this.#sessions.delete(client);
    });
  }

  async #pause(error: unknown): Promise<void> {
    const { log, timers } = this.#options;
    if (!this.#isFailing) {
      log.error(`Cannot accept connections on ${formatSocketAddress(this.address)}: ${error}; trying on`);
    }
    this.#isFailing = true;
    await new Promise<void>((resolve) => timers.start(RETRY_MS, resolve));
  }

  #stopAccepting(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#options.socket.close();
  }

  #allSessions(): StreamSession[] {
    return [...this.#sessions.values()].flatMap((sessions) => [...sessions]);
  }
}
