import type { Random } from "../../base/random/random.ts";
import type { QuicSocket } from "../../base/sockets/quic.ts";
import { Alarm } from "../../base/time/deadline_queue.ts";
import type { Services } from "../../observe/services.ts";
import { putId } from "../../wire/header.ts";
import { EDE } from "../../wire/iana.ts";
import { DOQ_CODE } from "../../wire/quic/doq.ts";
import { Correlator } from "../matching/correlator.ts";
import type { AskedServer } from "../matching/registration.ts";
import { COUNTER_OF } from "../matching/verdict.ts";
import { CarriedQuery, type CarriedQueryKeeper } from "../stream/carried_query.ts";
import type { ConnectionOwner } from "../stream/connection_owner.ts";
import type { KeepTime } from "../stream/keep_time.ts";
import type { PooledConnection } from "../stream/pooled_connection.ts";
import { SentQueries } from "../stream/sent_queries.ts";
import { SilenceWatch } from "../stream/silence_watch.ts";
import type { StreamQuery } from "../stream/stream_query.ts";
import { UpstreamError } from "../upstream_error.ts";
import { QueryStreams, type StreamsOwner } from "./query_streams.ts";

/** After so many queries another connection takes its place: some servers give no credit for more than 1,024 streams. */
export const QUERIES_MAX = 1000;

/**
 * Queries at a time. Knot DNS 3.4 gives credit for more and takes ten: with one more stream that is not over at its end either, it
 * hears nothing on that connection any more. With 10 here 170 of 5,000 queries met that, with 8 none.
 */
const AT_ONCE_MAX = 8;

/** What a connection is made from. */
export interface QuicConnectionOptions extends Pick<Services, "clock" | "deadlines" | "counters" | "taps"> {
  /** An open connection to whom it should be, which belongs to this object from now on. */
  readonly socket: QuicSocket;
  /** Whom it tells. */
  readonly owner: ConnectionOwner<PooledConnection>;
  /** What the server, and how it is asked, is called in messages. */
  readonly name: string;
  /** How long it is kept when nothing is waited for. */
  readonly keepTime: KeepTime;
  /** Where unpredictable numbers come from. */
  readonly random: Random;
  /** See `CorrelatorOptions.tombstoneMs`. */
  readonly tombstoneMs: number;
}

/** Nobody is told: see `CarriedQuery`. */
const noReply = () => new UpstreamError("No reply on this connection", EDE.NO_REACHABLE_AUTHORITY);

/**
 * A connection to an upstream over QUIC (RFC 9250): each query goes on a stream of its own, with ID 0, and its reply comes there.
 * The reply is given the ID that the query has here before it is matched, so that what is a reply is the same over all
 * transports.
 */
export class QuicConnection implements PooledConnection {
  readonly #server: AskedServer;
  readonly #options: QuicConnectionOptions;
  readonly #correlator: Correlator;
  readonly #streams: QueryStreams;
  readonly #sent = new SentQueries();
  readonly #unused = new Alarm(() => this.close());
  readonly #silence: SilenceWatch;
  #isClosed = false;
  #sentAtMs: number;
  #repliedAtMs = -Infinity;
  #queryCount = 0;
  #replyCount = 0;
  /** See `PooledConnection`. */
  isReserved = false;

