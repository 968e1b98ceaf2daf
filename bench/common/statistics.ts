/** The value in the middle; of an even number, the mean of the two there. `NaN` of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The smallest value that `percent` of all are not above (nearest rank). `NaN` of none.
 *
 * @param sorted Smallest first.
 */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  if (sorted.length === 0) return NaN;
  return sorted[Math.max(0, Math.ceil(sorted.length * percent / 100) - 1)]!;
}

/**
 * How many times as much as the best of the others: the median over the rounds of the ratio within each round, because
 * what slows a machine down for a while slows all of a round. Rounds in which either side has no value are left out;
 * `NaN` when all are.
 *
 * @param ours Value by round; `null`: none.
 * @param others The same of each of the others.
 * @param best Which of two values is better.
 */
export function ratioToBest(
  ours: readonly (number | null)[],
  others: readonly (readonly (number | null)[])[],
  best: (...values: number[]) => number = Math.min,
): number {
  const ratios = ours.flatMap((value, round) => {
    const theirs = others.map((values) => values[round] ?? null).filter((value) => value !== null);
    return value === null || theirs.length === 0 ? [] : [value / best(...theirs)];
  });
  return median(ratios);
}
