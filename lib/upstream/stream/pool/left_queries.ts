import type { PooledConnection } from "../pooled_connection.ts";
import type { StreamQuery } from "../stream_query.ts";

/**
 * Sends of a query as long as all that it meets is silence; one more if both were on connections that had stood for a while, or had
 * worked. Should all be in vain, the race asks anew (RFC 9520 §3.1).
 */
const SILENT_SENDS_MAX = 2;

/**
 * Whether nothing is to be hoped for when `query` gets no reply from `connection`: another one that has it as well is silent, and
 * has told so. But where it was sent last, it waits.
 */
export function isLeftTo(connection: PooledConnection, query: StreamQuery): boolean {
  return query.openCount === 0 || query.sentLast === connection;
}

/** What is asked anew because a connection is silent. */
export interface LeftBySilence {
  /** To be asked on another connection. */
  readonly queries: readonly StreamQuery[];
  /** Whether a fresh one is needed: a path that forgets two connections that stood there forgets all of them. */
  readonly needsFresh: boolean;
}

/** See {@linkcode LeftBySilence}. What was sent on another connection since is left to that one, which tells of its own silence. */
export function leftBySilence(connection: PooledConnection): LeftBySilence {
  const hasWorked = connection.replyCount > 0;
  const queries = connection.unanswered.filter((query) => {
    // One that was kept in reserve may be as dead as one that has answered; one that has just been made tells of the server.
    const sendsMax = hasWorked || !query.isOnFresh ? SILENT_SENDS_MAX : SILENT_SENDS_MAX - 1;
    return !query.isClosed && query.sentLast === connection && query.sendCount <= sendsMax;
  });
  return { queries, needsFresh: queries.some(({ sendCount }) => sendCount === SILENT_SENDS_MAX) };
}
