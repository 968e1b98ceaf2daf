import { RCODE } from "../../../wire/iana.ts";
import { ADMISSION_SETTINGS } from "../../settings/admission_settings.ts";
import type { Draft } from "../draft.ts";
import { type ImportedServer, importedServer } from "../encrypted.ts";
import { ipText, nameText, plainServer, reverseDomains, within } from "../spellings.ts";
import type { TomlValue } from "../toml_text.ts";
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
  const tls = tlsOf(block);
  const servers: TomlValue[] = [];
  for (const server of to) {
    const plain = plainServer(server);
    const told = (why: string) => draft.none(origin, `forward ${from} ${server}`, why);
    if (plain !== null) servers.push(isTcp && !plain.startsWith("tcp://") ? `tcp://${plain}` : plain);
    else if (server.startsWith("/")) told("put the addresses in it there");
    else {
      const read = encryptedServer(server, tls);
      if ("value" in read) servers.push(read.value);
      else told(read.whyNot);
    }
  }
  const isDefault = domains.includes(".");
  if (servers.length > 0) {
    if (isDefault) draft.add("upstreams.default", "servers", servers, origin);
    else draft.route({ domains: domains as string[], to: servers }, origin);
  }
  for (const line of block) option(line, isDefault, draft);
}

/** What is said of TLS in the braces. */
interface Tls {
  /** The name in the certificate; `null` where the address stands there. */
  readonly serverName: string | null;
  /** The file with the authorities that are believed, if there is one. */
  readonly ca: string | null;
}

function tlsOf(block: readonly Directive[]): Tls {
  const [files = []] = block.filter(({ name }) => name === "tls").map(({ args }) => args);
  const [serverName = null] = block.filter(({ name }) => name === "tls_servername").map(({ args }) => args[0] ?? null);
  // One file is that of the authorities, two are our own certificate with its key, three are all of these.
  return { serverName, ca: files.length === 1 ? files[0]! : files[2] ?? null };
}

/** `tls://9.9.9.9`, and `tls://9.9.9.9%dns.quad9.net` with its name. */
function encryptedServer(text: string, { serverName, ca }: Tls): ImportedServer {
  const [, scheme, bare = "", ownName, port = ""] = /^(tls):\/\/(.+?)(?:%([^:%]*\.[^:%]*))?(:\d+)?$/i.exec(text) ?? [];
  const name = ownName ?? serverName;
  const ip = ipText(bare.replace(/^\[(.*)\]$/, "$1"));
  const authorities = ca === null ? {} : { ca: [ca] };
  if (scheme === undefined || name === null || ip === null) {
    return importedServer(text, { parameters: authorities, hasBootstrap: false });
  }
  return importedServer(`tls://${name}${port}`, { parameters: { ip: [ip], ...authorities }, hasBootstrap: false });
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
  } else if (name === "tls_servername") draft.alreadySo(origin, text, "behind tls:// of each server");
  else if (name === "tls" && args.length < 2) draft.alreadySo(origin, text, "ca beside each server");
  else if (name === "tls") {
    draft.none(origin, text, "no certificate is shown to servers; ca beside each server says who is believed");
  } else if (name === "force_tcp" || name === "prefer_udp") draft.alreadySo(origin, text);
  else if (name === "health_check" || name === "max_fails" || name === "expire") {
    draft.alreadySo(origin, text, "servers are watched by what becomes of queries");
  } else draft.none(origin, text, name === "except" ? "a route of its own for these domains" : "");
}
