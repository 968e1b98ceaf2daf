import { markAt } from "../mark.ts";
import { type Problem, problemAt } from "../problem.ts";
import type { Checked } from "./checked.ts";
import { warning } from "./warning.ts";

/** What is there for nothing, and what cannot be had together. Returns warnings. */
export function checkUse(checked: Checked, problems: Problem[]): string[] {
  checkDefaultClients(checked, problems);
  checkWorkers(checked, problems);
  return [...unusedUpstreams(checked), ...emptyClients(checked), ...namelessClients(checked), ...unusedDns64(checked)];
}

/** Whoever is in no other group: it cannot be said who that is. */
function checkDefaultClients({ tables, marks }: Checked, problems: Problem[]): void {
  for (const key of ["addresses", "macs", "names", "ids"] as const) {
    if (tables.clients?.default?.[key] === undefined) continue;
    const { mark } = markAt(marks, ["clients", "default", key]);
    problems.push(problemAt(mark, "cannot be said: whoever is in no other group is in this one", "key"));
  }
}

/** Plain sockets cannot share a port. */
function checkWorkers({ config: { workers, io }, marks }: Checked, problems: Problem[]): void {
  if (io !== "plain" || typeof workers !== "number" || workers === 1) return;
  const { mark, isWhole } = markAt(marks, ["server", "workers"]);
  // Flags are looked at where they are used.
  if (isWhole) problems.push(problemAt(mark, 'needs native I/O: with io = "plain" a port cannot be shared'));
}

function unusedUpstreams(
  { tables: { upstreams = {}, route = [], clients = {}, lists = {} }, marks }: Checked,
): string[] {
  const used = new Set(["default"]);
  for (const { to } of route) if (typeof to === "string") used.add(to);
  for (const { upstream } of Object.values(clients)) if (upstream !== undefined) used.add(upstream);
  for (const { via } of Object.values(lists)) if (via !== undefined) used.add(via);
  // What an unused group falls back to is not used for that.
  const queue = [...used];
  for (const name of queue) {
    const fallback = Object.hasOwn(upstreams, name) ? upstreams[name]!.fallback : undefined;
    if (fallback === undefined || used.has(fallback)) continue;
    used.add(fallback);
    queue.push(fallback);
  }
  const unused = Object.keys(upstreams).filter((name) => !used.has(name));
  return unused.map((name) =>
    warning(markAt(marks, ["upstreams", name]).mark, "nothing leads there, it is never asked")
  );
}

function emptyClients({ tables: { clients = {}, server }, marks }: Checked): string[] {
  const served = new Set(server?.listen?.map(({ clients }) => clients));
  const empty = Object.entries(clients).filter(([name, { addresses = [], macs = [], names = [], ids = [] }]) => {
    return name !== "default" && !served.has(name) && addresses.length + macs.length + names.length + ids.length === 0;
  });
  return empty.map(([name]) => warning(markAt(marks, ["clients", name]).mark, "nobody can be in it"));
}

/** Names of machines come from somewhere. */
function namelessClients({ tables: { clients = {}, local = {} }, marks }: Checked): string[] {
  if (local.leases !== undefined || local["hosts-files"] !== undefined || local.addresses !== undefined) return [];
  const named = Object.keys(clients).filter((name) => (clients[name]!.names ?? []).length > 0);
  return named.map((name) => {
    const why = "no machine has a name: there are neither local.leases nor local.hosts-files";
    return warning(markAt(marks, ["clients", name, "names"]).mark, why);
  });
}

function unusedDns64({ tables: { dns64, clients = {} }, marks }: Checked): string[] {
  if (dns64 === undefined || dns64.clients !== undefined) return [];
  if (Object.values(clients).some((group) => group.dns64 === true)) return [];
  const why = "no client group gets them: say so with clients here, or with dns64 = true there";
  return [warning(markAt(marks, ["dns64"]).mark, why)];
}
