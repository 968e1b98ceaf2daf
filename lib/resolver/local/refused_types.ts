import { EDE, RCODE, typeToText } from "../../wire/iana.ts";
import { ownReply } from "../own_reply.ts";
import type { Query } from "../query.ts";
import { type Reply, SOURCE } from "../reply.ts";
import type { Resolver } from "../resolver.ts";

/** What it is made from. */
export interface RefusedTypesOptions {
  /** Asked for all other types. */
  readonly next: Resolver;
  /** QTYPEs. */
  readonly types: readonly number[];
}

/** Refuses questions for some types, whoever asks and whatever the name is: before anything is looked up. */
export class RefusedTypes implements Resolver {
  readonly #next: Resolver;
  readonly #types: ReadonlySet<number>;

  /** Whatever is of another type goes to `next`. */
  constructor({ next, types }: RefusedTypesOptions) {
    this.#next = next;
    this.#types = new Set(types);
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    if (!this.#types.has(query.qtype)) return this.#next.resolve(query);
    query.reply.extendedErrors.push({ infoCode: EDE.PROHIBITED, text: `${typeToText(query.qtype)} is refused here` });
    return ownReply(query, { rcode: RCODE.REFUSED, withQuestion: true, source: SOURCE.policy, reason: "type" });
  }
}
