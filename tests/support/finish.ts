import type { Query } from "../../lib/resolver/query.ts";
import { Reply, SOURCE } from "../../lib/resolver/reply.ts";
import { finish as finishReply } from "../../lib/server/reply/finish.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** The octets of a query's reply, made fit for its client. */
export function finish(reply: Reply | Octets, query: Query, recursionAvailable = true): Octets {
  if (reply !== query.reply) query.reply.give(reply instanceof Reply ? reply.octets : reply, SOURCE.upstream);
  finishReply(query, recursionAvailable);
  return query.reply.octets;
}
