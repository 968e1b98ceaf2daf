import type { ListRule } from "./list_rule.ts";

/** What one list says. */
export interface ListMember {
  /** Which list, a place in {@linkcode NameSetReader.lists}. */
  readonly list: number;
  /** What it says; the same object wherever it says the same. */
  readonly rule: ListRule;
}

/** What all lists say of a name or of an address: the same object wherever they say the same. */
export interface ListSet {
  /** In no order; no two of them are the same. */
  readonly members: readonly ListMember[];
}

/** The number of the set of those who say nothing. */
export const NO_LISTS = 0;

/**
 * Stands for all sets that have no number of their own, because so many are in use: at 65,535. Whoever finds it asks
 * {@linkcode NameSetReader.setOf}.
 */
export const UNNUMBERED_LISTS = 0xffff;

/**
 * What lists say of names, made once and never changed. What is said of a domain and of those that it lies in is told
 * together: among lists the length of a name decides nothing.
 */
export interface NameSetReader {
  /** Tells this one from those before and after it. */
  readonly generation: number;
  /** Names of the lists. */
  readonly lists: readonly string[];
  /**
   * By number, `NO_LISTS` first. Grows when several lines hold for a name that have not held together before: up to
   * `UNNUMBERED_LISTS`, which is none of them.
   */
  readonly sets: readonly ListSet[];
  /**
   * What lists say of the name that stands in full at `wire[start … end)`, in whatever case of letters, names above it and
   * patterns included: the number of a set. What depends on the type of the question, or leaves names out (`exceptBelow`), is told
   * whether or not it holds. `wire` has to have 12 octets before the name, or `start` has to be another one than 12.
   */
  find(wire: Uint8Array, start: number, end: number): number;
  /** The same, whatever its number: for `UNNUMBERED_LISTS`. */
  setOf(wire: Uint8Array, start: number, end: number): ListSet;
  /** What lists say of an address in an answer, of 4 or 16 octets: the number of a set. */
  findAddress(address: Uint8Array): number;
  /** The same, whatever its number. */
  setOfAddress(address: Uint8Array): ListSet;
  /**
   * The line in which `list` says something of the name; of several the one that is about the longest name. 0 when it says
   * nothing, or nobody knows where.
   *
   * @param rule Where it says this; `null` for whatever it says.
   */
  lineOf(wire: Uint8Array, start: number, end: number, list: number, rule?: ListRule | null): number;
  /** The same of an address, by the longest network. */
  lineOfAddress(address: Uint8Array, list: number, rule?: ListRule | null): number;
}
