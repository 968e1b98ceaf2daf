import type { LocalListenSocket } from "../../base/local_sockets.ts";
import type { ByteStream } from "../../base/net/byte_stream.ts";
import type { Timers } from "../../base/runtime.ts";
import { writeAll } from "../../base/net/byte_stream.ts";
import type { Log } from "../../observe/log.ts";
import { AdminError } from "./admin_error.ts";
import { LineReader } from "./line_reader.ts";
import { readRequest } from "./read_request.ts";
import type { AdminReply, AdminRequest } from "./requests.ts";

/** Octets of a line, at most; a name in its longest text has some 1,000. */
export const LINE_OCTETS_MAX = 4096;
/** Those who may be connected at the same time. */
export const CLIENTS_MAX = 8;
/** How long a command, or somebody who reads the reply to one, is waited for. */
export const IDLE_MS = 10_000;
/** When the operating system takes no connection, it is asked again after this time. */
const RETRY_MS = 1000;

/** Does what a command asks for. Rejects with an `AdminError` for what cannot be done. */
export type AdminHandler = (request: AdminRequest) => Promise<unknown>;

/** What the server is made from. */
export interface AdminServerOptions {
  /** Where clients connect. */
  readonly socket: LocalListenSocket;
  /** Does what they ask for. */
  readonly handle: AdminHandler;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Where the operator reads. */
  readonly log: Log;
}

/** Takes commands from the operator's side of a socket: one in a line, one reply in a line, in turn. */
export class AdminServer {
  readonly #options: AdminServerOptions;
  readonly #clients = new Set<ByteStream>();
  #isStopped = false;
  #cancelRetry = () => {};

  /** See {@linkcode AdminServerOptions}. */
  constructor(options: AdminServerOptions) {
    this.#options = options;
  }

  /** Begins to take connections. */
  run(): void {
    void this.#acceptAll();
  }

  /** Takes no more, and hangs up on those who are there. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelRetry();
    this.#options.socket.close();
    for (const client of this.#clients) closeQuietly(client);
  }

  async #acceptAll(): Promise<void> {
    while (!this.#isStopped) {
      const client = await this.#accept();
      if (client !== null) void this.#serve(client);
    }
  }

  async #accept(): Promise<ByteStream | null> {
    try {
      const client = await this.#options.socket.accept();
      if (!this.#isStopped && this.#clients.size < CLIENTS_MAX) return client;
      client.close();
    } catch {
      if (!this.#isStopped) await this.#pause();
    }
    return null;
  }

  #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.timers.start(RETRY_MS, resolve);
    this.#cancelRetry = () => {
      cancel();
      resolve();
    };
    return promise;
  }

  /** Whatever goes wrong with a client is its own affair. */
  async #serve(client: ByteStream): Promise<void> {
    this.#clients.add(client);
    const lines = new LineReader(client, LINE_OCTETS_MAX);
    try {
      for (;;) {
        const line = await this.#inTime(client, lines.next());
        if (line === null) break;
        await this.#reply(client, await this.#answer(line));
      }
      const { rest } = lines;
      if (rest !== "") await this.#reply(client, await this.#answer(rest));
      if (lines.isFull) await this.#reply(client, { ok: false, error: `a line has ${LINE_OCTETS_MAX} octets at most` });
    } catch {
      // It has gone, or has been silent for too long.
    } finally {
      if (this.#clients.delete(client)) closeQuietly(client);
    }
  }

  async #answer(line: string): Promise<AdminReply> {
    try {
      return { ok: true, result: await this.#options.handle(readRequest(line)) };
    } catch (error) {
      if (error instanceof AdminError) return { ok: false, error: error.message };
      const text = error instanceof Error ? error.stack ?? error.message : error;
      this.#options.log.error(`Cannot follow a command: ${text}`);
      return { ok: false, error: "internal error, see the log" };
    }
  }

  async #reply(client: ByteStream, reply: AdminReply): Promise<void> {
    const octets = new TextEncoder().encode(`${JSON.stringify(reply)}\n`);
    await this.#inTime(client, writeAll(client, octets));
  }

  /** Hangs up on who keeps us waiting. */
  async #inTime<T>(client: ByteStream, waited: Promise<T>): Promise<T> {
    const cancel = this.#options.timers.start(IDLE_MS, () => closeQuietly(client));
    try {
      return await waited;
    } finally {
      cancel();
    }
  }
}

function closeQuietly(client: ByteStream): void {
  try {
    client.close();
  } catch {
    // It is closed.
  }
}
