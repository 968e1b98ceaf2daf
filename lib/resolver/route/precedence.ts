import type { Rule } from "./rule.ts";

/**
 * The order in which rules about one domain count: for the name alone before all below it, for some clients before everybody, for
 * some types before all. Where that leaves two, it is the narrower one, and at last that which comes first by its text: whatever
 * order they were given in.
 */
export function compareRules(a: Rule, b: Rule): number {
  return Number(b.isExact) - Number(a.isExact) ||
    Number(a.clients === null) - Number(b.clients === null) || Number(a.types === null) - Number(b.types === null) ||
    countOf(a.clients) - countOf(b.clients) || countOf(a.types) - countOf(b.types) ||
    compareTexts(textOf(a), textOf(b));
}

function countOf(list: readonly number[] | null): number {
  return list === null ? 0 : list.length;
}

function textOf({ clients, types, ruling: { reason: { what } } }: Rule): string {
  return JSON.stringify([what, clients, types]);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
