import type { StreamQuery } from "./stream_query.ts";
import type { UpstreamError } from "../upstream_error.ts";

/** Whom a connection to an upstream, a `Connection`, belongs to, and tells what becomes of it. */
export interface ConnectionOwner<Connection> {
  /** How long a query may go without an octet from the server, in milliseconds. */
  readonly silenceMs: number;
  /** A query has had its reply here, after `tookMs`. */
  onReply(connection: Connection, tookMs: number): void;
  /** A query is given up: there is room for another. */
  onGivenUp(connection: Connection): void;
  /** The server has not looked at a query, and will not: it may be asked on another connection as if it had never been sent. */
  onTurnedAway(connection: Connection, query: StreamQuery): void;
  /** Nothing has come for longer than it should take. */
  onSilence(connection: Connection): void;
  /** The connection is closed. */
  onEnd(connection: Connection, end: ConnectionEnd): void;
}

/** How a connection has ended. */
export interface ConnectionEnd {
  /** Whether the server, or the path, has ended it. */
  readonly isByServer: boolean;
  /** The queries that have no reply, from nowhere, in the order in which they were sent. */
  readonly unanswered: readonly StreamQuery[];
  /** Whether a reply has come since the first of them was sent: then it was not idle, and its path was in order. */
  readonly wasActive: boolean;
  /** For how long nothing had been sent or heard on it, in milliseconds. */
  readonly quietMs: number;
  /** What to say to those that cannot be helped. */
  readonly error: UpstreamError;
}
