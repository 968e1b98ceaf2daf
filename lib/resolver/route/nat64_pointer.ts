import type { Nat64Prefix } from "../../base/net/nat64_prefix.ts";
import { addressOfReverse, networkOfReverse } from "../../local/reverse_name.ts";
import { RCODE } from "../../wire/iana.ts";
import { decodeQuestions } from "../../wire/message.ts";
import { nameFromText } from "../../wire/name.ts";
import { localReply } from "../local/local_reply.ts";
import { ownSoa } from "../local/own_soa.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import { Rewrite } from "./rewrite.ts";

/** What pointers are found with. */
export interface Nat64PointerOptions {
  /** What the IPv6 addresses are made with. */
  readonly prefix: Nat64Prefix;
  /** TTL of aliases, and of what is not there. */
  readonly ttlSeconds: number;
  /** Answers for the other name as if a client had asked for it. */
  readonly again: Resolver;
}

/**
 * Leads from the name in reverse of an IPv6 address that has been made to that of the IPv4 address that is in it (RFC 6147 §5.3.1,
 * the second way).
 */
export class Nat64Pointer implements Resolver {
  readonly #options: Nat64PointerOptions;

  /** See {@linkcode Nat64PointerOptions}. */
  constructor(options: Nat64PointerOptions) {
    this.#options = options;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    const { prefix, ttlSeconds, again } = this.#options;
    const question = decodeQuestions(query.wire)[0]!;
    const address = addressOfReverse(question.name);
    const ipv4 = address === null ? null : prefix.extract(address);
    if (ipv4 !== null) {
      const to = nameFromText(`${ipv4.toReversed().join(".")}.in-addr.arpa`);
      return new Rewrite({ to, isFlat: false, ttlSeconds, again }).resolve(query);
    }
    // Above whole addresses there is something, and no record.
    const rcode = address === null && networkOfReverse(question.name) !== null ? RCODE.NOERROR : RCODE.NXDOMAIN;
    return localReply(query, { question, rcode, authorities: [ownSoa(question.name, ttlSeconds)] });
  }
}
