import type { PooledConnection } from "../pooled_connection.ts";
import type { StreamQuery } from "../stream_query.ts";
import type { ConnectionLimits } from "./connection_limits.ts";

/**
 * Whether a query may be asked once more whose connection has ended without a reply.
 *
 * @param othersCount Other connections on which something is waited for.
 */
export function mayAskElsewhere(
  { queryCount }: PooledConnection,
  query: StreamQuery,
  othersCount: number,
  limits: ConnectionLimits,
): boolean {
  // It had a connection for itself.
  if (query.isApart) return false;
  if (othersCount > 0) {
    // One connection too many, it seems.
    limits.noteCrowded(othersCount);
    return true;
  }
  // One of several may be what the server cannot stand: each is tried by itself.
  query.isApart = true;
  return queryCount > 1;
}
