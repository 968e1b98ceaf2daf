import * as v from "valibot";
import { type Mark, markAt } from "./mark.ts";
import { type Problem, problemAt, problemBelow } from "./problem.ts";
import { SCHEMA } from "./schema/schema.ts";
import type { FileTables } from "./schema/tables.ts";

/** A place within a value, from the outside inwards. */
type Keys = readonly (string | number)[];

/** Makes of what stands in a file what it means. What does not fit goes to `problems`; then there is nothing. */
export function checkShape(value: unknown, marks: Mark, problems: Problem[]): FileTables | null {
  const { success, output, issues } = v.safeParse(SCHEMA as v.GenericSchema<unknown, FileTables>, value);
  if (success) return output;
  for (const issue of issues) problems.push(...problemsOf(issue, [], marks));
  return null;
}

function problemsOf(issue: v.BaseIssue<unknown>, above: Keys, marks: Mark): Problem[] {
  const keys = [...above, ...(issue.path ?? []).map(({ key }) => key as string | number)];
  const isKey = issue.path?.at(-1)?.origin === "key";
  const { mark, isWhole } = markAt(marks, keys);
  if (!isWhole) return [problemBelow(mark, `${keys.at(-1)}`, issue.message)];
  if (isKey || issue.kind === "schema" && issue.expected === "never") return [problemAt(mark, issue.message, "key")];
  const nearest = issue.type === "union" ? nearestIssues(issue) : [];
  return nearest.length === 0
    ? [problemAt(mark, issue.message)]
    : nearest.flatMap((one) => problemsOf(one, keys, marks));
}

/** Of a value that can be of several kinds: what is wrong with it as the kind that it is of; nothing when it is of none. */
function nearestIssues({ issues, input }: v.BaseIssue<unknown>): readonly v.BaseIssue<unknown>[] {
  const isOfKind = (issue: v.BaseIssue<unknown>) => issue.path !== undefined || issue.kind !== "schema";
  const isTable = typeof input === "object" && !Array.isArray(input);
  return (issues ?? []).filter((issue) => isOfKind(issue) || isTable && issue.type === "strict_object");
}
