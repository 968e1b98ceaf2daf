import { deliver } from "../../../base/deferred.ts";
import type { Clock } from "../../../base/runtime.ts";
import type { QuicSocket, QuicStream } from "../../../base/sockets/quic.ts";
import { Alarm, type DeadlineQueue } from "../../../base/time/deadline_queue.ts";
import type { FairShare } from "../../../base/time/fair_share.ts";
import type { Counters } from "../../../observe/counters.ts";
import type { Services } from "../../../observe/services.ts";
import type { Client } from "../../../resolver/client.ts";
import { Reply } from "../../../resolver/reply.ts";
import { DOQ_CODE, doqFaultOf } from "../../../wire/quic/doq.ts";
import { LoneMessage } from "../../../wire/quic/lone_message.ts";
import { MessageScan } from "../../../wire/scan.ts";
import { toFrame } from "../../../wire/stream_frames.ts";
import { IDLE_TIMEOUT_MS } from "../../limits.ts";
import type { Server } from "../../server.ts";
import type { StreamAccount } from "../stream/stream_account.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Before the connection is ended: what was sent last is lost with it where it has not arrived, and nobody says when it has. */
const LINGER_MS = 250;

/** What a session is made from. */
export interface QuicSessionOptions extends Pick<Services, "clock" | "deadlines" | "share" | "counters"> {
  /** A connection, which belongs to this object from now on. */
  readonly connection: QuicSocket;
  /** Who is at its other end. */
  readonly client: Client;
  /** What answers the queries. */
  readonly server: Server;
  /** What may wait on this connection; nothing does any more when the session has ended. */
  readonly account: StreamAccount;
}

/**
 * One client's connection over QUIC: each stream is a query, and is answered when its reply is ready (RFC 9250 §4.2). How many
 * there are at a time, the connection itself bounds: a further stream is there when an earlier one is over.
 *
 * A client that does what the protocol does not allow loses the connection, and so does one for whom too much waits:
 * streams cannot be turned away by themselves.
 */
export class QuicSession {
  readonly #connection: QuicSocket;
  readonly #client: Client;
  readonly #server: Server;
  readonly #account: StreamAccount;
  readonly #share: FairShare;
  readonly #clock: Clock;
  readonly #deadlines: DeadlineQueue;
  readonly #counters: Counters;
  readonly #scan = new MessageScan();
  /** Without a whole query for too long, or a reply that is not read. */
  readonly #idle = new Alarm(() => this.#onIdle());
  readonly #lingering = new Alarm(() => this.close());
  /** Queries that the server has not answered yet. */
  #inFlight = 0;
  /** Replies that have not left. */
  #sendingCount = 0;
  #leftAtMs = -Infinity;
  #isStopping = false;
  #isClosed = false;
  readonly #ended = Promise.withResolvers<void>();

  /** See {@linkcode QuicSessionOptions}. */
  constructor({ connection, client, server, account, share, clock, deadlines, counters }: QuicSessionOptions) {
    this.#connection = connection;
    this.#client = client;
    this.#server = server;
    this.#account = account;
    this.#share = share;
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#counters = counters;
  }

  /** Serves the connection to its end. Never rejects. */
  async run(): Promise<void> {
    this.#rearmIdle();
    try {
      for (;;) void this.#serve(await this.#connection.acceptStream());
    } catch {
      // The client went away, or we have closed.
    } finally {
      this.close();
    }
  }

