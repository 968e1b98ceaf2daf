import type { Draft } from "../draft.ts";
import { nameText, serverTextBehind } from "../spellings.ts";
import type { Clause, Line } from "./unbound_clauses.ts";

/** A clause that says who is asked for a domain. Those for `.` are asked by default. */
export function forwardZone({ name: kind, lines }: Clause, draft: Draft): void {
  const valueOf = (key: string) => lines.find((line) => line.key === key)?.value;
  const domain = nameText(valueOf("name") ?? "");
  const isOverTcp = valueOf("forward-tcp-upstream") === "yes" || valueOf("stub-tcp-upstream") === "yes";
  const isOverTls = ["forward-tls-upstream", "forward-ssl-upstream", "stub-tls-upstream"].some((key) => {
    return valueOf(key) === "yes";
  });
  for (const line of lines) {
    if (line.key === "name" && domain !== null) continue;
    const told = (why: string) => draft.none(line.origin, `${kind}: ${line.text}`, why);
    if (line.key !== "forward-addr" && line.key !== "stub-addr") told(WHY[line.key] ?? "");
    else if (isOverTls) told("upstreams are asked over UDP and TCP");
    else if (domain === null) told("needs a domain");
    else askedFor(domain, line, isOverTcp, draft);
  }
}

const WHY: Readonly<Record<string, string>> = {
  "forward-tcp-upstream": "tcp:// before each server",
  "stub-tcp-upstream": "tcp:// before each server",
  "forward-host": "needs an address",
  "stub-host": "needs an address",
  "forward-first": "a group's fallback is another group",
};

function askedFor(domain: string, { key, value, text, origin }: Line, isOverTcp: boolean, draft: Draft): void {
  const server = serverTextBehind(value.split("#")[0]!.trim(), "@");
  if (server === null) return draft.none(origin, text, "needs an address");
  const to = isOverTcp ? `tcp://${server}` : server;
  if (domain === ".") draft.add("upstreams.default", "servers", [to], origin);
  else draft.route({ domains: [domain], to: [to] }, origin);
  if (key === "stub-addr" && domain === ".") draft.none(origin, text, "servers are asked to ask others themselves");
}
