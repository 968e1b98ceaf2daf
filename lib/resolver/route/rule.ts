import type { Name } from "../../wire/name.ts";
import type { Ruling } from "./ruling.ts";

/**
 * What kind of word a rule is. Own words count before what the program does by itself, as long as they are about its domain or
 * one below: who routes all names does not send special ones away (RFC 6303 §4, RFC 8375 §4). Among own words, another name counts
 * before who is asked for this one; then the longest domain, see also `compareRules`.
 */
export const RULE = {
  /** Another name is asked for. In class IN, and not for DS questions, which are about the zone above (RFC 4035 §3.1.4.1). */
  rewrite: 0,
  /** Who is asked for it. */
  route: 1,
  /** What the program does by itself: names that have a meaning of their own. In class IN, one for a domain. */
  given: 2,
} as const;

/** A ruling, and the queries that it is for. */
export interface Rule {
  /** See `RULE`. */
  readonly kind: typeof RULE[keyof typeof RULE];
  /** The domain that it is about. */
  readonly domain: Name;
  /** Whether it is about this name alone, and not about what is below it. */
  readonly isExact: boolean;
  /** Numbers of client groups; `null` for everybody. */
  readonly clients: readonly number[] | null;
  /** QTYPEs; `null` for all. */
  readonly types: readonly number[] | null;
  /** A name that it is not about; `null` for none. */
  readonly exceptName: Name | null;
  /** QTYPEs at the domain itself that it is not about. */
  readonly exceptTypes: readonly number[];
  /** What holds then. */
  readonly ruling: Ruling;
}
