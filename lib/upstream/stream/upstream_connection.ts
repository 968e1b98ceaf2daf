import type { SocketAddress } from "../../base/net/address.ts";
import { Alarm } from "../../base/time/deadline_queue.ts";
import type { Random } from "../../base/random/random.ts";
import type { StreamSocket } from "../../base/runtime.ts";
import type { Response } from "../../response/response.ts";
import { EDE } from "../../wire/iana.ts";
import { putId } from "../../wire/header.ts";
import { StreamFrames, toFrame } from "../../wire/stream_frames.ts";
import type { ConnectionOwner } from "./connection_owner.ts";
import { Correlator } from "../matching/correlator.ts";
import { COUNTER_OF } from "../matching/verdict.ts";
import { FrameWriter } from "./frame_writer.ts";
import type { AskedServer } from "../matching/registration.ts";
import { CarriedQuery, type CarriedQueryKeeper } from "./carried_query.ts";
import type { PooledConnection } from "./pooled_connection.ts";
import type { StreamQuery } from "./stream_query.ts";
import { UpstreamError } from "../upstream_error.ts";
import type { Services } from "../../observe/services.ts";

/** A connection on which nothing is waited for is kept this long for the next query (RFC 7766 §6.2.3). */
export const KEEP_MS = 10_000;

/** What a connection is made from. */
export interface UpstreamConnectionOptions extends Pick<Services, "clock" | "deadlines" | "counters"> {
  /** An open socket, which belongs to this object from now on. */
  readonly socket: StreamSocket;
  /** Whom it tells. */
  readonly owner: ConnectionOwner<PooledConnection>;
  /** What the server, and how it is asked, is called in messages. */
  readonly name: string;
  /** Where unpredictable numbers come from. */
  readonly random: Random;
  /** See `CorrelatorOptions.tombstoneMs`. */
  readonly tombstoneMs: number;
  /** See `AskedServer`. */
  readonly isGenuine: AskedServer["isGenuine"];
}

/** An open TCP or TLS connection to an upstream, with the queries in flight on it: any number, answered in any order. */
export class UpstreamConnection implements PooledConnection {
  readonly #server: AskedServer;
  readonly #options: UpstreamConnectionOptions;
  readonly #correlator: Correlator;
  readonly #frames = new StreamFrames();
  readonly #writer: FrameWriter;
  /** Those without a reply from here, in the order in which they were sent. */
  readonly #sent = new Map<StreamQuery, CarriedQuery>();
  readonly #unused = new Alarm(() => this.close());
  readonly #quiet = new Alarm(() => this.#onQuiet());
  #isWatching = false;
  #isClosed = false;
  /** When octets came last. */
  #heardAtMs = -Infinity;
  /** When a reply came last. */
  #repliedAtMs = -Infinity;
  /** How often silence was told of since. */
  #silenceCount = 0;
  #queryCount = 0;
  #replyCount = 0;
  /** See `PooledConnection`. */
  isReserved = false;

  /** See {@linkcode UpstreamConnectionOptions}. */
  constructor(options: UpstreamConnectionOptions) {
    const { socket, random, deadlines, tombstoneMs, isGenuine } = options;
    this.#options = options;
    this.#server = { address: socket.peer, isGenuine, expired: gone, notSent: gone };
    this.#writer = new FrameWriter(socket, (error) => this.#end(true, error));
    this.#correlator = new Correlator({ random, deadlines, tombstoneMs, onIdle: () => this.#keep() });
    this.#receive();
    // Whoever it was made for may have given up meanwhile.
    this.#keep();
  }

  /** See `PooledConnection`. One that is silent is still listened to, and takes queries when it is heard. */
  get isUsable(): boolean {
    return !this.#isClosed && !this.isSilent && this.#correlator.hasRoom;
  }

  /** See `PooledConnection`. */
  get isSilent(): boolean {
    return this.#silenceCount > 0;
  }

  /** See `PooledConnection`. */
  get isBusy(): boolean {
    return this.#oldest !== null;
  }

  /** See `PooledConnection`. */
  get queryCount(): number {
    return this.#queryCount;
  }

  /** See `PooledConnection`. */
  get replyCount(): number {
    return this.#replyCount;
  }

