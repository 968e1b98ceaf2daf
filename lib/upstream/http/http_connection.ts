import type { HttpClientConnection, HttpExchanges } from "../../base/http/http_exchange.ts";
import type { Random } from "../../base/random/random.ts";
import type { StreamSocket } from "../../base/sockets/stream_socket.ts";
import { Alarm } from "../../base/time/deadline_queue.ts";
import type { Services } from "../../observe/services.ts";
import { EDE } from "../../wire/iana.ts";
import { Correlator } from "../matching/correlator.ts";
import type { AskedServer } from "../matching/registration.ts";
import type { ConnectionOwner } from "../stream/connection_owner.ts";
import { CarriedQuery, type CarriedQueryKeeper } from "../stream/carried_query.ts";
import type { KeepTime } from "../stream/keep_time.ts";
import type { PooledConnection } from "../stream/pooled_connection.ts";
import { SentQueries } from "../stream/sent_queries.ts";
import { SilenceWatch } from "../stream/silence_watch.ts";
import type { StreamQuery } from "../stream/stream_query.ts";
import { UpstreamError } from "../upstream_error.ts";
import { heard } from "./heard.ts";
import { HttpQuestion, type HttpTarget } from "./http_question.ts";
import type { RetryAfter } from "./retry_after.ts";

/** What a connection is made from. */
export interface HttpConnectionOptions extends Pick<Services, "clock" | "deadlines" | "counters" | "taps"> {
  /** An open socket to a server that has proved who it is; it belongs to this object from now on. */
  readonly socket: StreamSocket;
  /** Speaks HTTP. */
  readonly http: Pick<HttpExchanges, "connect">;
  /** What is asked for. */
  readonly target: HttpTarget;
  /** Whom it tells. */
  readonly owner: ConnectionOwner<PooledConnection>;
  /** What the server, and how it is asked, is called in messages. */
  readonly name: string;
  /** How long it is kept when nothing is waited for. */
  readonly keepTime: KeepTime;
  /** Until when the server does not want to be asked. */
  readonly retryAfter: RetryAfter;
  /** Where unpredictable numbers come from. */
  readonly random: Random;
  /** See `CorrelatorOptions.tombstoneMs`. */
  readonly tombstoneMs: number;
}

/**
 * An open connection over HTTP/2 to an upstream (RFC 8484): each query is a request of its own, with the ID 0. A request that the
 * server says it has not looked at (GOAWAY, REFUSED_STREAM) is asked elsewhere and costs nothing; another status than 200 is a
 * failure of the server.
 */
export class HttpConnection implements PooledConnection {
  readonly #options: HttpConnectionOptions;
  readonly #http: HttpClientConnection;
  readonly #correlator: Correlator;
  readonly #server: AskedServer;
  readonly #sent = new SentQueries();
  readonly #questions = new Map<CarriedQuery, HttpQuestion>();
  readonly #unused = new Alarm(() => this.close());
  readonly #silence: SilenceWatch;
  #isClosed = false;
  /** When something was last sent, or it was made. */
  #sentAtMs: number;
  /** When a reply came last. */
  #repliedAtMs = -Infinity;
  #queryCount = 0;
  #replyCount = 0;
  /** See `PooledConnection`. */
  isReserved = false;