  /** Ends the connection now. */
  close(code: number = DOQ_CODE.NO_ERROR, reason = ""): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#deadlines.cancel(this.#idle);
    this.#deadlines.cancel(this.#lingering);
    this.#account.clear();
    this.#connection.close(code, reason);
    this.#ended.resolve();
  }

  /** See `Session`. */
  get idleSinceMs(): number {
    return this.#account.octets > 0 ? Infinity : this.#idle.dueMs - IDLE_TIMEOUT_MS;
  }

  /** Answers what was taken, then ends the connection. */
  stop(): Promise<void> {
    this.#isStopping = true;
    this.#endIfDone();
    return this.#ended.promise;
  }

  async #serve(stream: QuicStream): Promise<void> {
    if (this.#isStopping) return stream.cancel();
    let message;
    try {
      message = await this.#read(stream);
      if (message !== null && this.#share.isUsedUp) await this.#share.nextTurn();
    } catch {
      // The client has changed its mind (RFC 9250 §4.3.1), or has gone.
      return stream.cancel();
    }
    if (message === null || this.#isClosed) return;
    this.#rearmIdle();
    this.#ask(message, stream);
  }

  /** The query of a stream, behind which it has ended; `null` where there is none: then the connection has. */
  async #read(stream: QuicStream): Promise<Octets | null> {
    const lone = new LoneMessage();
    for (;;) {
      const octets = await stream.read();
      if (octets === null) break;
      lone.add(octets);
      if (lone.isOverfull) return this.#endFor("more than one query on a stream");
    }
    const { message } = lone;
    if (message === null) return this.#endFor("a stream that ends within its message");
    const fault = doqFaultOf(message, this.#scan);
    if (fault !== null) return this.#endFor(fault);
    // To this there is no answer (RFC 8906 §3.1.4 has nothing for it), and a stream without one is a fault of ours.
    return this.#scan.isResponse ? this.#endFor("a response") : message;
  }

  #endFor(fault: string): null {
    if (!this.#isClosed) this.#counters.quicFaults++;
    this.close(DOQ_CODE.PROTOCOL_ERROR, fault);
    return null;
  }

  #ask(message: Octets, stream: QuicStream): void {
    const reply = this.#server.handle(message, this.#client);
    if (reply === null) return this.close(DOQ_CODE.PROTOCOL_ERROR, "no query");
    if (reply instanceof Reply) return this.#send(reply.octets, stream);
    this.#inFlight++;
    this.#account.hold(message.length);
    const answered = (octets: Octets | null) => {
      this.#inFlight--;
      if (this.#isClosed) return;
      this.#account.release(message.length);
      if (octets === null) this.close(DOQ_CODE.INTERNAL_ERROR);
      else this.#send(octets, stream);
    };
    // It is lent, and copied when it is sent.
    deliver(reply, { arrived: (answer) => answered(answer.octets), failed: () => answered(null) });
  }

  #send(reply: Octets, stream: QuicStream): void {
    if (!this.#account.hasRoomFor(reply.length)) return this.close(DOQ_CODE.EXCESSIVE_LOAD, "replies are not read");
    const frame = toFrame(reply);
    this.#sendingCount++;
    this.#account.hold(frame.length);
    this.#share.spend(frame.length);
    stream.finish(frame).then(() => this.#counters.replied++, () => {
      if (!this.#isClosed) this.#counters.unsendable++;
      stream.cancel();
    }).then(() => this.#left(frame.length));
  }

  #left(octets: number): void {
    if (this.#isClosed) return;
    this.#sendingCount--;
    this.#account.release(octets);
    this.#leftAtMs = this.#clock.nowMs();
    this.#rearmIdle();
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (!this.#isStopping || this.#isClosed || this.#inFlight + this.#sendingCount > 0) return;
    this.#deadlines.cancel(this.#lingering);
    const atMs = this.#leftAtMs + LINGER_MS;
    if (atMs <= this.#clock.nowMs()) this.close();
    else this.#deadlines.schedule(this.#lingering, atMs);
  }

  #onIdle(): void {
    // What waits for an answer has a deadline of its own; what waits for its reader has none.
    if (this.#inFlight > 0) this.#rearmIdle();
    else if (this.#sendingCount > 0) this.close(DOQ_CODE.EXCESSIVE_LOAD, "replies are not read");
    else this.close();
  }

  #rearmIdle(): void {
    this.#deadlines.cancel(this.#idle);
    this.#deadlines.schedule(this.#idle, this.#clock.nowMs() + IDLE_TIMEOUT_MS);
  }
}
