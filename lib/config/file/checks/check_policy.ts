import type { Problem } from "../problem.ts";
import type { Checked } from "./checked.ts";
import { checkCircles } from "./check_circles.ts";
import { checkLists } from "./check_lists.ts";
import { checkNames } from "./check_names.ts";
import { checkServers } from "./check_servers.ts";
import { checkTwice } from "./check_twice.ts";
import { checkUse } from "./check_use.ts";

/**
 * Looks at what each by itself can be used, whether it can be used together. What cannot goes to `problems`.
 *
 * @returns Warnings: what is allowed and probably not meant.
 */
export function checkPolicy(checked: Checked, problems: Problem[]): string[] {
  checkNames(checked, problems);
  checkTwice(checked, problems);
  checkServers(checked, problems);
  checkCircles(checked, problems);
  return [...checkUse(checked, problems), ...checkLists(checked, problems)];
}
