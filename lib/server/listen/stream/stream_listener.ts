import type { StreamSocket } from "../../../base/sockets/stream_socket.ts";
import { LineAMinute } from "../../../observe/line_a_minute.ts";
import type { Client } from "../../../resolver/client.ts";
import { type Listen, listenName } from "../listen.ts";
import type { Accepted, AskedSocket, Connection, Session, TellingSocket } from "./session.ts";
import type { StreamLimit } from "./stream_limit.ts";
import type { Services } from "../../../observe/services.ts";

/** Pause after a failed accept: out of file descriptors, it fails again at once until a connection ends. */
const RETRY_MS = 100;

/** What a listener is made from. */
export interface StreamListenerOptions<S extends Connection> extends Pick<Services, "clock" | "timers" | "log"> {
  /** What is spoken there, with the port that the socket really got. */
  readonly listen: Listen;
  /** An open socket, which belongs to this object from now on. */
  readonly socket: AskedSocket<S> | TellingSocket<S>;
  /** Knows when there are too many connections. It is the same for all listeners. */
  readonly limit: StreamLimit;
  /** Who is at the other end of a connection. */
  readonly clientOf: (socket: S) => Client;
  /** Makes what serves a connection. */
  readonly sessionOf: (accepted: Accepted<S>) => Session;
}

/** Takes the clients' connections on one address and serves each as a session of its own. */
export class StreamListener<S extends Connection = StreamSocket> {
  readonly #options: StreamListenerOptions<S>;
  readonly #failures: LineAMinute;
  readonly #sessions = new Set<Session>();
  #isStopped = false;

  /** See {@linkcode StreamListenerOptions}. */
  constructor(options: StreamListenerOptions<S>) {
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
    const { socket, timers } = this.#options;
    if (!("accept" in socket)) return this.#watch(socket);
    while (!this.#isStopped) {
      try {
        this.#serve(await socket.accept());
      } catch (error) {
        if (this.#isStopped) return;
        this.#noteFailure(error);
        await new Promise<void>((resolve) => timers.start(RETRY_MS, resolve));
      }
    }
  }

  /** Takes what is handed over, but for a while after a failure. */
  #watch(socket: TellingSocket<S>): void {
    if (this.#isStopped) return;
    const stop = socket.watch({
      onConnection: (stream) => this.#serve(stream),
      onFailed: (error) => {
        stop();
        this.#noteFailure(error);
        this.#options.timers.start(RETRY_MS, () => this.#watch(socket));
      },
    });
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

  #serve(socket: S): void {
    // Accepted in the moment in which the listener stopped: nobody would close its session.
    if (this.#isStopped) return socket.close();
    const { limit, clientOf, sessionOf } = this.#options;
    const client = clientOf(socket);
    const admittance = limit.enter(client);
    if (admittance === null) return socket.close();
    const session = sessionOf({ socket, client, account: admittance.account });
    this.#sessions.add(session);
    admittance.serve(session);
    session.run().then(() => {
      admittance.leave();
      this.#sessions.delete(session);
    });
  }

  /** Out of file descriptors, accepts fail and succeed by turns: that is one event for the operator. */
  #noteFailure(error: unknown): void {
    this.#failures.note((count) => {
      return `Cannot accept connections on ${listenName(this.#options.listen)}: ${error}; trying on (${count} so far)`;
    });
  }

  #stopAccepting(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#options.socket.close();
  }
}
