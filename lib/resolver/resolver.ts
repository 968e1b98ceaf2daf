import type { Query } from "./query.ts";
import type { Reply } from "./reply.ts";

/**
 * Turns a query into a reply, at once when the reply is already known.
 *
 * Every feature is one class that implements this and holds the next one; `lib/app/chain.ts` puts them in order. `resolve` is
 * never `async`: what is known is returned by plain calls, and only what has to be waited for comes later, as a `PendingReply`
 * where it counts, as a promise where it does not.
 *
 * Words, as RFC 9499 has them: a *query* gets a *response*; *answer* is a section; the server that we ask is an
 * *upstream*. Ours in addition: a *reply* is a response in wire format on its way to the client; a *part* is the query
 * for one question of a message that has several; *sayings* are what lists say of a name or an address, as a number, and
 * *findings* what somebody may have to be kept from in an answer.
 */
export interface Resolver {
  /**
   * The reply to `query`, which must have exactly one question unless the resolver says otherwise.
   *
   * It is `query.reply`. The ID in its octets, and those header bits that follow from the query alone, may hold anything:
   * `finish` sets them. The caller may edit the octets; those that come later are lent, as `PendingReply` says, unless they
   * come by promise.
   */
  resolve(query: Query): Reply | PromiseLike<Reply>;
}
