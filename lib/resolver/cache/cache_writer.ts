import { mayBeCached } from "../../cache/may_be_cached.ts";
import type { ResponseCache } from "../../cache/response_cache.ts";
import { variantOf } from "../../cache/variant.ts";
import { isUsefulReply } from "../../response/reply_kind.ts";
import { Response } from "../../response/response.ts";
import { FINDINGS, inspectedBy } from "../findings.ts";
import { pendingFor, type PendingReply, type ReplyStep } from "../pending_reply.ts";
import type { Query } from "../query.ts";
import { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";

/**
 * Teaches the cache what the upstreams say. Stands behind all that lets questions share an exchange, so that each answer
 * is learned once, and nothing of our own making (a refusal, a merged message) ever is.
 */
export class CacheWriter implements Resolver, ReplyStep {
  readonly #next: Resolver;
  readonly #memory: ResponseCache;
  /** Learns what comes when the failure has been learned already. */
  readonly #late: ReplyStep = {
    // RFC 9520 §3.2: one failure, however long it was waited for.
    replied: ({ query }, reply) => isUsefulReply(reply.octets) ? this.#learn(query, reply) : reply,
    failed: (_, error) => {
      throw error;
    },
  };

  /** Learns what `next` says into `memory`. */
  constructor({ next, memory }: { next: Resolver; memory: ResponseCache }) {
    this.#next = next;
    this.#memory = memory;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    const reply = this.#next.resolve(query);
    if (!mayBeCached(query.scan, query.wire)) return reply;
    return reply instanceof Reply ? this.#learn(query, reply) : pendingFor(query, reply).through(this);
  }

  /** See `ReplyStep`. */
  replied({ query, late }: PendingReply, reply: Reply): Reply {
    late?.through(this.#late);
    return this.#learn(query, reply);
  }

  /** See `ReplyStep`. */
  failed(_pending: PendingReply, error: unknown): Reply {
    throw error;
  }

  /** Learns what has come for a query, if that may be learned. Returns the reply. */
  learn(query: Query, reply: Reply): Reply {
    // hot path
    return mayBeCached(query.scan, query.wire) ? this.#learn(query, reply) : reply;
  }

  #learn(query: Query, reply: Reply): Reply {
    // A failure would be everybody's (RFC 9520 §3.2), and some can do with what fits into a datagram. A denial that was not
    // put to the test would be everybody's for hours.
    if (query.mustNotBeKept) return reply;
    const response = reply.response ?? own;
    if (response === own) own.read(reply.octets);
    const variant = variantOf(query.scan, query.view);
    const { findings } = reply;
    reply.octets = this.#memory.learn(
      query,
      variant,
      response,
      reply.extendedErrors,
      findings & FINDINGS.any,
      inspectedBy(findings),
    );
    return reply;
  }
}

/** What is no upstream's response, in the form of one. Used anew for each. */
const own = new Response();
