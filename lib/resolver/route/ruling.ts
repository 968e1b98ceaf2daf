import type { Decision } from "../decision.ts";
import type { Resolver } from "../resolver.ts";

/** A decision, and who carries it out. */
export interface Ruling extends Decision {
  /** Who answers; `null` for the usual way, by memory and upstreams. */
  readonly answeredBy: Resolver | null;
  /** Whether it is that of a route for some domains, and not for all names. */
  readonly isOfDomain?: boolean;
}