  /** See `PooledConnection`. */
  get unanswered(): StreamQuery[] {
    return [...this.#sent.keys()].filter((query) => !query.isSettled);
  }

  /** See `PooledConnection`. */
  carries(query: StreamQuery): boolean {
    return this.#sent.has(query);
  }

  /** See `PooledConnection`. The copy has an ID of its own. */
  send(query: StreamQuery): void {
    const { deadlines, counters, clock } = this.#options;
    deadlines.cancel(this.#unused);
    counters.upstreamStreamQueries++;
    this.#queryCount++;
    if (query.sendCount++ > 0) counters.upstreamStreamRetries++;
    query.openCount++;
    query.sentLast = this;
    const { deadlineMs, owner } = query;
    // The query has a deadline of its own: this one only gives the ID back.
    const sent = new CarriedQuery(query, clock.nowMs(), this.#sentKeeper);
    this.#correlator.register(sent, this.#server, deadlineMs, owner);
    this.#sent.set(query, sent);
    const octets = query.octets.slice();
    putId(octets, sent.id);
    this.#writer.write(toFrame(octets));
    this.#watch();
  }

  /** Closes now. */
  close(): void {
    this.#end(false);
  }

  readonly #sentKeeper: CarriedQueryKeeper = {
    onReply: (sent, response) => this.#onReply(sent, response),
    onGone: (sent) => this.#onGone(sent),
  };

  #onReply(sent: CarriedQuery, response: Response): void {
    const { owner, clock } = this.#options;
    this.#repliedAtMs = clock.nowMs();
    this.#sent.delete(sent.query);
    this.#replyCount++;
    this.isReserved = false;
    sent.query.openCount--;
    sent.query.arrived(response);
    owner.onReply(this, this.#repliedAtMs - sent.sentAtMs);
  }

  /** The deadline is over, or the connection. */
  #onGone(sent: CarriedQuery): void {
    if (this.#isClosed) return;
    this.#sent.delete(sent.query);
    sent.query.openCount--;
    // Not an octet since: a path that has lost the connection tells nobody.
    if (this.#heardAtMs <= sent.sentAtMs) return this.close();
    this.#options.owner.onGivenUp(this);
  }

  /** The first of those that wait and have no reply from elsewhere. */
  get #oldest(): CarriedQuery | null {
    for (const sent of this.#sent.values()) {
      if (!sent.query.isSettled) return sent;
      this.#sent.delete(sent.query);
    }
    return null;
  }

  /** Makes sure that silence will be noticed. */
  #watch(): void {
    const oldest = this.#isWatching ? null : this.#oldest;
    if (oldest === null) return;
    this.#isWatching = true;
    this.#options.deadlines.schedule(this.#quiet, this.#quietAtMs(oldest));
  }

  /**
   * When nothing has come for too long: counted from the oldest query that waits, for as long as some come through, the
   * connection is in order. Each further send is given twice the time of the one before, for the server may be slow.
   */
  #quietAtMs({ sentAtMs, query }: CarriedQuery): number {
    const { owner } = this.#options;
    const doublings = Math.max(this.#silenceCount, query.sendCount - 1);
    return Math.max(sentAtMs, this.#heardAtMs) + owner.silenceMs * 2 ** doublings;
  }

  #onQuiet(): void {
    this.#isWatching = false;
    const { owner, clock } = this.#options;
    const oldest = this.#oldest;
    if (oldest === null) return;
    if (this.#quietAtMs(oldest) <= clock.nowMs()) {
      this.#silenceCount++;
      owner.onSilence(this);
    }
    if (!this.#isClosed) this.#watch();
  }

  async #receive(): Promise<void> {
    const { socket, clock, counters } = this.#options;
    const peer: SocketAddress = socket.peer;
    try {
      for (;;) {
        const count = await socket.read(this.#frames.space());
        if (count === null) break;
        this.#heardAtMs = clock.nowMs();
        this.#silenceCount = 0;
        this.#frames.filled(count);
        for (let message = this.#frames.lend(); message !== null; message = this.#frames.lend()) {
          counters[COUNTER_OF[this.#correlator.accept(message, peer)]]++;
        }
      }
      this.#end(true);
    } catch (error) {
      this.#end(true, error);
    }
  }

  #end(isByServer: boolean, cause?: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { deadlines, socket, owner, name } = this.#options;
    const { unanswered } = this;
    const oldest = this.#oldest;
    const wasActive = oldest !== null && this.#repliedAtMs >= oldest.sentAtMs;
    const error = new UpstreamError(`Connection to ${name} was closed`, EDE.NETWORK_ERROR, { cause });
    deadlines.cancel(this.#unused);
    deadlines.cancel(this.#quiet);
    socket.close();
    this.#writer.stop();
    this.#sent.clear();
    this.#correlator.abandon(error);
    for (const query of unanswered) query.openCount--;
    owner.onEnd(this, { isByServer, unanswered, wasActive, error });
  }

  #keep(): void {
    const { deadlines, clock } = this.#options;
    if (!this.#isClosed) deadlines.schedule(this.#unused, clock.nowMs() + KEEP_MS);
  }
}

/** Nobody is told: see `CarriedQuery`. */
const gone = () => new UpstreamError("No reply on this connection", EDE.NO_REACHABLE_AUTHORITY);