  /** See {@linkcode HttpConnectionOptions}. */
  constructor(options: HttpConnectionOptions) {
    const { socket, http, target, owner, clock, random, deadlines, tombstoneMs } = options;
    this.#options = options;
    this.#sentAtMs = clock.nowMs();
    this.#server = { address: socket.peer, expired: gone, notSent: (cause) => cause as Error };
    this.#correlator = new Correlator({ random, deadlines, tombstoneMs, onIdle: () => this.#keep() });
    this.#silence = new SilenceWatch({
      clock,
      deadlines,
      sent: this.#sent,
      silenceMs: () => owner.silenceMs,
      onSilence: () => owner.onSilence(this),
    });
    this.#http = http.connect(heard(socket, () => this.#silence.heard()), {
      authority: target.authority,
      onRoom: () => this.#isClosed || owner.onGivenUp(this),
      onEnd: ({ kind, text }) => this.#onEnd(kind, text),
    });
    // Whoever it was made for may have given up meanwhile.
    this.#keep();
  }

  /** See `PooledConnection`. */
  get isUsable(): boolean {
    return !this.#isClosed && !this.isSilent && this.#http.roomForStreams > 0;
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
    const { deadlines, counters, clock, target, name, taps } = this.#options;
    deadlines.cancel(this.#unused);
    counters.upstreamStreamQueries++;
    this.#queryCount++;
    if (query.sendCount++ > 0) counters.upstreamStreamRetries++;
    query.openCount++;
    query.sentLast = this;
    this.#sentAtMs = clock.nowMs();
    const sent = new CarriedQuery(query, this.#sentAtMs, this.#keeper);
    this.#correlator.register(sent, this.#server, query.deadlineMs, query.owner);
    this.#sent.add(sent);
    sent.passage = taps.sent(query.octets, "https", 0, sent.peer);
    const question = new HttpQuestion({
      sent,
      name,
      correlator: this.#correlator,
      counters,
      onFailure: (error) => this.#onFailure(sent, error),
      onTurnedAway: () => this.#onTurnedAway(sent),
      retryAfter: this.#options.retryAfter,
    });
    this.#questions.set(sent, question);
    question.ask(this.#http, target);
    this.#silence.watch();
  }

  /** Closes now. */
  close(): void {
    this.#end(false);
  }

  readonly #keeper: CarriedQueryKeeper = {
    onReply: (sent) => this.#onReply(sent),
    onTold: (sent) => this.#onTold(sent),
    onGone: (sent) => this.#onGone(sent),
  };

  #onReply(sent: CarriedQuery): void {
    this.#repliedAtMs = this.#options.clock.nowMs();
    this.#forget(sent);
    this.#replyCount++;
    this.isReserved = false;
  }

  #onTold(sent: CarriedQuery): void {
    this.#options.owner.onReply(this, this.#repliedAtMs - sent.sentAtMs);
    this.#endWhenDone();
  }

  /** The deadline is over, or there is no answer; see `HttpQuestion.failure`. */
  #onGone(sent: CarriedQuery): void {
    if (this.#isClosed) return;
    const question = this.#questions.get(sent)!;
    this.#forget(sent);
    const { failure } = question;
    const { owner } = this.#options;
    if (question.isTurnedAway) owner.onTurnedAway(this, sent.query);
    else if (failure !== null) {
      sent.query.failed(failure);
      owner.onGivenUp(this);
    } else {
      question.giveUp();
      // Not an octet since: a path that has lost the connection tells nobody.
      if (this.#silence.heardAtMs <= sent.sentAtMs) return this.close();
      owner.onGivenUp(this);
    }
    this.#endWhenDone();
  }

  #onFailure(sent: CarriedQuery, error: UpstreamError): void {
    if (!this.#isClosed) sent.notSent(error);
  }

  #onTurnedAway(sent: CarriedQuery): void {
    if (!this.#isClosed) sent.notSent(new Error("turned away"));
  }

  #forget(sent: CarriedQuery): void {
    this.#sent.remove(sent);
    this.#questions.delete(sent);
  }

  #onEnd(kind: string, text: string): void {
    // What was taken is still answered.
    if (kind === "goaway") return this.#endWhenDone();
    this.#end(kind !== "us", new Error(text));
  }

  /** A connection that takes nothing more and has answered all is none. */
  #endWhenDone(): void {
    if (!this.#isClosed && !this.#http.isOpen && this.#sent.count === 0) this.#end(true, new Error("it went away"));
  }

  #end(isByServer: boolean, cause?: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { deadlines, owner, name, clock, keepTime } = this.#options;
    const { unanswered } = this;
    const quietMs = clock.nowMs() - Math.max(this.#silence.heardAtMs, this.#sentAtMs);
    if (isByServer && this.#sent.count === 0) keepTime.noteClosed(quietMs);
    const { oldest } = this.#sent;
    const wasActive = oldest !== null && this.#repliedAtMs >= oldest.sentAtMs;
    const error = new UpstreamError(`Connection to ${name} was closed`, EDE.NETWORK_ERROR, { cause });
    deadlines.cancel(this.#unused);
    this.#silence.close();
    this.#http.close();
    this.#sent.clear();
    this.#questions.clear();
    this.#correlator.abandon(error);
    for (const query of unanswered) query.openCount--;
    owner.onEnd(this, { isByServer, unanswered, wasActive, quietMs, error });
  }

  #keep(): void {
    const { deadlines, clock, keepTime } = this.#options;
    if (!this.#isClosed) deadlines.schedule(this.#unused, clock.nowMs() + keepTime.ms);
  }
}

/** Nobody is told: see `CarriedQuery`. */
const gone = () => new UpstreamError("No reply on this connection", EDE.NO_REACHABLE_AUTHORITY);
