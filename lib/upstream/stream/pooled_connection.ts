import type { ConnectionOwner } from "./connection_owner.ts";
import type { StreamQuery } from "./stream_query.ts";

/**
 * A connection to an upstream as a `ConnectionPool` keeps it, whatever is spoken on it: messages behind their lengths over TCP
 * and TLS, requests over HTTP, streams over QUIC. It carries any number of queries, which are answered in any order, and tells
 * its `ConnectionOwner` what becomes of them:
 *
 * - a reply: one less in `query.openCount`, it is given to whom `query.takeIn()` says, then `onReply`;
 * - the deadline of the query itself, or nobody there any more: one less in `query.openCount`, then `onGivenUp`;
 * - a query that the server says it has not looked at: one less in `query.openCount`, then `onTurnedAway`;
 * - silence: `onSilence` when nothing has come for `owner.silenceMs`, counted from the oldest query that waits, and again
 *   after twice as long; from then on until something comes `isSilent` holds;
 * - its end, whoever has ended it: one less in `openCount` of each that is unanswered, then `onEnd`, once.
 */
export interface PooledConnection {
  /** Whether another query may be sent now. Not while it is silent, nor once the server wants no more on it. */
  readonly isUsable: boolean;
  /** Whether the server has said nothing for longer than it should take, and somebody waits. */
  readonly isSilent: boolean;
  /** Whether a query waits that has no reply from elsewhere either. */
  readonly isBusy: boolean;
  /** Whether it is kept for the query that it carries; see `StreamQuery.isApart`. The pool's to set; a reply ends it. */
  isReserved: boolean;
  /** Queries sent so far. */
  readonly queryCount: number;
  /** Replies to them so far. */
  readonly replyCount: number;
  /** Those that wait and have no reply from elsewhere either, in the order in which they were sent. */
  readonly unanswered: StreamQuery[];
  /** Whether a reply to `query` may still come here. */
  carries(query: StreamQuery): boolean;
  /** Sends a copy of `query`, and notes in it that it is sent: `sendCount`, `openCount`, `sentLast`. Needs `isUsable`. */
  send(query: StreamQuery): void;
  /** Closes now. */
  close(): void;
}

/** What an attempt to connect has brought: somebody who is who it should be, and nothing sent yet. */
export interface Connected {
  /** Makes a connection of it, which belongs to `owner`. */
  open(owner: ConnectionOwner<PooledConnection>): PooledConnection;
  /** Nobody wants it any more. */
  discard(): void;
}

/** Connects to an upstream. Rejects when that cannot be done, or `signal` aborts; an `UpstreamError` is passed on as it is. */
export type Connect = (signal: AbortSignal) => Promise<Connected>;
