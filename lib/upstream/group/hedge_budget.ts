/** On a healthy path at most one question in twenty is hedged: 4 of 100, and a few saved up in quiet times. */
const HEDGES_PER_QUESTION = 0.04;
/** So few that a sudden burst of 400 questions stays within the one in twenty. */
const HEDGES_SAVED_MAX = 4;

/** Bounds the questions that are sent to a second upstream because the first is merely slow. */
export class HedgeBudget {
  #left = 0;

  /** A question is asked. */
  earn(): void {
    this.#left = Math.min(HEDGES_SAVED_MAX, this.#left + HEDGES_PER_QUESTION);
  }

  /** Whether one more may be hedged; then it is counted. */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}

/** The budgets of the groups that are open, by who is in them: the same upstreams go on with theirs in another configuration. */
export class HedgeBudgets {
  readonly #budgets = new Map<string, { readonly budget: HedgeBudget; groupCount: number }>();

  /** The budget of a group of these upstreams; to be given back when it is closed. */
  take(names: string): HedgeBudget {
    const shared = this.#budgets.getOrInsertComputed(names, () => ({ budget: new HedgeBudget(), groupCount: 0 }));
    shared.groupCount++;
    return shared.budget;
  }

  /** See `take`. */
  give(names: string): void {
    const shared = this.#budgets.get(names);
    if (shared !== undefined && --shared.groupCount === 0) this.#budgets.delete(names);
  }
}
