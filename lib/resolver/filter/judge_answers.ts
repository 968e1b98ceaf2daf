import { deliver } from "../../base/deferred.ts";
import { FINDINGS } from "../findings.ts";
import { PendingReply } from "../pending_reply.ts";
import type { Query } from "../query.ts";
import { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import { withoutPrivateAddresses } from "./without_private.ts";

/** What answers are judged by. */
export interface JudgeAnswersOptions {
  /** Brings the answers, with what has been found in them. */
  readonly next: Resolver;
  /** Whether the client of a query is to be kept from private addresses in its answer. */
  readonly keepsFromPrivate: (query: Query) => boolean;
  /** What a client gets in whose answer something has been found that lists know: the answer, or something else in its place. */
  readonly judgeListed: (query: Query, reply: Reply, said: number) => Reply | PromiseLike<Reply>;
  /** How long what is said of our own may be remembered. */
  readonly ttlSeconds: number;
}

/**
 * Keeps clients from what has been found in answers, each as the configuration says of its group. Memory and exchanges in flight are
 * before it, and shared: what one client is kept from another one gets.
 */
export class JudgeAnswers implements Resolver {
  readonly #options: JudgeAnswersOptions;
  readonly #next: Resolver;

  /** See {@linkcode JudgeAnswersOptions}. */
  constructor(options: JudgeAnswersOptions) {
    this.#options = options;
    this.#next = options.next;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    // hot path
    const reply = this.#next.resolve(query);
    if (reply instanceof Reply) return (reply.findings & FINDINGS.any) === 0 ? reply : this.#judge(query, reply);
    return this.#judgeLater(query, reply);
  }

  #judgeLater(query: Query, pending: PromiseLike<Reply>): PendingReply {
    const judged = new PendingReply(query);
    deliver(pending, {
      arrived: (reply) => {
        if ((reply.findings & FINDINGS.any) === 0) return judged.arrived(reply);
        const given = this.#judge(query, reply);
        if (given instanceof Reply) judged.arrived(given);
        else deliver(given, judged);
      },
      failed: (error) => judged.failed(error),
    });
    return judged;
  }

  #judge(query: Query, reply: Reply): Reply | PromiseLike<Reply> {
    const { keepsFromPrivate, judgeListed, ttlSeconds } = this.#options;
    const isPrivate = (reply.findings & FINDINGS.privateAddress) !== 0;
    const said = reply.findings & FINDINGS.listed;
    const given = said === 0 ? reply : judgeListed(query, reply, said);
    // What is blocked is another answer, in which nothing has been found.
    if (!(given instanceof Reply) || (given.findings & FINDINGS.any) === 0) return given;
    return isPrivate && keepsFromPrivate(query) ? withoutPrivateAddresses(query, given, ttlSeconds) : given;
  }
}
