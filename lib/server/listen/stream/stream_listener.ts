import { formatSocketAddress, type SocketAddress } from "../../../base/net/address.ts";
import type { StreamListenSocket, StreamSocket } from "../../../base/runtime.ts";
import { LineAMinute } from "../../../observe/line_a_minute.ts";
import { Client } from "../../../resolver/client.ts";
import type { StreamLimit } from "./stream_limit.ts";
import type { Server } from "../../server.ts";
import { StreamSession } from "./stream_session.ts";
import type { Services } from "../../../observe/services.ts";

/** Pause after a failed accept: out of file descriptors, it fails again at once until a connection ends. */
const RETRY_MS = 100;

/** What a listener is made from. */
export interface StreamListenerOptions
  extends Pick<Services, "clock" | "timers" | "deadlines" | "share" | "counters" | "log"> {
  /** An open socket, which belongs to this object from now on. */
  readonly socket: StreamListenSocket;
  /** What answers the queries. */
  readonly server: Server;
  /** Knows when there are too many connections. It is the same for all listeners. */
  readonly limit: StreamLimit;
}

/** Takes the clients' TCP connections on one address and serves each as a session of its own. */
export class StreamListener {
  readonly #options: StreamListenerOptions;
  readonly #failures: LineAMinute;
  readonly #sessions = new Set<StreamSession>();
  #isStopped = false;

  /** See {@linkcode StreamListenerOptions}. */
  constructor(options: StreamListenerOptions) {
    const { clock, log } = options;
    this.#options = options;
    this.#failures = new LineAMinute(clock, (line) => log.error(line));
  }

  /** Where clients reach this listener. */
  get address(): SocketAddress {
    return this.#options.socket.address;
  }

  /** Connections that are open. */
  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Accepts until `stop` or `close`. To be called once. */
  async run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        this.#serve(await this.#options.socket.accept());
      } catch (error) {
        if (this.#isStopped) return;
        await this.#pause(error);
      }
    }
  }

  /** Takes no more connections, answers the queries that were taken, then closes everything. */
  async stop(): Promise<void> {
    this.#stopAccepting();
    await Promise.all([...this.#sessions].map((session) => session.stop()));
  }

  /** Closes everything now. */
  close(): void {
    this.#stopAccepting();
    for (const session of this.#sessions) session.close();
  }

  #serve(socket: StreamSocket): void {
    // Accepted in the moment in which the listener stopped: nobody would close its session.
    if (this.#isStopped) return socket.close();
    const { server, limit, share, clock, deadlines, counters } = this.#options;
    const client = new Client(socket.peer.hostname, "tcp", true, formatSocketAddress(this.address));
    const admittance = limit.enter(client);
    if (admittance === null) return socket.close();
    const { account } = admittance;
    const session = new StreamSession({ socket, client, server, account, share, clock, deadlines, counters });
    this.#sessions.add(session);
    session.run().then(() => {
      admittance.leave();
      this.#sessions.delete(session);
    });
  }

  /** Out of file descriptors, accepts fail and succeed by turns: that is one event for the operator. */
  async #pause(error: unknown): Promise<void> {
    this.#failures.note((count) => {
      return `Cannot accept connections on ${formatSocketAddress(this.address)}: ${error}; trying on (${count} so far)`;
    });
    await new Promise<void>((resolve) => this.#options.timers.start(RETRY_MS, resolve));
  }

  #stopAccepting(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#options.socket.close();
  }
}