  /** See {@linkcode QuicConnectionOptions}. */
  constructor(options: QuicConnectionOptions) {
    const { socket, random, deadlines, tombstoneMs, clock, owner } = options;
    this.#options = options;
    this.#sentAtMs = clock.nowMs();
    this.#server = { address: socket.peer, isGenuine: undefined, expired: noReply, notSent: noReply };
    this.#streams = new QueryStreams(socket, options, this.#streamsOwner);
    this.#silence = new SilenceWatch({
      clock,
      deadlines,
      sent: this.#sent,
      silenceMs: () => owner.silenceMs,
      onSilence: () => owner.onSilence(this),
    });
    this.#correlator = new Correlator({ random, deadlines, tombstoneMs, onIdle: () => this.#keep() });
    socket.closed.then(({ code, reason }) => this.#end(true, code === null ? reason : `${reason} (code ${code})`));
    // Whoever it was made for may have given up meanwhile.
    this.#keep();
  }

  /** See `PooledConnection`. */
  get isUsable(): boolean {
    const hasRoom = this.#sent.count < AT_ONCE_MAX && this.#queryCount < QUERIES_MAX;
    return hasRoom && !this.#isClosed && !this.isSilent && !this.#streams.isExhausted;
  }

  /** See `PooledConnection`. */
  get isSilent(): boolean {
    return this.#silence.isSilent;
  }

  /** See `PooledConnection`. */
  get isBusy(): boolean {
    return this.#sent.oldest !== null;
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
    return this.#sent.unanswered;
  }

  /** See `PooledConnection`. */
  carries(query: StreamQuery): boolean {
    return this.#sent.has(query);
  }

  /** See `PooledConnection`. */
  send(query: StreamQuery): void {
    const { deadlines, counters, clock, taps } = this.#options;
    deadlines.cancel(this.#unused);
    counters.upstreamStreamQueries++;
    this.#queryCount++;
    if (query.sendCount++ > 0) counters.upstreamStreamRetries++;
    query.openCount++;
    query.sentLast = this;
    this.#sentAtMs = clock.nowMs();
    const sent = new CarriedQuery(query, this.#sentAtMs, this.#sentKeeper);
    this.#correlator.register(sent, this.#server, query.deadlineMs, query.owner);
    this.#sent.add(sent);
    sent.passage = taps.sent(query.octets, "quic", 0, sent.peer);
    this.#streams.send(sent);
    this.#silence.watch();
  }

  /** Closes now. */
  close(): void {
    this.#end(false);
  }

  readonly #sentKeeper: CarriedQueryKeeper = {
    onReply: (sent) => this.#onReply(sent),
    onTold: (sent) => this.#onTold(sent),
    onGone: (sent) => this.#onGone(sent),
  };

  readonly #streamsOwner: StreamsOwner = {
    awaits: ({ query }) => this.carries(query),
    heard: () => this.#silence.heard(),
    replied: (sent, message) => this.#accept(sent, message),
    failed: (sent, cause) => this.#fail(sent, cause),
    refused: (sent) => this.#turnAway(sent),
    broken: (fault) => this.#end(true, fault, DOQ_CODE.PROTOCOL_ERROR),
  };

  #accept(sent: CarriedQuery, message: Uint8Array<ArrayBuffer>): void {
    putId(message, sent.id);
    const verdict = this.#correlator.accept(message, this.#server.address);
    this.#options.counters[COUNTER_OF[verdict]]++;
    if (verdict !== "matched" && this.carries(sent.query)) {
      this.#fail(sent, `it has sent what is no reply to the query (${verdict})`);
    }
  }

  /** There will be no reply on this stream, and the connection goes on. */
  #fail(sent: CarriedQuery, cause: unknown): void {
    const { query } = sent;
    this.#forget(sent);
    const error = new UpstreamError(`No reply from ${this.#options.name}`, EDE.NETWORK_ERROR, { cause });
    if (query.openCount === 0) query.failed(error);
    this.#gaveUp();
  }

  /** There is no stream for a query. */
  #turnAway(sent: CarriedQuery): void {
    this.#forget(sent);
    this.#options.owner.onTurnedAway(this, sent.query);
  }

  #forget(sent: CarriedQuery): void {
    this.#sent.remove(sent);
    // Its ID rests until nothing can come for it; the keeper finds it forgotten.
    sent.notSent("It was not sent");
  }

  #onReply(sent: CarriedQuery): void {
    this.#repliedAtMs = this.#options.clock.nowMs();
    this.#sent.remove(sent);
    this.#replyCount++;
    this.isReserved = false;
  }

  #onTold(sent: CarriedQuery): void {
    this.#options.owner.onReply(this, this.#repliedAtMs - sent.sentAtMs);
    this.#closeIfSpent();
  }

  /** The deadline is over, or the connection. */
  #onGone(sent: CarriedQuery): void {
    if (this.#isClosed || !this.carries(sent.query)) return;
    this.#sent.remove(sent);
    this.#streams.cancel(sent);
    // Not an octet since: a path that has lost the connection tells nobody.
    if (this.#silence.heardAtMs <= sent.sentAtMs) this.close();
    else this.#gaveUp();
  }

  #gaveUp(): void {
    this.#options.owner.onGivenUp(this);
    this.#closeIfSpent();
  }

  /** One that takes no further query is of no use behind its last reply. */
  #closeIfSpent(): void {
    if (this.#queryCount >= QUERIES_MAX && this.#sent.count === 0) this.close();
  }

  #end(isByServer: boolean, cause?: unknown, code: number = DOQ_CODE.NO_ERROR): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { deadlines, socket, owner, name, clock, keepTime } = this.#options;
    const { unanswered, oldest } = this.#sent;
    const quietMs = clock.nowMs() - Math.max(this.#silence.heardAtMs, this.#sentAtMs);
    if (isByServer && this.#sent.count === 0) keepTime.noteClosed(quietMs);
    const wasActive = oldest !== null && this.#repliedAtMs >= oldest.sentAtMs;
    const error = new UpstreamError(`Connection to ${name} was closed`, EDE.NETWORK_ERROR, { cause });
    deadlines.cancel(this.#unused);
    this.#silence.close();
    this.#streams.close();
    socket.close(code, code === DOQ_CODE.NO_ERROR ? "" : String(cause));
    this.#sent.clear();
    this.#correlator.abandon(error);
    for (const query of unanswered) query.openCount--;
    owner.onEnd(this, { isByServer, unanswered, wasActive, quietMs, error });
  }

  #keep(): void {
    const { deadlines, clock, keepTime } = this.#options;
    deadlines.cancel(this.#unused);
    if (!this.#isClosed) deadlines.schedule(this.#unused, clock.nowMs() + keepTime.ms);
  }
}
