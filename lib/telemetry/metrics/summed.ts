import type { Sample } from "./metric.ts";

/**
 * Counts of things by what tells them apart, with those of the same labels as one. Those of `always` are told although there
 * were none: a rate needs to see the first one come.
 */
export function summed<T extends { readonly count: number }>(
  counts: readonly T[],
  labelsOf: (one: T) => Readonly<Record<string, string>>,
  always: readonly Readonly<Record<string, string>>[] = [],
): Sample[] {
  const totals = new Map<string, { labels: Readonly<Record<string, string>>; value: number }>();
  const add = (labels: Readonly<Record<string, string>>, count: number) => {
    const total = totals.getOrInsertComputed(JSON.stringify(labels), () => ({ labels, value: 0 }));
    total.value += count;
  };
  for (const labels of always) add(labels, 0);
  for (const one of counts) add(labelsOf(one), one.count);
  return [...totals.values()];
}
