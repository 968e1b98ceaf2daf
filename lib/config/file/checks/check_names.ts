import { didYouMean } from "../did_you_mean.ts";
import { markAt } from "../mark.ts";
import { type Problem, problemAt } from "../problem.ts";
import type { FileBlockRule } from "../schema/filter/filter_tables.ts";
import type { FileTables } from "../schema/tables.ts";
import type { Checked } from "./checked.ts";

/** Where something is referred to by its name. */
interface Reference {
  readonly name: string;
  readonly at: readonly (string | number)[];
}

/** Whatever is referred to must be there, and fallbacks must have an end. */
export function checkNames(checked: Checked, problems: Problem[]): void {
  const { tables } = checked;
  const groups = Object.keys(tables.upstreams ?? {});
  if (checked.config.upstreams.length > 0 && !groups.includes("default")) groups.push("default");
  check("upstream group", upstreamReferences(checked), groups, checked, problems);
  // Somebody is always in no other group.
  const clients = [...new Set([...Object.keys(tables.clients ?? {}), "default"])];
  check("client group", clientReferences(checked), clients, checked, problems);
  check("list", listReferences(checked), Object.keys(tables.lists ?? {}), checked, problems);
  check("schedule", scheduleReferences(checked), Object.keys(tables.schedules ?? {}), checked, problems);
  checkFallbacks(checked, problems);
}

function check(
  kind: string,
  references: readonly Reference[],
  names: readonly string[],
  { marks }: Checked,
  problems: Problem[],
): void {
  for (const { name, at } of references) {
    if (names.includes(name)) continue;
    const close = didYouMean(name, names);
    const others = names.length === 0
      ? "; there is none"
      : `; there ${names.length === 1 ? "is" : "are"} ${few(names)}`;
    problems.push(problemAt(markAt(marks, at).mark, `no such ${kind}: "${name}"${close === "" ? others : close}`));
  }
}

function upstreamReferences({ tables }: Checked): Reference[] {
  const routes = (tables.route ?? []).flatMap(({ to }, i) => reference(to, "route", i, "to"));
  const fallbacks = Object.entries(tables.upstreams ?? {}).flatMap(([group, { fallback }]) => {
    return reference(fallback, "upstreams", group, "fallback");
  });
  const clients = Object.entries(tables.clients ?? {}).flatMap(([group, { upstream }]) => {
    return reference(upstream, "clients", group, "upstream");
  });
  const lists = Object.entries(tables.lists ?? {}).flatMap(([list, { via }]) => reference(via, "lists", list, "via"));
  return [...routes, ...fallbacks, ...clients, ...lists];
}

function reference(name: unknown, ...at: (string | number)[]): Reference[] {
  return typeof name === "string" ? [{ name, at }] : [];
}

function clientReferences({ tables }: Checked): Reference[] {
  const listeners = (tables.server?.listen ?? []).flatMap(({ clients }, i) => {
    return clients === undefined ? [] : [{ name: clients, at: ["server", "listen", i, "clients"] }];
  });
  const lists = (["route", "rewrite"] as const).flatMap((key) =>
    (tables[key] ?? []).flatMap(({ clients = [] }, i) => {
      return clients.map((name, j) => ({ name, at: [key, i, "clients", j] }));
    })
  );
  const dns64 = (tables.dns64?.clients ?? []).map((name, i) => ({ name, at: ["dns64", "clients", i] }));
  return [...listeners, ...lists, ...dns64];
}

function listReferences({ tables }: Checked): Reference[] {
  const routes = (tables.route ?? []).flatMap(({ list }, i) => reference(list, "route", i, "list"));
  const rules = rulesOf(tables).flatMap(({ rule: { lists, except = [] }, at }) => [
    ...lists === "*" ? [] : lists.map((name, i) => ({ name, at: [...at, "lists", i] })),
    ...except.map((name, i) => ({ name, at: [...at, "except", i] })),
  ]);
  return [...routes, ...rules];
}

function scheduleReferences({ tables }: Checked): Reference[] {
  return rulesOf(tables).flatMap(({ rule, at }) => reference(rule.schedule, ...at, "schedule"));
}

function rulesOf({ clients = {} }: FileTables): { rule: FileBlockRule; at: readonly (string | number)[] }[] {
  return Object.entries(clients).flatMap(([group, tables]) => {
    return (["block", "allow"] as const).flatMap((key) => {
      return (tables[key] ?? []).map((rule, i) => ({ rule, at: ["clients", group, key, i] }));
    });
  });
}

/** A question that goes from group to group would go round for ever. Each circle is told once, at its first group. */
function checkFallbacks({ tables: { upstreams = {} }, marks }: Checked, problems: Problem[]): void {
  const told = new Set<string>();
  for (const start of Object.keys(upstreams)) {
    const way = [start];
    for (let next = upstreams[start]!.fallback; next !== undefined; next = upstreams[next]?.fallback) {
      if (next === start && !told.has(start)) {
        const mark = markAt(marks, ["upstreams", start, "fallback"]).mark;
        for (const group of way) told.add(group);
        problems.push(problemAt(mark, `must not lead back: ${[...way, start].join(" → ")}`));
      }
      if (way.includes(next) || !Object.hasOwn(upstreams, next)) break;
      way.push(next);
    }
  }
}

function few(names: readonly string[]): string {
  const more = names.length > 6 ? ` and ${names.length - 5} more` : "";
  return names.slice(0, more === "" ? 6 : 5).join(", ") + more;
}
