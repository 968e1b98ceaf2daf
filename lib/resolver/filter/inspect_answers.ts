import { Response } from "../../response/response.ts";
import type { Inspector } from "../findings.ts";
import { pendingFor, type PendingReply, type ReplyStep } from "../pending_reply.ts";
import type { Query } from "../query.ts";
import { Reply, SOURCE } from "../reply.ts";
import type { Resolver } from "../resolver.ts";

/**
 * Notes what has been found in what upstreams say, once for each answer, before it is remembered and before it is shared. What
 * comes of it is each client's own, see `JudgeAnswers`.
 */
export class InspectAnswers implements Resolver, ReplyStep {
  readonly #next: Resolver;
  readonly #inspector: Inspector;

  /** Looks at what `next` says. */
  constructor({ next, inspector }: { next: Resolver; inspector: Inspector }) {
    this.#next = next;
    this.#inspector = inspector;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    const reply = this.#next.resolve(query);
    return reply instanceof Reply ? this.inspect(reply) : pendingFor(query, reply).through(this);
  }

  /** See `ReplyStep`. */
  replied({ late }: PendingReply, reply: Reply): Reply {
    late?.through(this);
    return this.inspect(reply);
  }

  /** See `ReplyStep`. */
  failed(_pending: PendingReply, error: unknown): Reply {
    throw error;
  }

  /** Notes what has been found in a reply, if an upstream has given it. Returns it. */
  inspect(reply: Reply): Reply {
    if (reply.source !== SOURCE.upstream) return reply;
    const response = reply.response ?? own;
    if (response === own) own.read(reply.octets);
    reply.findings = this.#inspector.inspect(response);
    return reply;
  }
}

/** What is lent by nobody, read anew for each. */
const own = new Response();
