import type { Decision } from "../decision.ts";
import type { Resolver } from "../resolver.ts";

/** A decision, and who carries it out. */
export interface Ruling extends Decision {
  /** Who answers; `null` for the usual way, by memory and upstreams. */
  readonly answeredBy: Resolver | null;
  /** Whether somebody has said so of the name, or of a domain that it is in: not of all names, and not the program by itself. */
  readonly isOfDomain: boolean;
  /** Whether the program says so by itself, of a name with a meaning of its own. */
  readonly isSpecial: boolean;
}
