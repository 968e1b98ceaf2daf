/** A pattern, and what it says. */
export interface Pattern {
  /** For the name in text, see `NamePattern`. */
  readonly expression: RegExp;
  /** Which member of `ListSets` says it. */
  readonly place: number;
  /** The number of the set of that member alone. */
  readonly set: number;
  /** Where it says it. */
  readonly line: number;
}

/** An expression of so many is compiled in a moment. */
const TOGETHER_MAX = 256;
/** What counts groups, or names them, means something else beside others. */
const COUNTS_GROUPS = /\\[1-9k]|\(\?</;

/** Patterns that are tried on the same names: one expression for many tells that none of them matches. */
export class Patterns {
  readonly #runs: readonly { readonly any: RegExp; readonly all: readonly Pattern[] }[];

  /** In this order. */
  constructor(patterns: readonly Pattern[]) {
    const runs: Pattern[][] = [[]];
    for (const pattern of patterns) {
      const isAlone = COUNTS_GROUPS.test(pattern.expression.source);
      if (isAlone || runs.at(-1)!.length === TOGETHER_MAX) runs.push([]);
      runs.at(-1)!.push(pattern);
      if (isAlone) runs.push([]);
    }
    this.#runs = runs.filter((all) => all.length > 0).map((all) => ({ any: anyOf(all), all }));
  }

  /** Those that match. */
  matching(text: string): readonly Pattern[] {
    return this.#runs.flatMap(({ any, all }) => {
      return any.test(text) ? all.filter(({ expression }) => expression.test(text)) : [];
    });
  }
}

function anyOf(patterns: readonly Pattern[]): RegExp {
  if (patterns.length === 1) return patterns[0]!.expression;
  return new RegExp(patterns.map(({ expression }) => `(?:${expression.source})`).join("|"));
}
