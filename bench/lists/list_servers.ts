import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { type Forwarder, PEERS, type Setup } from "../common/forwarders.ts";
import type { CommandLine } from "../common/running_server.ts";

/** What a server is started with. */
export interface ListSetup extends Setup {
  /** The list, in its own format. */
  readonly list: string;
  /** A folder that it finds again when it is started once more. */
  readonly stateFolder: string;
}

/** A forwarder that blocks what is in a list: NXDOMAIN for each name and for all below it. */
export interface ListServer extends Omit<Forwarder, "commandLine"> {
  /** A line of its list. */
  readonly line: (name: string) => string;
  /** What stands before the first line; `SERIAL` is another number each time. */
  readonly head?: string;
  /** More names are not tried: it would take gigabytes. */
  readonly namesMax: number;
  /** How it takes another list: by itself when the file is another one, by a signal, or started once more. */
  readonly refresh: "watch" | "SIGHUP" | "restart";
  /** A process that stays in the foreground. */
  readonly commandLine: (setup: ListSetup) => CommandLine;
}

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const RPZ_HEAD = "$TTL 300\n@ SOA ns.rpz. hostmaster.rpz. SERIAL 3600 600 86400 60\n@ NS ns.rpz.\n";

/** All that can, ours first. */
export const LIST_SERVERS: readonly ListServer[] = [
  ours("ours", [], []),
  ours("ours-2-workers", [], ["workers = 2"]),
  {
    ...peer("dnsmasq"),
    line: (name) => `address=/${name}/`,
    namesMax: Infinity,
    refresh: "restart",
    commandLine: (setup) => {
      const { args } = commandLineOf("dnsmasq", setup);
      return { args: args.map((arg) => arg === "--conf-file=/dev/null" ? `--conf-file=${setup.list}` : arg) };
    },
  },
  {
    ...peer("unbound"),
    line: (name) => `local-zone: "${name}" always_nxdomain`,
    namesMax: Infinity,
    refresh: "SIGHUP",
    commandLine: (setup) => {
      const line = commandLineOf("unbound", setup);
      return withFile(line, "unbound.conf", (text) => text.replace("server:", `server:\n  include: "${setup.list}"`));
    },
  },
  {
    ...peer("dnsdist"),
    line: (name) => name,
    namesMax: Infinity,
    refresh: "restart",
    commandLine: (setup) => {
      const rule = `
local blocked = newSuffixMatchNode()
for name in io.lines("${setup.list}") do blocked:add(newDNSName(name)) end
addAction(SuffixMatchNodeRule(blocked), RCodeAction(DNSRCode.NXDOMAIN))
`;
      return withFile(commandLineOf("dnsdist", setup), "dnsdist.conf", (text) => text + rule);
    },
  },
  {
    ...peer("pdns-recursor"),
    name: "pdns-recursor-rpz",
    line: (name) => `${name} CNAME .\n*.${name} CNAME .`,
    head: RPZ_HEAD,
    namesMax: 1_000_000,
    refresh: "restart",
    commandLine: (setup) => {
      const { args } = commandLineOf("pdns-recursor", setup);
      const text = `rpzFile("${setup.list}", { policyName = "bench" })\n`;
      return { args: [...args, `--lua-config-file=${setup.folder}/rpz.lua`], files: { "rpz.lua": text } };
    },
  },
  {
    ...peer("bind"),
    name: "bind-rpz",
    line: (name) => `${name} CNAME .\n*.${name} CNAME .`,
    head: RPZ_HEAD,
    namesMax: 1_000_000,
    refresh: "SIGHUP",
    commandLine: (setup) => {
      const zone = `zone "rpz" { type primary; file "${setup.list}"; allow-query { none; }; notify no; };\n`;
      const policy = `response-policy { zone "rpz"; } qname-wait-recurse no min-update-interval 1;`;
      return withFile(commandLineOf("bind", setup), "named.conf", (text) => {
        return zone + text.replace("options {", `options {\n  ${policy}`);
      });
    },
  },
];

function ours(name: string, flags: readonly string[], server: readonly string[]): ListServer {
  const permissions = ["--allow-net", "--allow-ffi", "--allow-run", "--allow-read", "--allow-write"];
  const run = ["run", "--no-prompt", ...permissions, "--allow-sys=osUptime,inspector", MAIN];
  return {
    name,
    executable: Deno.execPath(),
    debianPackage: null,
    versionArgs: [...run, "--version"],
    knowsOverTcp: true,
    line: (name) => name,
    namesMax: Infinity,
    refresh: "watch",
    commandLine: ({ listen, upstreams, folder, list, stateFolder }) => ({
      args: [...run, ...flags, "--config", `${folder}/config.toml`],
      files: { "config.toml": ourConfig({ listen, upstreams, list, stateFolder, server }) },
    }),
  };
}

function ourConfig({ listen, upstreams, list, stateFolder, server }: {
  listen: SocketAddress;
  upstreams: readonly SocketAddress[];
  list: string;
  stateFolder: string;
  server: readonly string[];
}): string {
  return `
[server]
listen = ["${formatSocketAddress(listen)}"]
state-dir = "${stateFolder}"
${server.join("\n")}

[log]
level = "error"

[upstreams.default]
servers = [${upstreams.map((address) => `"${formatSocketAddress(address)}"`).join(", ")}]

[lists.bench]
sources = ["${list}"]
format = "domains"
max-size = "1GiB"

[block]
answer = "nxdomain"

[clients.default]
block = ["bench"]
`;
}

function peer(name: string): Forwarder {
  return PEERS.find((forwarder) => forwarder.name === name)!;
}

function commandLineOf(name: string, setup: Setup): CommandLine {
  return peer(name).commandLine(setup);
}

function withFile({ args, files }: CommandLine, name: string, change: (text: string) => string): CommandLine {
  return { args, files: { ...files, [name]: change(files![name]!) } };
}
