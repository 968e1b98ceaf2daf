import { RCODE } from "../../../wire/iana.ts";
import { ADMISSION_SETTINGS } from "../../settings/admission_settings.ts";
import type { Draft } from "../draft.ts";
import { nameText, plainServer, reverseDomains, within } from "../spellings.ts";
import type { Directive } from "./corefile.ts";

/** `forward FROM TO… { policy sequential; except example.org; … }`, in a block for `zones`. */
export function forward({ args, block, origin }: Directive, zones: readonly string[], draft: Draft): void {
  const [from = ".", ...to] = args;
  const text = `forward ${args.join(" ")}`;
  const domains: readonly (string | null)[] | null = from === "."
    ? zones
    : from.includes("/")
    ? reverseDomains(from)
    : [nameText(from)];
  if (domains === null || domains.includes(null)) return draft.none(origin, text, "needs a domain");
  const isTcp = block.some(({ name }) => name === "force_tcp");
  const servers: string[] = [];
  for (const server of to) {
    const plain = plainServer(server);
    if (plain === null) {
      const why = server.startsWith("/") ? "put the addresses in it there" : "upstreams are asked over UDP and TCP";
      draft.none(origin, `forward ${from} ${server}`, why);
    } else servers.push(isTcp && !plain.startsWith("tcp://") ? `tcp://${plain}` : plain);
  }
  const isDefault = domains.includes(".");
  if (servers.length > 0) {
    if (isDefault) draft.add("upstreams.default", "servers", servers, origin);
    else draft.route({ domains: domains as string[], to: servers }, origin);
  }
  for (const line of block) option(line, isDefault, draft);
}

function option({ name, args, origin }: Directive, isDefault: boolean, draft: Draft): void {
  const text = `forward: ${[name, ...args].join(" ")}`;
  const strategy: Record<string, string> = { random: "random", "round_robin": "round-robin", sequential: "sequential" };
  if (name === "policy" && isDefault && strategy[args[0] ?? ""] !== undefined) {
    draft.set("upstreams.default", "strategy", strategy[args[0]!]!, origin);
  } else if (name === "failover" && isDefault) {
    const known = args.map((rcode) => rcode.toUpperCase()).filter((rcode) => rcode in RCODE);
    draft.add("upstreams.default", "failover-on", known.map((rcode) => rcode.toLowerCase()), origin);
  } else if (name === "max_concurrent") {
    const { number, note } = within(Number(args[0]), ADMISSION_SETTINGS.maxInFlight.reader.bounds!);
    draft.set("access", "max-in-flight", number, origin, note);
  } else if (name === "force_tcp" || name === "prefer_udp") draft.alreadySo(origin, text);
  else if (name === "health_check" || name === "max_fails" || name === "expire") {
    draft.alreadySo(origin, text, "servers are watched by what becomes of queries");
  } else draft.none(origin, text, name === "except" ? "a route of its own for these domains" : "");
}
