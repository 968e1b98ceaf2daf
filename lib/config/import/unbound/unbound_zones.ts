import type { Draft } from "../draft.ts";
import { importedServer } from "../encrypted.ts";
import { ipText, nameText, serverTextBehind } from "../spellings.ts";
import type { Clause, Line } from "./unbound_clauses.ts";
import type { Encrypted } from "./unbound_encrypted.ts";

/** A clause that says who is asked for a domain. Those for `.` are asked by default. */
export function forwardZone({ name: kind, lines }: Clause, encrypted: Encrypted, draft: Draft): void {
  const valueOf = (key: string) => lines.find((line) => line.key === key)?.value;
  const domain = nameText(valueOf("name") ?? "");
  const isOverTcp = valueOf("forward-tcp-upstream") === "yes" || valueOf("stub-tcp-upstream") === "yes";
  const ofZone = TLS_KEYS.map(valueOf).find((value) => value !== undefined);
  const isOverTls = ofZone === undefined ? encrypted.isForAll : ofZone === "yes";
  for (const line of lines) {
    if (line.key === "name" && domain !== null) continue;
    const told = (why: string) => draft.none(line.origin, `${kind}: ${line.text}`, why);
    if (TLS_KEYS.includes(line.key)) {
      draft.alreadySo(line.origin, `${kind}: ${line.text}`, isOverTls ? "tls:// before each server" : "");
    } else if (line.key !== "forward-addr" && line.key !== "stub-addr") told(WHY[line.key] ?? "");
    else if (domain === null) told("needs a domain");
    else if (isOverTls) askedOverTls(domain, line, encrypted, draft);
    else askedFor(domain, line, isOverTcp, draft);
  }
}

const TLS_KEYS: readonly string[] = [
  "forward-tls-upstream",
  "forward-ssl-upstream",
  "stub-tls-upstream",
  "stub-ssl-upstream",
];

const WHY: Readonly<Record<string, string>> = {
  "forward-tcp-upstream": "tcp:// before each server",
  "stub-tcp-upstream": "tcp:// before each server",
  "forward-host": "needs an address",
  "stub-host": "needs an address",
  "forward-first": "a group's fallback is another group",
};

/** `192.0.2.1@853#dns.example`: what stands behind the last sign is the name in the certificate. */
function askedOverTls(domain: string, { value, text, origin }: Line, encrypted: Encrypted, draft: Draft): void {
  const { bundle, isUnchecked } = encrypted;
  const [, address = "", port = "853", name] = /^([^@#]*)(?:@(\d+))?(?:#(.*))?$/.exec(value.replaceAll(/\s/g, "")) ??
    [];
  const ip = ipText(address);
  if (ip === null) return draft.none(origin, text, "needs an address");
  const hostname = name ?? (ip.includes(":") ? `[${ip}]` : ip);
  const parameters = { ...name !== undefined && { ip: [ip] }, ...bundle !== "" && { ca: [bundle] } };
  const server = importedServer(`tls://${hostname}:${port}`, { parameters, hasBootstrap: false });
  if ("whyNot" in server) return draft.none(origin, text, server.whyNot);
  if (bundle !== "") encrypted.used.add("bundle");
  const note = isUnchecked
    ? "unbound believes anybody there without tls-cert-bundle; here it has to prove who it is"
    : name === undefined
    ? "unbound looks for no name; here its certificate must be for this address"
    : "";
  if (domain === ".") draft.add("upstreams.default", "servers", [server.value], origin, note);
  else draft.route({ domains: [domain], to: [server.value] }, origin, note);
}

function askedFor(domain: string, { key, value, text, origin }: Line, isOverTcp: boolean, draft: Draft): void {
  const server = serverTextBehind(value.split("#")[0]!.trim(), "@");
  if (server === null) return draft.none(origin, text, "needs an address");
  const to = isOverTcp ? `tcp://${server}` : server;
  if (domain === ".") draft.add("upstreams.default", "servers", [to], origin);
  else draft.route({ domains: [domain], to: [to] }, origin);
  if (key === "stub-addr" && domain === ".") draft.none(origin, text, "servers are asked to ask others themselves");
}
