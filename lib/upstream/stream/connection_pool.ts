import { clamp } from "../../base/clamp.ts";
import type { Runtime } from "../../base/runtime.ts";
import { EDE } from "../../wire/iana.ts";
import { ConnectionLimits } from "./connection_limits.ts";
import type { ConnectionEnd, ConnectionOwner } from "./connection_owner.ts";
import { type DialFailure, type Dialler, Dials, type DialsOptions } from "./dials.ts";
import { RoundTrips } from "../health/round_trips.ts";
import type { StreamQuery } from "./stream_query.ts";
import type { Connected, PooledConnection } from "./pooled_connection.ts";
import { UpstreamError } from "../upstream_error.ts";
import { WaitingQueries } from "./waiting_queries.ts";

/** Bounds of the silence after which a connection is taken for lost. */
const SILENCE_MS = { min: 250, max: 1000 };
/** Sends of a query as long as all that it meets is silence. Should both be in vain, the race asks anew (RFC 9520 §3.1). */
const SILENT_SENDS_MAX = 2;
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
}

/**
 * The connections to one upstream, and the queries that wait for one. Usually there is one connection, shared by all. There
 * are more when the server limits what it answers on one, and when one is silent. No query shares its connection's fate:
 * what was not answered when it ended is asked on another one as long as connections get anywhere, and what waits on a
 * silent one is asked on another one as well.
 */
export class ConnectionPool implements ConnectionOwner<PooledConnection>, Dialler {
  readonly #options: ConnectionPoolOptions;
  /** In the order in which they were made. */
  readonly #open = new Set<PooledConnection>();
  readonly #dials: Dials;
  readonly #waiting = new WaitingQueries();
  readonly #limits: ConnectionLimits;
  #roundTrips = new RoundTrips();
  #isDropping = false;
  #isClosed = false;

