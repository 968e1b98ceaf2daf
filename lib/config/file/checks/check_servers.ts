import { formatSocketAddress, isUnspecified } from "../../../base/net/address.ts";
import { isServedAt } from "../../advice.ts";
import { isLost, serverText, socketAddressesOf } from "../../../upstream/endpoint.ts";
import { markAt } from "../mark.ts";
import { type Problem, problemAt, problemBelow } from "../problem.ts";
import type { Checked } from "./checked.ts";

/** Groups must have servers, and those must be others than this program. The default group's are looked at with the flags. */
export function checkServers({ policy, tables, marks, listen, config }: Checked, problems: Problem[]): void {
  if (policy === null) return;
  const groups = Object.keys(tables.upstreams ?? {});
  for (const name of groups) {
    if (name === "default" && config.upstreams.length > 0) continue;
    if (tables.upstreams![name]!.servers !== undefined) continue;
    problems.push(problemBelow(markAt(marks, ["upstreams", name]).mark, "servers", '"servers" is missing'));
  }
  for (const { name, servers } of policy.upstreamGroups) {
    if (name === "default") continue;
    const keysOf = (i: number) => {
      return groups.includes(name) ? ["upstreams", name, "servers", i] : routeKeys(name, policy, i);
    };
    for (const [i, server] of servers.entries()) {
      if (!isLost(server)) continue;
      const why = `needs its address, such as "${serverText(server)}?ip=192.0.2.1", or server.bootstrap`;
      problems.push(problemAt(markAt(marks, keysOf(i)).mark, why));
    }
    const addresses = servers.flatMap((server, i) => socketAddressesOf(server).map((address) => [i, address] as const));
    for (const [i, server] of addresses) {
      const isOwn = isServedAt(listen, server);
      if (!isOwn && !isUnspecified(server)) continue;
      const why = isOwn
        ? `this program listens at ${formatSocketAddress(server)} itself, a query would go round for ever`
        : "needs the address of a server, not of any";
      problems.push(problemAt(markAt(marks, keysOf(i)).mark, why));
    }
  }
  if (policy.upstreamGroups.length === 0 || config.upstreams.length > 0 || groups.includes("default")) return;
  // Who is asked for what no route is about: without anybody, every such answer would be made up.
  const { mark } = markAt(marks, policy.routes.length > 0 ? ["route", 0] : ["upstreams", groups[0]!]);
  problems.push(problemAt(mark, "needs [upstreams.default] with servers as well, for what no route is about"));
}

function routeKeys(name: string, { routes }: NonNullable<Checked["policy"]>, server: number): (string | number)[] {
  return ["route", routes.findIndex(({ to }) => to === name), "to", server];
}
