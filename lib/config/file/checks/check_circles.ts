import type { DomainPattern } from "../../domain_pattern.ts";
import { markAt } from "../mark.ts";
import { type Problem, problemAt } from "../problem.ts";
import type { FileRewrite } from "../schema/tables.ts";
import type { Checked } from "./checked.ts";

/** Names that stand for names must come to an end. */
export function checkCircles(checked: Checked, problems: Problem[]): void {
  checkRewrites(checked, problems);
  checkAliases(checked, problems);
}

/** For the clients of each group by themselves: what is asked for in place of a name, in place of that, and so on. */
function checkRewrites({ tables: { rewrite = [] }, marks }: Checked, problems: Problem[]): void {
  const groups = new Set(["default", ...rewrite.flatMap(({ clients }) => clients ?? [])]);
  const ways = new Map<FileRewrite, readonly string[]>();
  for (const group of groups) {
    const own = rewrite.filter(({ clients }) => clients === undefined || clients.includes(group));
    const byDomain = Map.groupBy(
      own.flatMap((one) => one.domains.map((domain) => ({ key: keyOf(domain), one }))),
      ({ key }) => key,
    );
    const ofDomain = (key: string) => {
      return (byDomain.get(key) ?? []).map(({ one }) => one).toSorted((a, b) => ofAll(a) - ofAll(b));
    };
    for (const one of own) {
      const way = ways.has(one) ? null : wayFrom(one.to, (name) => rewriteOf(name, ofDomain));
      if (way !== null) ways.set(one, way);
    }
  }
  for (const [i, one] of rewrite.entries()) {
    const way = ways.get(one);
    if (way === undefined) continue;
    problems.push(problemAt(markAt(marks, ["rewrite", i, "to"]).mark, `must not lead back: ${way.join(" → ")}`));
  }
}

/** The name that is asked for in place of another. What a rewrite leads to, it leaves alone: a name below its own domain, as well. */
function rewriteOf(name: string, ofDomain: (key: string) => readonly FileRewrite[]): string | undefined {
  const find = (key: string) => ofDomain(key).find(({ to }) => to !== name)?.to;
  const exact = find(`=${name}`);
  if (exact !== undefined) return exact;
  for (let domain = name;; domain = domain.slice(domain.indexOf(".") + 1)) {
    const target = find(domain);
    if (target !== undefined || !domain.includes(".")) return target;
  }
}

function keyOf({ name, isExact }: DomainPattern): string {
  return isExact ? `=${name}` : name;
}

/** Those for some clients count first. */
function ofAll({ clients }: FileRewrite): number {
  return Number(clients === undefined);
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
