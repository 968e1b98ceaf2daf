import type { Decision } from "../decision.ts";
import type { Resolver } from "../resolver.ts";

/** A decision, and who carries it out. */
export interface Ruling extends Decision {
  /** Who answers; `null` for the usual way, by memory and upstreams. */
  readonly answeredBy: Resolver | null;
}
