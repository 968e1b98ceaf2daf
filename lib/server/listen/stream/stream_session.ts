import { Alarm, type DeadlineQueue } from "../../../base/time/deadline_queue.ts";
import type { FairShare } from "../../../base/time/fair_share.ts";
import { deliver } from "../../../base/deferred.ts";
import type { Clock, StreamSocket } from "../../../base/runtime.ts";
import type { Counters } from "../../../observe/counters.ts";
import type { Client } from "../../../resolver/client.ts";
import { Reply } from "../../../resolver/reply.ts";
import { StreamFrames } from "../../../wire/stream_frames.ts";
import { idleTimeoutMs, QUERIES_PER_CONNECTION_MAX } from "../../limits.ts";
import type { Server } from "../../server.ts";
import type { StreamAccount } from "./stream_account.ts";
import type { Accepted, Session } from "./session.ts";
import { StreamOutbox } from "./stream_outbox.ts";
import type { Services } from "../../../observe/services.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What a session is made from. */
export interface StreamSessionOptions extends Accepted, Pick<Services, "clock" | "deadlines" | "share" | "counters"> {
  /** What answers the queries. */
  readonly server: Server;
}

/**
 * One client's connection, over TCP or TLS: reads queries as they come, answers each when it is ready, in whatever order that is
 * (RFC 7766 §6.2.1.1, §7). A client that has closed its side still gets what it asked for.
 *
 * While too much waits for the client, nothing is read from it. Of the queries that were read already, those whose
 * replies find no room are postponed: the reply is forgotten, and the query asked once more when the client has read what
 * came before, mostly from memory then.
 */
export class StreamSession implements Session {
  readonly #socket: StreamSocket;
  readonly #client: Client;
  readonly #server: Server;
  readonly #account: StreamAccount;
  readonly #share: FairShare;
  readonly #clock: Clock;
  readonly #deadlines: DeadlineQueue;
  readonly #counters: Counters;
  readonly #frames = new StreamFrames();
  readonly #outbox: StreamOutbox;
  readonly #postponed: Octets[] = [];
  readonly #idle = new Alarm(() => this.#onIdle());
  /** Queries that the server has not answered yet. */
  #inFlight = 0;
  /** Resolved when there may be room again, or nothing to wait for. */
  #change = Promise.withResolvers<void>();
  #isStopping = false;
  #isClosed = false;

