import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { RunningServer } from "../../bench/common/running_server.ts";
import { zoneFile, ZONES } from "./zone_tree.ts";

/** Zones that unbound answers by itself unless told otherwise, as far as anybody asks for them here. */
const UNBOUNDS_OWN = [
  "localhost.",
  "onion.",
  "home.arpa.",
  "10.in-addr.arpa.",
  "64.100.in-addr.arpa.",
  "invalid.",
  "test.",
];

/** Configuration of unbound that makes it ask for everything, and nobody but the one it is told to. */
export function unboundBasics(listen: SocketAddress, folder: string): string {
  return `
server:
  interface: ${listen.hostname}@${listen.port}
  outgoing-interface: 127.0.0.1
  do-not-query-localhost: no
  do-ip6: no
  num-threads: 1
  chroot: ""
  username: ""
  directory: "${folder}"
  pidfile: ""
  use-syslog: no
  verbosity: 0
  aggressive-nsec: no
  trust-anchor-signaling: no
${UNBOUNDS_OWN.map((zone) => `  local-zone: "${zone}" nodefault`).join("\n")}
remote-control:
  control-enable: no
`;
}

/** Starts nsd with the tree of zones that is in `zonesFolder`. */
export function startAuthority(executable: string, zonesFolder: string): Promise<RunningServer> {
  return RunningServer.start({
    name: "tree",
    executable,
    commandLine: ({ listen, folder }) => ({
      args: ["-d", "-c", `${folder}/nsd.conf`],
      files: {
        "nsd.conf": `
server:
  ip-address: ${listen.hostname}@${listen.port}
  server-count: 1
  tcp-count: 100
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  username: ""
  chroot: ""
  database: ""
  pidfile: ""
  logfile: "/dev/null"
  zonesdir: "${zonesFolder}"
  xfrdir: "${folder}"
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
remote-control:
  control-enable: no
${ZONES.map((zone) => `zone:\n  name: ${zone.origin}\n  zonefile: "${zoneFile(zone)}"\n`).join("")}`,
      },
    }),
  });
}

/**
 * Starts an unbound that resolves the tree without validating anything: what our program asks. Glue has no ports, so it
 * is told where each zone is; it still asks a zone's parent for its DS record.
 */
export function startRecursive(executable: string, authority: SocketAddress): Promise<RunningServer> {
  const { hostname, port } = authority;
  const stubs = ZONES.map(({ origin }) => `stub-zone:\n  name: "${origin}"\n  stub-addr: ${hostname}@${port}\n`);
  return RunningServer.start({
    name: "recursive",
    executable,
    commandLine: ({ listen, folder }) => ({
      args: ["-d", "-c", `${folder}/unbound.conf`],
      files: {
        "unbound.conf": `${unboundBasics(listen, folder)}
server:
  module-config: "iterator"
${stubs.join("")}`,
      },
    }),
  });
}

/** Starts our program in front of `upstream`. */
export function startOurs(mode: string, upstream: SocketAddress): Promise<RunningServer> {
  const permissions = mode === "native" ? ["--allow-net", "--allow-ffi"] : ["--allow-net"];
  const main = new URL("../../main.ts", import.meta.url).pathname;
  return RunningServer.start({
    name: `ours-${mode}`,
    executable: Deno.execPath(),
    commandLine: ({ listen }) => ({
      args: [
        ...["run", "--no-prompt", ...permissions, main, "--log-level", "error", "--io", mode],
        ...["--listen", formatSocketAddress(listen), "--resolver", formatSocketAddress(upstream)],
      ],
    }),
  });
}
