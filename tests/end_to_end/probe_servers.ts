import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { findExecutable } from "../../bench/common/installed.ts";
import { RunningServer, type Startable } from "../../bench/common/running_server.ts";
import { signTree } from "../validators/sign_tree.ts";
import { startAuthority, startRecursive, unboundBasics } from "../validators/tree_servers.ts";

/** What it takes. */
const NEEDED = ["unbound", "nsd", "dnsdist", "named", "dnssec-keygen", "dnssec-signzone"];

const MAY_RUN = (["run", "read", "write", "env"] as const).every((name) => {
  return Deno.permissions.querySync({ name }).state === "granted";
});

/** What of it is missing here. */
export const MISSING: readonly string[] = MAY_RUN
  ? NEEDED.filter((name) => findExecutable(name) === null)
  : ["--allow-run, --allow-read, --allow-write, --allow-env"];

/** Servers of others, each of its kind. */
export interface Servers extends AsyncDisposable {
  /** Has zones of its own, and asks nobody. */
  readonly nsd: string;
  /** Asks nsd, and checks nothing. */
  readonly recursive: string;
  /** Asks that one, and checks signatures. */
  readonly validating: string;
  /** The same by another program. */
  readonly bind: string;
  /** Stands in front of the recursive one. */
  readonly dnsdist: string;
}

/** Starts all of them with a signed tree of zones; they are gone when they are disposed of. */
export async function startServers(): Promise<Servers> {
  await using started = new AsyncDisposableStack();
  const folder = Deno.makeTempDirSync({ prefix: "probe-" });
  started.defer(() => Deno.remove(folder, { recursive: true }));
  // Whom nsd drops its privileges to has to get in.
  Deno.chmodSync(folder, 0o755);
  const path = (name: string) => findExecutable(name)!;
  const anchor = await signTree({ keygen: path("dnssec-keygen"), signzone: path("dnssec-signzone") }, folder);
  const nsd = started.use(await startAuthority(path("nsd"), folder));
  const recursive = started.use(await startRecursive(path("unbound"), nsd.address));
  const start = async (name: string, commandLine: Startable["commandLine"]) => {
    return started.use(await RunningServer.start({ name, executable: path(name), commandLine }));
  };
  const validating = await start("unbound", ({ listen, folder }) => ({
    args: ["-d", "-c", `${folder}/unbound.conf`],
    files: {
      "anchor.key": `${anchor.dnskey}\n`,
      "unbound.conf": `${unboundBasics(listen, folder)}
server:
  module-config: "validator iterator"
  trust-anchor-file: "${folder}/anchor.key"
${forwarding(recursive.address)}`,
    },
  }));
  const bind = await start("named", ({ listen, folder }) => ({
    args: ["-f", "-n", "1", "-c", `${folder}/named.conf`],
    files: { "named.conf": bindConfig(listen, folder, recursive.address) },
  }));
  const dnsdist = await start("dnsdist", ({ listen, folder }) => ({
    args: ["--supervised", "--disable-syslog", "-C", `${folder}/dnsdist.conf`],
    files: {
      "dnsdist.conf": `setLocal("${formatSocketAddress(listen)}")
newServer({address="${formatSocketAddress(recursive.address)}", healthCheckMode="up"})
setSecurityPollSuffix("")
`,
    },
  }));
  const [all, text] = [started.move(), (server: RunningServer) => formatSocketAddress(server.address)];
  return {
    nsd: text(nsd),
    recursive: text(recursive),
    validating: text(validating),
    bind: text(bind),
    dnsdist: text(dnsdist),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function forwarding({ hostname, port }: SocketAddress): string {
  return `forward-zone:\n  name: "."\n  forward-addr: ${hostname}@${port}\n`;
}

function bindConfig(listen: SocketAddress, folder: string, upstream: SocketAddress): string {
  return `
options {
  directory "${folder}";
  pid-file none;
  session-keyfile "${folder}/session.key";
  lock-file none;
  listen-on port ${listen.port} { ${listen.hostname}; };
  listen-on-v6 { none; };
  query-source address 127.0.0.1;
  recursion yes;
  forward only;
  forwarders { ${upstream.hostname} port ${upstream.port}; };
  dnssec-validation no;
  empty-zones-enable no;
};
controls { };
logging { channel errors { stderr; severity error; }; category default { errors; }; };
`;
}
