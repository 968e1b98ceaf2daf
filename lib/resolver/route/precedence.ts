import { RULE, type Rule } from "./rule.ts";

/**
 * The rules that may hold for a name, all of them about domains that it lies in, in the order in which they count. What is
 * behind one that is for everybody and everything is left out.
 *
 * Own words before what the program does by itself, as long as they are about its domain or one below: who routes all names
 * does not send special ones away (RFC 6303 §4, RFC 8375 §4). Among own words, another name before who is asked for this one;
 * then the longest domain, the name alone before all below it, some clients before everybody, and some types before all. Where
 * that leaves two, it is the narrower one, and at last that which comes first by its text: whatever order they were given in.
 *
 * @param octets Of the name; 0 for those below a domain, which have more than any domain here.
 */
export function inOrder(rules: readonly Rule[], octets: number): readonly Rule[] {
  const own = rules.filter(({ kind }) => kind !== RULE.given).toSorted(compare);
  const [given] = rules.filter(({ kind }) => kind === RULE.given).toSorted((a, b) => b.domain.length - a.domain.length);
  const order = given === undefined ? own : [
    // What it is not about is as if it were not there.
    ...own.flatMap((rule) =>
      rule.domain.length < given.domain.length ? limited(rule, exceptionsOf(given, octets)) : [rule]
    ),
    given,
    ...own.filter(({ domain }) => domain.length < given.domain.length),
  ];
  const last = order.findIndex(isForAll);
  return last === -1 ? order : order.slice(0, last + 1);
}

function exceptionsOf({ domain, exceptTypes }: Rule, octets: number): readonly number[] {
  return domain.length === octets ? exceptTypes : [];
}

/** The rule for these of its types, if there are any. */
function limited(rule: Rule, types: readonly number[]): readonly Rule[] {
  const left = types.filter((type) => rule.types?.includes(type) ?? true);
  return left.length === 0 ? [] : [{ ...rule, types: left }];
}

function isForAll({ clients, types, exceptTypes, isInternetOnly }: Rule): boolean {
  return clients === null && types === null && exceptTypes.length === 0 && !isInternetOnly;
}

function compare(a: Rule, b: Rule): number {
  return a.kind - b.kind || b.domain.length - a.domain.length || Number(b.isExact) - Number(a.isExact) ||
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
