import { markAt } from "../mark.ts";
import { type Problem, problemAt } from "../problem.ts";
import type { Checked } from "./checked.ts";

/** Names that stand for names must come to an end. */
export function checkCircles(checked: Checked, problems: Problem[]): void {
  checkRewrites(checked, problems);
  checkAliases(checked, problems);
}

/** A rewrite of what it rewrites to. Rewrites for different clients are looked at as if they were for the same. */
function checkRewrites({ tables: { rewrite = [] }, marks }: Checked, problems: Problem[]): void {
  const targets = new Map(rewrite.flatMap(({ domains, to }) => {
    return domains.map(({ name, isExact }) => [`${isExact ? "=" : ""}${name}`, to] as const);
  }));
  for (const [i, { to }] of rewrite.entries()) {
    const way = wayFrom(to, (name) => rewriteOf(name, targets));
    if (way === null) continue;
    problems.push(problemAt(markAt(marks, ["rewrite", i, "to"]).mark, `must not lead back: ${way.join(" → ")}`));
  }
}

function rewriteOf(name: string, targets: ReadonlyMap<string, string>): string | undefined {
  const exact = targets.get(`=${name}`);
  if (exact !== undefined) return exact;
  for (let domain = name; domain !== ""; domain = domain.slice(domain.indexOf(".") + 1)) {
    const target = targets.get(domain);
    if (target !== undefined || !domain.includes(".")) return target;
  }
  return undefined;
}

function checkAliases({ tables: { local, clients = {} }, marks }: Checked, problems: Problem[]): void {
  const groups = Object.keys(clients).map((group) => ["clients", group, "local"]);
  const all = [local?.addresses, ...Object.values(clients).map((group) => group.local)];
  for (const [i, keys] of [["local", "addresses"], ...groups].entries()) {
    const names = all[i] ?? {};
    const aliases = new Map(
      Object.entries(names).map(([name, { alias }]) => [name.toLowerCase().replace(/\.$/, ""), alias]),
    );
    for (const [name, { alias }] of Object.entries(names)) {
      const way = alias === null ? null : wayFrom(alias, (next) => aliases.get(next) ?? undefined);
      if (way === null || !way.includes(name.toLowerCase())) continue;
      problems.push(problemAt(markAt(marks, [...keys, name]).mark, `must not lead back: ${way.join(" → ")}`));
    }
  }
}

/** The way on from a name, if it comes to a name once more; `null` when it has an end. */
function wayFrom(start: string, next: (name: string) => string | undefined): string[] | null {
  const way = [start];
  for (let name = next(start); name !== undefined; name = next(name)) {
    if (way.includes(name)) return [...way, name];
    way.push(name);
  }
  return null;
}
