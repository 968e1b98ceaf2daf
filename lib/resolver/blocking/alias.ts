import { RCODE } from "../../wire/iana.ts";
import { decodeQuestions } from "../../wire/message.ts";
import { type Name, NAME_OCTETS_MAX } from "../../wire/name.ts";
import { ownReply } from "../own_reply.ts";
import type { Query } from "../query.ts";
import { type Reply, SOURCE } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import { Rewrite } from "../route/rewrite.ts";

/** Where a rule of a list leads to. */
export interface AliasOptions {
  /** The other name. */
  readonly target: Name;
  /** Whether the name that was asked for is put in front of it (RPZ `CNAME *.target.`). */
  readonly isPrefixed: boolean;
  /** TTL of the alias. */
  readonly ttlSeconds: number;
  /** Answers for the other name as if a client had asked for it. */
  readonly again: Resolver;
}

/** Leads blocked names to another one, which says why: a page of the operator's. */
export class Alias implements Resolver {
  readonly #options: AliasOptions;

  /** See {@linkcode AliasOptions}. */
  constructor(options: AliasOptions) {
    this.#options = options;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    const { target, isPrefixed, ttlSeconds, again } = this.#options;
    const to = isPrefixed ? joined(decodeQuestions(query.wire)[0]!.name, target) : target;
    // RFC 6672 §2.2: as with a DNAME record, a target that is too long for a name is an error of its own.
    if (to === null) {
      return ownReply(query, { rcode: RCODE.YXDOMAIN, withQuestion: true, source: SOURCE.blocked });
    }
    return new Rewrite({ to, isFlat: false, ttlSeconds, again }).resolve(query);
  }
}

function joined(name: Name, domain: Name): Name | null {
  if (name.length - 1 + domain.length > NAME_OCTETS_MAX) return null;
  return Uint8Array.of(...name.subarray(0, -1), ...domain);
}
