import { clamp } from "../../../base/clamp.ts";
import { Alarm } from "../../../base/time/deadline_queue.ts";
import type { Runtime } from "../../../base/runtime.ts";
import { EDE } from "../../../wire/iana.ts";
import { ConnectionLimits } from "./connection_limits.ts";
import type { ConnectionEnd, ConnectionOwner } from "../connection_owner.ts";
import { type DialFailure, type Dialler, Dials, type DialsOptions } from "./dials.ts";
import { OpenConnections } from "./open_connections.ts";
import { RoundTrips } from "../../health/round_trips.ts";
import type { StreamQuery } from "../stream_query.ts";
import type { Connected, PooledConnection } from "../pooled_connection.ts";
import { UpstreamError } from "../../upstream_error.ts";
import { isLeftTo, leftBySilence } from "./left_queries.ts";
import { mayAskElsewhere } from "./may_ask_elsewhere.ts";
import { Reconnects, type StandingOptions } from "./reconnects.ts";
import { WaitingQueries } from "./waiting_queries.ts";

/** Bounds of the silence after which a connection is taken for lost. */
const SILENCE_MS = { min: 250, max: 1000 };
/** Silent connections that are still listened to; beyond it the first one is closed. */
const SILENT_MAX = 4;
/** Connections that may end under a query before it goes on one of its own, and before it is given up. */
const ENDINGS = { shared: 2, max: 4 };
/** What a pool is made from. */
export interface ConnectionPoolOptions extends Pick<DialsOptions, "deadlines" | "connect"> {
  /** The world outside. */
  readonly runtime: Pick<Runtime, "clock">;
  /** What the server, and how it is asked, is called in messages. */
  readonly name: string;
  /**
   * Where connections are dear: then there is one before it is needed, attempts that come to nothing make pauses, and there are
   * never more than four. `null` where they cost next to nothing.
   */
  readonly standing?: StandingOptions | null;
}

/**
 * The connections to one upstream, and the queries that wait for one. Usually there is one connection, shared by all. There
 * are more when the server limits what it answers on one, and when one is silent. No query shares its connection's fate:
 * what was not answered when it ended is asked on another one as long as connections get anywhere, and what waits on a
 * silent one is asked on another one as well.
 */
export class ConnectionPool implements ConnectionOwner<PooledConnection>, Dialler {
  readonly #options: ConnectionPoolOptions;
  readonly #open = new OpenConnections();
  readonly #dials: Dials;
  readonly #waiting = new WaitingQueries();
  readonly #limits: ConnectionLimits;
  readonly #reconnects: Reconnects;
  readonly #resume = new Alarm(() => this.#distribute());
  #roundTrips = new RoundTrips();
  /** The one that has just been made. */
  #fresh: PooledConnection | null = null;
  #isDropping = false;
  #isClosed = false;

