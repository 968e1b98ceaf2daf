import { plural } from "../plural.ts";
import type { KeptList } from "./kept_list.ts";
import type { ListCounts } from "./list_work.ts";

/** What a list asks of its texts. */
export type ListLimits = Pick<KeptList, "maxErrorsShare" | "minNames" | "maxShrinkShare">;

/**
 * Why a text must not take the place of the former one; `null` when it may. What comes from a server that has trouble looks like
 * a list for a part, or is one of nothing.
 *
 * @param formerNames How many names the former text has; `null` when there is none.
 */
export function complaintOf(
  { names, lines, bad, firstBad }: ListCounts,
  formerNames: number | null,
  { maxErrorsShare, minNames, maxShrinkShare }: ListLimits,
): string | null {
  if (bad > lines * maxErrorsShare) {
    const [first] = firstBad;
    const where = first === undefined ? "" : `, the first is line ${first.line}: ${first.why}`;
    return `${badLinesText(bad, lines)} of a list (max-errors is ${percent(maxErrorsShare)}${where})`;
  }
  if (names < minNames) return `it has ${plural(names, "name")} (min-names is ${minNames})`;
  if (formerNames !== null && names < formerNames * (1 - maxShrinkShare)) {
    const lost = `it has lost ${percent(1 - names / formerNames)} of its names`;
    return `${lost}, ${names} of ${formerNames} are left (max-shrink is ${percent(maxShrinkShare)})`;
  }
  return null;
}

function badLinesText(bad: number, lines: number): string {
  if (lines === 1) return "its only line is no line";
  return `${bad} of its ${lines} lines ${bad === 1 ? "is no line" : "are no lines"}`;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