  /** See {@linkcode StreamSessionOptions}. */
  constructor({ socket, client, server, account, share, clock, deadlines, counters }: StreamSessionOptions) {
    this.#socket = socket;
    this.#client = client;
    this.#server = server;
    this.#account = account;
    this.#share = share;
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#counters = counters;
    this.#outbox = new StreamOutbox({
      socket,
      clock,
      deadlines,
      onSent: (count, octets) => this.#onSent(count, octets),
      onFailure: () => {
        counters.unsendable++;
        this.close();
      },
    });
  }

  /** Serves the connection to its end. Never rejects. */
  async run(): Promise<void> {
    this.#rearmIdle();
    try {
      while (await this.#readSome()) await this.#answerRead();
      await this.#untilNothingWaits();
    } catch {
      // The client went away, or sent what is no stream of messages: there is nobody left to tell.
    } finally {
      this.close();
    }
  }

  /** Closes the connection now. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#deadlines.cancel(this.#idle);
    this.#outbox.close();
    this.#postponed.length = 0;
    this.#account.clear();
    this.#socket.close();
    this.#changed();
  }

  /** Answers what was taken, then closes. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#untilNothingWaits();
    this.close();
  }

  /** See `Session`. */
  get idleSinceMs(): number {
    return this.#account.octets > 0 ? Infinity : this.#idle.dueMs - idleTimeoutMs(this.#client);
  }

  async #readSome(): Promise<boolean> {
    const count = await this.#socket.read(this.#frames.space());
    if (count === null) return false;
    this.#frames.filled(count);
    return true;
  }

  async #answerRead(): Promise<void> {
    for (;;) {
      // Not reading is how TCP says "slower": the client's queries wait on its side.
      while (!this.#hasRoom) await this.#untilChange();
      if (this.#share.isUsedUp) {
        this.#outbox.flush();
        await this.#share.nextTurn();
      }
      const message = this.#isClosed ? null : this.#frames.take();
      if (message === null) break;
      if (this.#isStopping) continue;
      // Only whole messages count as a sign of life: whoever sends an octet now and then is idle all the same.
      this.#rearmIdle();
      this.#ask(message, false);
    }
    this.#outbox.flush();
  }

  #ask(message: Octets, isAgain: boolean): void {
    const reply = this.#server.handle(message, this.#client);
    if (reply === null) return;
    // Nothing is read while there is no room, so what is known at once has some.
    if (reply instanceof Reply) return this.#put(reply.octets);
    this.#inFlight++;
    this.#account.hold(message.length);
    deliver(reply, {
      // It is lent, and copied when it is put into the outbox.
      arrived: (answer) => this.#answered(message, answer.octets, isAgain),
      failed: () => this.#answered(message, null, isAgain),
    });
  }

  #answered(message: Octets, reply: Octets | null, isAgain: boolean): void {
    this.#inFlight--;
    if (this.#isClosed) return;
    this.#account.release(message.length);
    if (reply !== null) {
      // What is asked again is asked by itself: there is one such reply at most.
      const isKept = isAgain || this.#outbox.count === 0 || this.#account.hasRoomFor(reply.length);
      if (isKept) this.#put(reply);
      else this.#postpone(message);
    }
    this.#goOn();
  }

  #put(reply: Octets): void {
    this.#account.hold(this.#outbox.put(reply));
    this.#share.spend(reply.length);
  }

  #postpone(message: Octets): void {
    this.#counters.postponed++;
    this.#account.hold(message.length);
    this.#postponed.push(message);
  }

  #onSent(count: number, octets: number): void {
    this.#counters.replied += count;
    this.#account.release(octets);
    this.#rearmIdle();
    this.#goOn();
  }

  /** Something has been answered, or has left. */
  #goOn(): void {
    this.#outbox.flush();
    if (this.#postponed.length > 0 && this.#inFlight === 0 && this.#outbox.count === 0) void this.#askAgain();
    this.#changed();
  }

  async #askAgain(): Promise<void> {
    const message = this.#postponed.shift()!;
    // From now on it is in flight: nobody else is asked meanwhile.
    this.#inFlight++;
    if (this.#share.isUsedUp) await this.#share.nextTurn();
    this.#inFlight--;
    if (this.#isClosed) return;
    this.#account.release(message.length);
    // It was counted when it came.
    this.#counters.received--;
    this.#ask(message, true);
    this.#goOn();
  }

  get #hasRoom(): boolean {
    if (this.#isClosed) return true;
    return this.#postponed.length === 0 && this.#waitingCount < QUERIES_PER_CONNECTION_MAX &&
      this.#account.hasRoomFor(0);
  }

  get #waitingCount(): number {
    return this.#inFlight + this.#postponed.length + this.#outbox.count;
  }

  async #untilNothingWaits(): Promise<void> {
    while (this.#waitingCount > 0 && !this.#isClosed) await this.#untilChange();
  }

  #untilChange(): Promise<void> {
    this.#outbox.flush();
    return this.#change.promise;
  }

  #changed(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers<void>();
    resolve();
  }

  #onIdle(): void {
    if (this.#waitingCount > 0) this.#rearmIdle();
    else this.close();
  }

  #rearmIdle(): void {
    this.#deadlines.cancel(this.#idle);
    this.#deadlines.schedule(this.#idle, this.#clock.nowMs() + idleTimeoutMs(this.#client));
  }
}
