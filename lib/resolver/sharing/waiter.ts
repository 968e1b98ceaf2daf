import { LaterOctets } from "../../base/later.ts";
import type { ExtendedError } from "../../wire/edns/edns.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../resolver.ts";

/** A query that waits for an exchange which it shares with others. */
export class Waiter extends LaterOctets {
  /** The query. */
  readonly query: Query;

  /** Lets `query` wait. */
  constructor(query: Query) {
    super();
    this.query = query;
  }

  /** The exchange has brought a reply, which is this query's alone, for reasons that are not. */
  answered(reply: Reply, errors: readonly ExtendedError[]): void {
    if (errors.length > 0) this.query.extendedErrors.push(...errors);
    this.arrived(reply);
  }
}
