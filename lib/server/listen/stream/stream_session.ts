import type { FairShare } from "../../../base/time/fair_share.ts";
import { deliver } from "../../../base/deferred.ts";
import { isPushed, type PushedStream, type PushedStreamWatcher } from "../../../base/sockets/pushed_stream.ts";
import type { StreamSocket, Turns } from "../../../base/runtime.ts";
import type { Counters } from "../../../observe/counters.ts";
import type { Client } from "../../../resolver/client.ts";
import { PendingReply } from "../../../resolver/pending_reply.ts";
import { Reply } from "../../../resolver/reply.ts";
import type { ReplySlot } from "../../../resolver/reply_slot.ts";
import { idleTimeoutMs, QUERIES_PER_CONNECTION_MAX } from "../../limits.ts";
import type { Server } from "../../server.ts";
import type { StreamAccount } from "./stream_account.ts";
import type { Accepted, Session } from "./session.ts";
import { IdleWatch } from "./idle_watch.ts";
import { StreamInput } from "./stream_input.ts";
import { StreamOutbox } from "./stream_outbox.ts";
import type { Services } from "../../../observe/services.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What a session is made from. */
export interface StreamSessionOptions
  extends
    Accepted<StreamSocket | PushedStream>,
    Pick<Services, "clock" | "turns" | "deadlines" | "share" | "counters"> {
  /** What answers the queries. */
  readonly server: Server;
  /** Where replies that are known at once may be made. A copy leaves: it may be the same for all sessions. */
  readonly slot: ReplySlot;
}

/**
 * One client's connection, over TCP or TLS: reads queries as they come, answers each when it is ready, in whatever order that is
 * (RFC 7766 §6.2.1.1, §7). What becomes known in one turn leaves in one write. A client that has closed its side still gets what
 * it asked for.
 *
 * While too much waits for the client, nothing is read from it. Of the queries that were read already, those whose
 * replies find no room are postponed: the reply is forgotten, and the query asked once more when the client has read what
 * came before, mostly from memory then.
 */
export class StreamSession implements Session {
  readonly #socket: StreamSocket | PushedStream;
  readonly #client: Client;
  readonly #server: Server;
  readonly #slot: ReplySlot;
  readonly #account: StreamAccount;
  readonly #share: FairShare;
  readonly #turns: Turns;
  readonly #counters: Counters;
  readonly #idle: IdleWatch;
  readonly #input: StreamInput;
  readonly #outbox: StreamOutbox;
  readonly #postponed: Octets[] = [];
  readonly #ended = Promise.withResolvers<void>();
  /** Made once, not for each turn. */
  readonly #onTurnEnd = () => {
    this.#isTurnWatched = false;
    this.#goOn();
  };
  /** What a connection that tells is told to. */
  readonly #watcher: PushedStreamWatcher = {
    onReadable: () => this.#input.onReadable(),
    onWritable: () => this.#outbox.onWritable(),
    onBroken: () => this.close(),
  };
  /** Queries that the server has not answered yet. */
  #inFlight = 0;
  /** Whether `#onTurnEnd` is called at the end of this turn. */
  #isTurnWatched = false;
  /** No more queries are taken: the client has closed its side, or the session is stopping. */
  #isEnding = false;
  #isClosed = false;

  /** See {@linkcode StreamSessionOptions}. */
  constructor(options: StreamSessionOptions) {
    const { socket, clock, turns, deadlines, counters } = options;
    this.#socket = socket;
    this.#client = options.client;
    this.#server = options.server;
    this.#slot = options.slot;
    this.#account = options.account;
    this.#share = options.share;
    this.#turns = turns;
    this.#counters = counters;
    this.#idle = new IdleWatch({
      clock,
      deadlines,
      timeoutMs: idleTimeoutMs(options.client),
      isBusy: () => this.#waitingCount > 0,
      onIdle: () => this.close(),
    });
    this.#input = new StreamInput({
      socket,
      turns,
      share: options.share,
      hasRoom: () => this.#hasRoom,
      onMessage: (message) => this.#onMessage(message),
      onBurst: () => this.#outbox.flush(),
      onEnd: (isBroken) => this.#onEnd(isBroken),
    });
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
  run(): Promise<void> {
    this.#idle.start();
    if (isPushed(this.#socket)) this.#socket.watch(this.#watcher);
    else void this.#input.run();
    return this.#ended.promise;
  }

  /** Closes the connection now. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#idle.stop();
    this.#input.stop();
    this.#outbox.close();
    this.#postponed.length = 0;
    this.#account.clear();
    this.#socket.close();
    this.#ended.resolve();
  }

  /** Answers what was taken, then closes. */
  stop(): Promise<void> {
    this.#onEnd(false);
    return this.#ended.promise;
  }

  /** See `Session`. */
  get idleSinceMs(): number {
    return this.#account.octets > 0 ? Infinity : this.#idle.sinceMs;
  }

  /** There will be no more queries. */
  #onEnd(isBroken: boolean): void {
    this.#isEnding = true;
    if (isBroken || this.#waitingCount === 0) this.close();
  }

  #onMessage(message: Octets): void {
    // hot path
    if (this.#isEnding) return;
    // Only whole messages count as a sign of life: whoever sends an octet now and then is idle all the same.
    this.#idle.alive();
    this.#ask(message, false);
  }

  #ask(message: Octets, isAgain: boolean): void {
    // hot path
    const reply = this.#server.handle(message, this.#client, this.#slot);
    if (reply === null) return;
    // Nothing is read while there is no room, so what is known at once has some.
    if (reply instanceof Reply) return this.#put(reply.octets);
    this.#inFlight++;
    this.#account.hold(message.length);
    deliver(reply, {
      // It is lent, and copied when it is put into the outbox.
      arrived: (answer) => {
        this.#answered(message, answer.octets, isAgain);
        if (reply instanceof PendingReply) this.#server.reuse(reply);
      },
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
    if (this.#isTurnWatched) return;
    this.#isTurnWatched = true;
    // What else is answered in this turn leaves with it: one segment, and one record of TLS (RFC 7766 §8).
    this.#turns.atTurnEnd(this.#onTurnEnd);
  }

  #put(reply: Octets): void {
    // hot path
    this.#account.hold(this.#outbox.put(reply));
    this.#share.spend(reply.length);
  }

  #postpone(message: Octets): void {
    this.#counters.postponed++;
    this.#account.hold(message.length);
    this.#postponed.push(message);
  }

  #onSent(count: number, octets: number): void {
    // hot path
    this.#counters.replied += count;
    this.#account.release(octets);
    this.#idle.alive();
    this.#goOn();
  }

  /** Something has been answered, or has left. */
  #goOn(): void {
    // hot path
    if (this.#isClosed) return;
    this.#outbox.flush();
    if (this.#postponed.length > 0 && this.#inFlight === 0 && this.#outbox.count === 0) void this.#askAgain();
    this.#input.goOn();
    if (this.#isEnding && this.#waitingCount === 0) this.close();
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
    // hot path
    return this.#postponed.length === 0 && this.#waitingCount < QUERIES_PER_CONNECTION_MAX &&
      this.#account.hasRoomFor(0);
  }

  get #waitingCount(): number {
    // hot path
    return this.#inFlight + this.#postponed.length + this.#outbox.count;
  }
}