  /** See {@linkcode ConnectionPoolOptions}. */
  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
    this.#limits = new ConnectionLimits(options.runtime.clock);
    this.#dials = new Dials({ ...options, dialler: this });
  }

  /** Sends `query` as soon as there is a connection for it. It may fail at once. */
  ask(query: StreamQuery): void {
    // A query that `close` has failed asks again: it must not open what nobody would close.
    if (this.#isClosed) return query.failed(this.#cannotConnect("we are closing"));
    this.#waiting.add(query);
    this.#distribute();
  }

  /** Connections that are open or being made. */
  get openCount(): number {
    return this.#open.size + this.#dials.count;
  }

  /** Closes every connection, those that are being made as well, and forgets what was learned. What waits is asked anew. */
  drop(): void {
    this.#roundTrips = new RoundTrips();
    this.#limits.forget();
    // Otherwise what one connection gives back would go to the next one.
    this.#isDropping = true;
    this.#closeAll();
    this.#isDropping = false;
    this.#distribute();
  }

  /** Closes every connection, those that are being made as well. There will be no other: what waits fails. */
  close(): void {
    this.#isClosed = true;
    this.#closeAll();
    this.#waiting.fail(this.#cannotConnect("we are closing"));
  }

  /** See `ConnectionOwner`: twice what it hardly ever takes. */
  get silenceMs(): number {
    return clamp(2 * this.#roundTrips.percentile95Ms, SILENCE_MS);
  }

  /** See `ConnectionOwner`. */
  onReply(connection: PooledConnection, tookMs: number): void {
    this.#roundTrips.add(tookMs);
    this.#limits.noteReply(connection.replyCount);
    this.onGivenUp(connection);
  }

  /** See `ConnectionOwner`. */
  onGivenUp(connection: PooledConnection): void {
    // The server would end it under the next query.
    if (this.#limits.isCertain && !connection.isBusy && this.#roomOn(connection) === 0) connection.close();
    this.#distribute();
  }

  /** See `ConnectionOwner`. */
  onTurnedAway(connection: PooledConnection, query: StreamQuery): void {
    if (query.openCount === 0 && !query.isClosed) {
      // A server that does so again and again does not want to be asked.
      if (++query.endingCount >= ENDINGS.max) query.failed(this.#cannotConnect("The server turns queries away"));
      else this.#waiting.add(query);
    }
    this.onGivenUp(connection);
  }

  /** See `ConnectionOwner`. */
  onSilence(connection: PooledConnection): void {
    for (const query of connection.unanswered) {
      // Where it was sent on another one since, that one tells of its own silence.
      if (!query.isClosed && query.sentLast === connection && query.sendCount < SILENT_SENDS_MAX) {
        this.#waiting.add(query);
      }
    }
    const silent = [...this.#open].filter(({ isSilent }) => isSilent);
    if (silent.length > SILENT_MAX) silent[0]!.close();
    this.#distribute();
  }

  /** See `ConnectionOwner`. */
  onEnd(connection: PooledConnection, { isByServer, unanswered, wasActive, error }: ConnectionEnd): void {
    this.#open.delete(connection);
    const isFruitless = isByServer && connection.replyCount === 0;
    const isRefusal = isFruitless && this.#limits.noteFruitless();
    if (isByServer) this.#limits.noteEnd(connection.replyCount, wasActive, unanswered[0]?.question);
    const hopeless = unanswered.filter((query) => {
      if (query.openCount > 0 || this.#waiting.has(query)) return false;
      query.endingCount++;
      const isHopeless = this.#isClosed || query.isClosed || isRefusal || query.endingCount >= ENDINGS.max ||
        (isFruitless && !this.#mayAskElsewhere(connection, query));
      if (!isHopeless) this.#waiting.add(query);
      query.isApart ||= query.endingCount >= ENDINGS.shared;
      return isHopeless;
    });
    for (const query of hopeless) query.failed(error);
    if (isRefusal && this.#busyCount === 0) this.#waiting.fail(error);
    this.#distribute();
  }

  /** See `Dialler`. */
  onConnected(connected: Connected): void {
    this.#open.add(connected.open(this));
    this.#distribute();
  }

  /** See `Dialler`. */
  onDialFailed({ cause, isTooLong }: DialFailure): void {
    const busyCount = this.#busyCount;
    if (busyCount > 0) {
      // Those that are open go on. A refusal says that there are enough of them; silence may be a lost packet.
      if (!isTooLong) this.#limits.noteCrowded(busyCount);
      return this.#distribute();
    }
    // Not another one at once: what is refused would be tried for as long as an attempt of the same time is silent.
    if (this.#dials.count === 0) this.#waiting.fail(this.#cannotConnect(cause));
  }

  /** See `Dialler`. */
  get wantsConnection(): boolean {
    return this.#waiting.connectionsWanted(this.#limits) > 0;
  }

  /** Whether a query may be asked once more whose connection has ended without a reply. */
  #mayAskElsewhere({ queryCount }: PooledConnection, query: StreamQuery): boolean {
    // It had a connection for itself.
    if (query.isApart) return false;
    const othersCount = this.#busyCount;
    if (othersCount > 0) {
      // One connection too many, it seems.
      this.#limits.noteCrowded(othersCount);
      return true;
    }
    // One of several may be what the server cannot stand: each is tried by itself.
    query.isApart = true;
    return queryCount > 1;
  }

  /** Connections on which something is waited for, and, as far as is known, not in vain. */
  get #busyCount(): number {
    let count = 0;
    for (const connection of this.#open) if (connection.isBusy && !connection.isSilent) count++;
    return count;
  }

  /** Gives the queries that wait to connections, and makes new ones for those that are left. */
  #distribute(): void {
    if (!this.#waiting.hasAny || this.#isDropping || this.#isClosed) return;
    for (const connection of this.#open) this.#fill(connection);
    const wanted = this.#waiting.connectionsWanted(this.#limits);
    if (wanted === 0) return;
    let count = this.#dials.count + this.#busyCount;
    for (; this.#dials.count < wanted && count < this.#limits.parallelMax; count++) this.#dials.start();
    this.#dials.watch();
  }

  #fill(connection: PooledConnection): void {
    let room = this.#roomOn(connection);
    if (room === 0) return;
    for (const query of this.#waiting.open()) {
      // Sent there before, it waits there still.
      if (connection.carries(query)) continue;
      if (query.isApart && connection.queryCount > 0) continue;
      this.#waiting.take(query);
      connection.isReserved = query.isApart;
      connection.send(query);
      room = this.#roomOn(connection);
      if (room === 0) return;
    }
  }

  /** Queries that a connection may be given now. */
  #roomOn(connection: PooledConnection): number {
    if (!connection.isUsable || connection.isReserved) return 0;
    const left = this.#limits.queriesMax - connection.queryCount;
    if (left > 0) return left;
    // Whether the limit is one is found out by a single query.
    return this.#limits.isCertain || connection.isBusy ? 0 : 1;
  }

  #closeAll(): void {
    this.#dials.drop();
    for (const connection of [...this.#open]) connection.close();
  }

  #cannotConnect(cause: unknown): UpstreamError {
    if (cause instanceof UpstreamError) return cause;
    return new UpstreamError(`Cannot connect to ${this.#options.name}`, EDE.NETWORK_ERROR, { cause });
  }
}
