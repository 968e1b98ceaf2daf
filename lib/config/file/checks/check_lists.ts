import { coversWeek } from "../../../lists/schedule/window.ts";
import type { FileBlockRule } from "../schema/filter/filter_tables.ts";
import { type Mark, markAt } from "../mark.ts";
import { type Problem, problemAt } from "../problem.ts";
import type { Checked } from "./checked.ts";
import { warning } from "./warning.ts";

/** What lists and schedules are for. Returns warnings. */
export function checkLists(checked: Checked, problems: Problem[]): string[] {
  checkStateDir(checked, problems);
  checkBothWays(checked, problems);
  return [...unusedLists(checked), ...unusedSchedules(checked), ...endlessSchedules(checked)];
}

/** The last good text of a source is kept, and what names are looked up in: a restart must block at once, without the Internet. */
function checkStateDir({ tables: { lists = {} }, marks, config }: Checked, problems: Problem[]): void {
  if (config.stateDir !== null) return;
  for (const [name, { sources = [] }] of Object.entries(lists)) {
    if (sources.length === 0) continue;
    const { mark } = markAt(marks, ["lists", name, "sources"]);
    problems.push(
      problemAt(mark, "needs server.state-dir, where what was read is kept: a restart must block at once", "key"),
    );
  }
}

/** A list that a group both blocks and allows would be there for nothing. */
function checkBothWays({ tables: { clients = {} }, marks }: Checked, problems: Problem[]): void {
  for (const [group, { block = [], allow = [] }] of Object.entries(clients)) {
    const blocked = new Set(block.flatMap(({ lists, schedule }) => schedule === undefined ? lists : []));
    for (const [i, { lists }] of allow.entries()) {
      const both = lists === "*" ? [] : lists.filter((list) => blocked.has(list));
      if (both.length === 0) continue;
      const { mark } = markAt(marks, ["clients", group, "allow", i]);
      problems.push(problemAt(mark, `"${both[0]}" stands in block, too`));
    }
  }
}

function unusedLists({ tables: { lists = {}, route = [], clients = {} }, marks }: Checked): string[] {
  const used = new Set(route.flatMap(({ list }) => list ?? []));
  for (const { lists, except = [] } of rulesOf(clients)) {
    for (const list of [...lists === "*" ? [] : lists, ...except]) used.add(list);
  }
  return unused("lists", Object.keys(lists), used, marks);
}

function unusedSchedules({ tables: { schedules = {}, clients = {} }, marks }: Checked): string[] {
  const used = new Set(rulesOf(clients).flatMap(({ schedule }) => schedule ?? []));
  return unused("schedules", Object.keys(schedules), used, marks);
}

function unused(table: string, names: readonly string[], used: ReadonlySet<string>, marks: Mark): string[] {
  return names.filter((name) => !used.has(name)).map((name) => {
    return warning(markAt(marks, [table, name]).mark, "nobody uses it");
  });
}

/** Whoever names a schedule means some of the time. */
function endlessSchedules({ policy, marks }: Checked): string[] {
  const endless = (policy?.schedules ?? []).filter(({ windows }) => coversWeek(windows));
  return endless.map(({ name }) => warning(markAt(marks, ["schedules", name]).mark, "it is always on"));
}

function rulesOf(clients: NonNullable<Checked["tables"]["clients"]>): readonly FileBlockRule[] {
  return Object.values(clients).flatMap(({ block = [], allow = [] }) => [...block, ...allow]);
}
