import { type DomainPattern, readDomain, readPattern } from "../../domain_pattern.ts";
import type { Endpoint } from "../../../upstream/endpoint.ts";
import { UsageError } from "../../usage_error.ts";
import { checked, either, type Field, flag, list, table, text } from "./fields.ts";
import { listName } from "./filter/list_name.ts";
import { readGroupName, readType } from "./names.ts";
import type { FileRewrite, FileRoute } from "./tables.ts";
import { SERVER } from "./group/servers.ts";
import { upstreamGroupName } from "./group/upstreams.ts";

/** `[[route]]` */
export const ROUTES: Field<readonly FileRoute[]> = list(
  { form: "[[route]]", help: "" },
  route(),
  {},
  (routes) => routes,
);

/** `[[rewrite]]` */
export const REWRITES: Field<readonly FileRewrite[]> = list(
  { form: "", help: "" },
  rewrite(),
  {},
  (rewrites) => rewrites,
);

/** Domains, each with what is below it. */
function domains(help: string): Field<readonly DomainPattern[]> {
  const domain = text({ form: '"corp.example"', help: "" }, readPattern);
  return list({ form: '["<domain>", "=<name>", …]', help, example: '["corp.example"]' }, domain, {
    atLeast: 1,
    of: "domain",
  }, (all) => all);
}

/** Record types. */
export function types(help: string, atLeast: 0 | 1): Field<readonly number[]> {
  const type = text({ form: '"AAAA"', help: "" }, readType);
  return list(
    { form: '["<type>", …]', help, example: '["A", "AAAA"]' },
    type,
    { atLeast, of: "type" },
    (all) => [...new Set(all)],
  );
}

/** Names of client groups. */
function clients(help: string): Field<readonly string[]> {
  const client = text({ form: '"guests"', help: "" }, readGroupName);
  return list(
    { form: '["<group>", …]', help, example: '["guests"]' },
    client,
    { atLeast: 1, of: "group" },
    (all) => all,
  );
}

function route(): Field<FileRoute> {
  const servers = { form: '["192.0.2.1"]', help: "" };
  const to = either<string, readonly Endpoint[]>(
    upstreamGroupName(
      "Who is asked: an upstream group, or servers that stand here.",
      '"<group>"|["[tcp://]<ip>[:<port>]", …]',
    ),
    list(servers, SERVER, { atLeast: 1, of: "server" }, (all) => all),
    'must be the name of an upstream group, or a list of servers, such as ["192.0.2.1"]',
  );
  const fields = {
    domains: domains("Whose names, each with all below it; =www.example for that name alone."),
    list: listName("The names of a list."),
    types: types("And only these record types.", 1),
    clients: clients("And only for the clients of these groups."),
    to,
    "private-answers": flag({
      form: "true|false",
      help:
        "Whether private addresses in its answers are left there, see answers.rebinding-protection. By default those in answers for " +
        "its domains, unless they are all names.",
    }, (isOn) => isOn),
  };
  return checked(table<FileRoute>(fields, ["to"]), withCondition);
}

/** A route for everything is what the default group is for. */
function withCondition(route: FileRoute): FileRoute {
  if (route.domains ?? route.list ?? route.types ?? route.clients) return route;
  throw new UsageError(
    "needs domains, types or clients; who is asked for everything are the upstreams.default.servers",
  );
}

function rewrite(): Field<FileRewrite> {
  const fields = {
    domains: domains("Whose names are asked for under another one: what is below them goes to the same."),
    to: text({ form: '"<name>"', example: '"new.example"', help: "The name that is asked for instead." }, readDomain),
    flatten: flag({
      form: "true|false",
      help: "Whether clients see the records under the name that they asked for, not behind a CNAME.",
      fallback: "false",
    }, (isOn) => isOn),
    clients: clients("Only for the clients of these groups."),
  };
  return table<FileRewrite>(fields, ["domains", "to"]);
}