  /** See {@linkcode ConnectionPoolOptions}. */
  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
    this.#limits = new ConnectionLimits(options.runtime.clock);
    this.#reconnects = new Reconnects(options.runtime.clock, options.standing ?? null);
    this.#dials = new Dials({ ...options, dialler: this });
  }

  /** Sends `query` as soon as there is a connection for it. It may fail at once. */
  ask(query: StreamQuery): void {
    // A query that `close` has failed asks again: it must not open what nobody would close.
    if (this.#isClosed) return query.failed(this.#cannotConnect("we are closing"));
    const { refused } = this.#reconnects;
    if (refused !== null) return query.failed(refused);
    this.#waiting.add(query);
    this.#distribute();
    query.hasWaited = query.sendCount === 0;
  }

  /** Connects although nobody asks yet, unless there is a connection, or it is too early for another attempt. */
  warm(): void {
    if (this.#isClosed || this.openCount > 0 || this.#reconnects.pausedUntilMs !== null) return;
    this.#dials.start();
    this.#dials.watch();
  }

  /** Connections that are open or being made. */
  get openCount(): number {
    return this.#open.count + this.#dials.count;
  }

  /** Closes every connection, those that are being made as well, and forgets what was learned. What waits is asked anew. */
  drop(): void {
    this.#roundTrips = new RoundTrips();
    this.#limits.forget();
    this.#reconnects.forget();
    // Otherwise what one connection gives back would go to the next one.
    this.#isDropping = true;
    this.#dials.drop();
    this.#open.closeAll();
    this.#isDropping = false;
    this.#distribute();
  }

  /** Closes every connection, those that are being made as well. There will be no other: what waits fails. */
  close(): void {
    this.#isClosed = true;
    this.#options.deadlines.cancel(this.#resume);
    this.#dials.drop();
    this.#open.closeAll();
    this.#waiting.fail(this.#cannotConnect("we are closing"));
  }

  /** See `ConnectionOwner`: twice what it hardly ever takes. */
  get silenceMs(): number {
    return clamp(2 * this.#roundTrips.percentile95Ms, SILENCE_MS);
  }

  /** See `Dialler`: there is more to be done than to answer a query. */
  get patienceMs(): number {
    return this.#reconnects.patience * this.silenceMs;
  }

  /** See `ConnectionOwner`. */
  onReply(connection: PooledConnection, tookMs: number): void {
    this.#roundTrips.add(tookMs);
    this.#limits.noteReply(connection.replyCount);
    this.#reconnects.forget();
    this.onGivenUp(connection);
  }

  /** See `ConnectionOwner`. */
  onGivenUp(connection: PooledConnection): void {
    // The server would end it under the next query.
    if (this.#limits.isCertain && !connection.isBusy && this.#limits.roomOn(connection) === 0) connection.close();
    this.#distribute();
  }

  /** See `ConnectionOwner`. */
  onTurnedAway(connection: PooledConnection, query: StreamQuery): void {
    if (!query.isClosed && isLeftTo(connection, query)) {
      // A server that does so again and again does not want to be asked.
      if (++query.endingCount < ENDINGS.max) this.#waiting.add(query);
      else if (query.openCount === 0) query.failed(this.#cannotConnect("The server turns queries away"));
    }
    this.onGivenUp(connection);
  }

  /** See `ConnectionOwner`. */
  onSilence(connection: PooledConnection): void {
    const { queries, needsFresh } = leftBySilence(connection);
    if (needsFresh) this.#open.closeIdle();
    for (const query of queries) this.#waiting.add(query);
    this.#open.closeSilent(SILENT_MAX);
    this.#distribute();
  }

  /** See `ConnectionOwner`. */
  onEnd(connection: PooledConnection, end: ConnectionEnd): void {
    const { isByServer, unanswered, wasActive, error } = end;
    this.#open.remove(connection);
    const isFruitless = isByServer && connection.replyCount === 0 && connection.queryCount > 0;
    const isRefusal = isFruitless && this.#limits.noteFruitless();
    if (isFruitless) this.#reconnects.failed();
    if (isByServer) this.#limits.noteEnd(connection.replyCount, wasActive, unanswered[0]?.question);
    const hopeless = unanswered.filter((query) => {
      if (this.#waiting.has(query) || !isLeftTo(connection, query)) return false;
      query.endingCount++;
      const isHopeless = this.#isClosed || query.isClosed || isRefusal || query.endingCount >= ENDINGS.max ||
        (isFruitless && !mayAskElsewhere(connection, query, this.#open.busyCount, this.#limits));
      if (!isHopeless) this.#waiting.add(query);
      query.isApart ||= query.endingCount >= ENDINGS.shared;
      return isHopeless && query.openCount === 0;
    });
    for (const query of hopeless) query.failed(error);
    if (isRefusal && this.#open.busyCount === 0) this.#waiting.fail(error);
    const hasWorked = isByServer && connection.replyCount > 0;
    // Others that were quiet as well may be gone, too: what has met a dead one meets no other.
    if (hasWorked && unanswered.length > 0 && !wasActive) this.#open.closeIdle();
    this.#distribute();
    if (hasWorked && this.#reconnects.areDueAfter(end)) this.warm();
  }

  /** See `Dialler`. */
  onConnected(connected: Connected): void {
    this.#fresh = connected.open(this);
    this.#open.add(this.#fresh);
    this.#distribute();
    this.#fresh = null;
  }

  /** See `Dialler`. */
  onDialFailed({ cause, isTooLong }: DialFailure): void {
    this.#reconnects.failed(cause);
    const busyCount = this.#open.busyCount;
    if (busyCount > 0) {
      // Those that are open go on. A refusal says that there are enough of them; silence may be a lost packet.
      if (!isTooLong && this.#reconnects.refused === null) this.#limits.noteCrowded(busyCount);
      return this.#distribute();
    }
    // Not another one at once: what is refused would be tried for as long as an attempt of the same time is silent.
    if (this.#dials.count === 0) this.#waiting.fail(this.#cannotConnect(cause));
  }

  /** See `Dialler`. */
  get wantsConnection(): boolean {
    return this.#waiting.connectionsWanted(this.#limits) > 0 && this.#dials.count < this.#reconnects.dialsMax;
  }

  /** Gives the queries that wait to connections, and makes new ones for those that are left. */
  #distribute(): void {
    if (!this.#waiting.hasAny || this.#isDropping || this.#isClosed) return;
    for (const connection of this.#open) this.#fill(connection);
    const wanted = this.#waiting.connectionsWanted(this.#limits);
    if (wanted === 0) return;
    const { pausedUntilMs } = this.#reconnects;
    const { deadlines } = this.#options;
    deadlines.cancel(this.#resume);
    if (pausedUntilMs !== null) return deadlines.schedule(this.#resume, pausedUntilMs);
    let count = this.#dials.count + this.#open.busyCount;
    for (; this.#dials.count < wanted && count < this.#limits.parallelMax && this.#hasRoom; count++) {
      this.#dials.start();
    }
    this.#dials.watch();
  }

  /** Whether there may be another connection; one that is silent gives way to it. */
  get #hasRoom(): boolean {
    const { openMax } = this.#reconnects;
    // What waited on the silent one may have taken its place at once.
    return this.openCount < openMax || (this.#open.closeSilent(0) && this.openCount < openMax);
  }

  #fill(connection: PooledConnection): void {
    let room = this.#limits.roomOn(connection);
    if (room === 0) return;
    for (const query of this.#waiting.open()) {
      // Sent there before, it waits there still.
      if (connection.carries(query)) continue;
      if (query.isApart && connection.queryCount > 0) continue;
      this.#waiting.take(query);
      connection.isReserved = query.isApart;
      query.isOnFresh = connection === this.#fresh;
      connection.send(query);
      room = this.#limits.roomOn(connection);
      if (room === 0) return;
    }
  }

  #cannotConnect(cause: unknown): UpstreamError {
    if (cause instanceof UpstreamError) return cause;
    return new UpstreamError(`Cannot connect to ${this.#options.name}`, EDE.NETWORK_ERROR, { cause });
  }
}
