import { CLASS, EDE, RCODE, TYPE } from "../../wire/iana.ts";
import { decodeQuestions, type Question, type ResourceRecord } from "../../wire/message.ts";
import type { Name } from "../../wire/name.ts";
import { flatAnswer } from "../filter/flat_answer.ts";
import { localReply } from "../local/local_reply.ts";
import { ownReply } from "../own_reply.ts";
import { partOf, traceOther } from "../part_of.ts";
import type { Query } from "../query.ts";
import { decodeBounded } from "../questions/decode_bounded.ts";
import { Reply, SOURCE } from "../reply.ts";
import type { Resolver } from "../resolver.ts";

/** Rewrites that lead to one another: more than anybody needs, and no circle ends. */
export const REWRITES_MAX = 8;

/** What a rewrite is made from. */
export interface RewriteOptions {
  /** The name that is asked for instead. */
  readonly to: Name;
  /** Whether its records are shown under the name that was asked for, instead of behind a CNAME record. */
  readonly isFlat: boolean;
  /** TTL of that CNAME record. */
  readonly ttlSeconds: number;
  /** Answers for the other name as if a client had asked for it. */
  readonly again: Resolver;
}

/**
 * Asks for another name in place of the one that a client asks for. What comes of it is remembered under the other name alone, with
 * whoever is asked for that: what is made of it here is made for each client.
 */
export class Rewrite implements Resolver {
  readonly #options: RewriteOptions;

  /** See {@linkcode RewriteOptions}. */
  constructor(options: RewriteOptions) {
    this.#options = options;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    if (query.rewriteCount >= REWRITES_MAX) return circle(query);
    const { to, again } = this.#options;
    const question = decodeQuestions(query.wire)[0]!;
    // The alias itself is what is asked for.
    if (question.type === TYPE.CNAME && !this.#isFlatFor(query, question)) {
      return localReply(query, { question, answers: [this.#alias(question)] });
    }
    const part = partOf(query, { ...question, name: to });
    part.rewriteCount = query.rewriteCount + 1;
    part.isAllowed = true;
    const reply = again.resolve(part);
    traceOther(part, to);
    if (reply instanceof Reply) return this.#answer(query, question, part, reply);
    return reply.then((later) => this.#answer(query, question, part, later));
  }

  /** A validator would take records without signatures for forged; an alias it can at least tell from them. */
  #isFlatFor({ scan }: Query, { type }: Question): boolean {
    return this.#options.isFlat && !scan.wantsDnssec && type !== TYPE.ANY;
  }

  #answer(query: Query, question: Question, part: Query, { octets, source, reason, upstream }: Reply): Reply {
    query.reply.extendedErrors.push(...part.reply.extendedErrors);
    const message = decodeBounded(octets, part);
    const { rcode, isTruncated } = message;
    if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) {
      return ownReply(query, { rcode, withQuestion: true, source, reason });
    }
    const sections = this.#isFlatFor(query, question)
      ? flatAnswer(question, message)
      : { answers: [this.#alias(question), ...message.answers], authorities: message.authorities };
    const reply = localReply(query, { question, rcode, isTruncated, ...sections });
    reply.source = source;
    reply.reason = reason;
    reply.upstream = upstream;
    return reply;
  }

  #alias({ name }: Question): ResourceRecord {
    const { to: rdata, ttlSeconds: ttl } = this.#options;
    return { name, type: TYPE.CNAME, class: CLASS.IN, ttl, rdata };
  }
}

function circle(query: Query): Reply {
  query.reply.extendedErrors.push({ infoCode: EDE.OTHER, text: "Rewrites lead in a circle" });
  return ownReply(query, {
    rcode: RCODE.SERVFAIL,
    withQuestion: true,
    source: SOURCE.failure,
    reason: "rewrites lead in a circle",
  });
}
