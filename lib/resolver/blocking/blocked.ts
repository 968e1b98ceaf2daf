import type { Query } from "../query.ts";
import { type Reply, SOURCE } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import type { BlockReply } from "./block_reply.ts";

/** What is told of a blocked name, and how. */
export interface BlockedOptions {
  /** What clients get. */
  readonly reply: BlockReply;
  /** INFO-CODE of the extended error; `null` for none. */
  readonly infoCode: number | null;
  /** What it says of where the name stands: the list with its line, or nothing. Never where a list comes from. */
  readonly textOf: (query: Query) => string;
  /** What blocks it, for the operator. */
  readonly reason: string;
}

/** Answers for names that are blocked: at once, whatever is remembered of them, and asking nobody. */
export class Blocked implements Resolver {
  readonly #options: BlockedOptions;

  /** See {@linkcode BlockedOptions}. */
  constructor(options: BlockedOptions) {
    this.#options = options;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply {
    return this.give(query, this.#options.textOf);
  }

  /** The same, with another text, if any is given. */
  give(query: Query, textOf: BlockedOptions["textOf"]): Reply {
    const { reply, infoCode, reason } = this.#options;
    // RFC 8914 §2: who speaks no EDNS is not told.
    if (infoCode !== null && query.scan.hasOpt) query.reply.extendedErrors.push({ infoCode, text: textOf(query) });
    return query.reply.give(reply.write(query), SOURCE.blocked, reason);
  }
}
