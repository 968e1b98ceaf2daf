import { Alarm, type DeadlineQueue } from "../base/deadline_queue.ts";
import type { Clock, StreamSocket } from "../base/runtime.ts";
import { writeAll } from "../base/stream.ts";
import type { Counters } from "../observe/counters.ts";
import type { Reply } from "../resolver/resolver.ts";
import { StreamFrames, toFrame } from "../wire/stream_frames.ts";
import type { Server } from "./server.ts";

/** RFC 7766 §6.2.3: "on the order of a few seconds"; RFC 9210 §4.2 leaves the number to us. */
export const IDLE_TIMEOUT_MS = 10_000;
/** Queries of one connection that may wait; the next are read when one of them is answered (RFC 7766 §6.2.1.1). */
export const QUERIES_PER_CONNECTION_MAX = 64;

/** What a session is made from. */
export interface StreamSessionOptions {
  /** An open socket, which belongs to this object from now on. */
  readonly socket: StreamSocket;
  /** What answers the queries. */
  readonly server: Server;
  /** What the time is read from. */
  readonly clock: Clock;
  /** Where deadlines wait. */
  readonly deadlines: DeadlineQueue;
  /** Where it is counted. */
  readonly counters: Counters;
}

/**
 * One client's TCP connection: reads queries as they come, answers each when it is ready, in whatever order that is
 * (RFC 7766 §6.2.1.1, §7). A client that has closed its side still gets what it asked for.
 */
export class StreamSession {
  readonly #socket: StreamSocket;
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #deadlines: DeadlineQueue;
  readonly #counters: Counters;
  readonly #frames = new StreamFrames();
  readonly #unanswered = new Set<Promise<void>>();
  readonly #idle = new Alarm(() => this.#onIdle());
  readonly #stalled = new Alarm(() => this.close());
  /** Replies leave one after another; this is the last one's end. */
  #lastWrite: Promise<void> = Promise.resolve();
  #isStopping = false;
  #isClosed = false;

  /** See {@linkcode StreamSessionOptions}. */
  constructor({ socket, server, clock, deadlines, counters }: StreamSessionOptions) {
    this.#socket = socket;
    this.#server = server;
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#counters = counters;
  }

  /** Serves the connection to its end. Never rejects. */
  async run(): Promise<void> {
    this.#rearm(this.#idle);
    try {
      while (await this.#readSome()) await this.#answerRead();
      await Promise.all(this.#unanswered);
    } catch {
      // The client went away, or sent what is no stream of messages: there is nobody left to tell.
    } finally {
      this.close();
    }
  }

  /** Closes the connection now. */
  close(): void {
    this.#deadlines.cancel(this.#idle);
    this.#deadlines.cancel(this.#stalled);
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  /** Answers what was taken, then closes. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#unanswered);
    this.close();
  }

  async #readSome(): Promise<boolean> {
    const count = await this.#socket.read(this.#frames.space());
    if (count === null) return false;
    this.#frames.filled(count);
    return true;
  }

  async #answerRead(): Promise<void> {
    for (let message = this.#frames.take(); message !== null; message = this.#frames.take()) {
      if (this.#isStopping) continue;
      // Only whole messages count as a sign of life: whoever sends an octet now and then is idle all the same.
      this.#rearm(this.#idle);
      const reply = this.#server.handle(message, this.#socket.peer);
      if (reply === null) continue;
      const answered = this.#answer(reply).finally(() => this.#unanswered.delete(answered));
      this.#unanswered.add(answered);
      // Not reading is how TCP says "slower": the client's queries wait on its side.
      while (this.#unanswered.size >= QUERIES_PER_CONNECTION_MAX) await Promise.race(this.#unanswered);
    }
  }

  async #answer(pending: Reply | PromiseLike<Reply>): Promise<void> {
    const frame = toFrame(await pending);
    const write = this.#lastWrite.then(() => this.#write(frame));
    this.#lastWrite = write;
    await write;
  }

  async #write(frame: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#isClosed) return;
    this.#rearm(this.#stalled);
    try {
      await writeAll(this.#socket, frame);
      this.#counters.replied++;
    } catch {
      this.#counters.unsendable++;
      this.close();
    } finally {
      this.#deadlines.cancel(this.#stalled);
    }
    if (!this.#isClosed) this.#rearm(this.#idle);
  }

  #onIdle(): void {
    if (this.#unanswered.size > 0) this.#rearm(this.#idle);
    else this.close();
  }

  #rearm(alarm: Alarm): void {
    this.#deadlines.cancel(alarm);
    this.#deadlines.schedule(alarm, this.#clock.nowMs() + IDLE_TIMEOUT_MS);
  }
}
