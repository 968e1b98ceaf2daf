import type { QuicListenSocket, QuicSocket } from "../../../base/sockets/quic.ts";
import { LineAMinute } from "../../../observe/line_a_minute.ts";
import type { Services } from "../../../observe/services.ts";
import type { Client } from "../../../resolver/client.ts";
import { DOQ_CODE } from "../../../wire/quic/doq.ts";
import { QUIC_CONNECTIONS_MAX } from "../../limits.ts";
import type { Server } from "../../server.ts";
import { type Listen, listenName } from "../listen.ts";
import type { StreamLimit } from "../stream/stream_limit.ts";
import { QuicSession } from "./quic_session.ts";

/** Pause after a failed accept, should there ever be one. */
const RETRY_MS = 100;

/** What a listener is made from. */
export interface QuicListenerOptions
  extends Pick<Services, "clock" | "timers" | "deadlines" | "share" | "counters" | "log"> {
  /** An open socket, which belongs to this object from now on. */
  readonly socket: QuicListenSocket;
  /** What is spoken there, with the port that the socket really got. */
  readonly listen: Listen;
  /** Who is at the other end of a connection. */
  readonly clientOf: (connection: QuicSocket) => Client;
  /** What answers the queries. */
  readonly server: Server;
  /** Knows when there are too many connections. It is the same for all listeners. */
  readonly limit: StreamLimit;
}

/** Takes the clients' connections over QUIC on one address (RFC 9250) and serves each as a session of its own. Experimental. */
export class QuicListener {
  readonly #options: QuicListenerOptions;
  readonly #failures: LineAMinute;
  readonly #sessions = new Set<QuicSession>();
  #isStopped = false;

  /** See {@linkcode QuicListenerOptions}. */
  constructor(options: QuicListenerOptions) {
    const { clock, log } = options;
    this.#options = options;
    this.#failures = new LineAMinute(clock, (line) => log.error(line));
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
    this.#isStopped = true;
    this.#options.socket.leave();
    await Promise.all([...this.#sessions].map((session) => session.stop()));
    this.#options.socket.close();
  }

  /** Closes everything now. */
  close(): void {
    this.#isStopped = true;
    for (const session of this.#sessions) session.close();
    this.#options.socket.close();
  }

  #serve(connection: QuicSocket): void {
    const { server, limit, share, clock, deadlines, counters, clientOf } = this.#options;
    // Accepted in the moment in which the listener stopped: nobody would close its session.
    if (this.#isStopped) return connection.close(DOQ_CODE.NO_ERROR);
    const client = clientOf(connection);
    const admittance = this.#sessions.size < QUIC_CONNECTIONS_MAX ? limit.enter(client) : null;
    if (admittance === null) return connection.close(DOQ_CODE.EXCESSIVE_LOAD, "too many connections");
    const { account } = admittance;
    const session = new QuicSession({ connection, client, server, account, share, clock, deadlines, counters });
    this.#sessions.add(session);
    admittance.serve(session);
    session.run().then(() => {
      admittance.leave();
      this.#sessions.delete(session);
    });
  }

  async #pause(error: unknown): Promise<void> {
    this.#failures.note((count) => {
      const name = listenName(this.#options.listen);
      return `Cannot accept connections on ${name}: ${error}; trying on (${count} so far)`;
    });
    await new Promise<void>((resolve) => this.#options.timers.start(RETRY_MS, resolve));
  }
}
