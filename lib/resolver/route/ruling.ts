import type { Decision } from "../decision.ts";
import type { Resolver } from "../resolver.ts";

/**
 * What a ruling is about: all names; the name that is asked for, or a domain that it is in; or a name with a meaning of its own,
 * of which nobody has said anything else.
 */
export type Subject = "all" | "domain" | "special";

/** A decision, and who carries it out. */
export interface Ruling extends Decision {
  /** Who answers; `null` for the usual way, by memory and upstreams. */
  readonly answeredBy: Resolver | null;
  /** What it is about. */
  readonly subject: Subject;
  /** Whether lists have no say in it: sentence 7 of the law. */
  readonly beatsLists: boolean;
}
