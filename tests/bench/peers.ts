import { formatSocketAddress, type SocketAddress } from "../../lib/base/address.ts";

/** What a forwarder is set up with. */
export interface Setup {
  /** Where it shall listen, over UDP and TCP. */
  readonly listen: SocketAddress;
  /** Its upstreams in order of preference. */
  readonly upstreams: readonly SocketAddress[];
  /** A folder that it may write to; gone when the forwarder is. */
  readonly folder: string;
}

/** How a forwarder is started. */
export interface CommandLine {
  readonly args: readonly string[];
  /** Files to write into the folder first: name → text. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A DNS forwarder that can be put on the bench. */
export interface Forwarder {
  /** As it is called in the table and in `--only`. */
  readonly name: string;
  /** The program: a path, or a name to look for. */
  readonly executable: string;
  /** The Debian package that brings it. */
  readonly debianPackage: string | null;
  /** Arguments that make it print its version. */
  readonly versionArgs: readonly string[];
  /** A process that stays in the foreground and forwards everything, with defaults wherever that is possible. */
  readonly commandLine: (setup: Setup) => CommandLine;
}

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** The forwarders in the order of the table's columns, ours first. */
export const FORWARDERS: readonly Forwarder[] = [
  {
    name: "ours",
    executable: Deno.execPath(),
    debianPackage: null,
    versionArgs: ["run", "--no-prompt", "--allow-net", MAIN, "--version"],
    commandLine: ({ listen, upstreams }) => {
      const resolvers = upstreams.flatMap((address) => ["--resolver", formatSocketAddress(address)]);
      const flags = ["--listen", formatSocketAddress(listen), "--log-level", "error"];
      return { args: ["run", "--no-prompt", "--allow-net", MAIN, ...flags, ...resolvers] };
    },
  },
  {
    name: "dnsmasq",
    executable: "dnsmasq",
    debianPackage: "dnsmasq-base",
    versionArgs: ["--version"],
    commandLine: ({ listen, upstreams }) => ({
      args: [
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--pid-file=",
        "--log-facility=-",
        "--no-resolv",
        "--no-hosts",
        "--bind-interfaces",
        `--listen-address=${listen.hostname}`,
        `--port=${listen.port}`,
        ...upstreams.map(({ hostname, port }) => `--server=${hostname}#${port}`),
      ],
    }),
  },
  {
    name: "unbound",
    executable: "unbound",
    debianPackage: "unbound",
    versionArgs: ["-V"],
    commandLine: ({ listen, upstreams, folder }) => ({
      args: ["-d", "-c", `${folder}/unbound.conf`],
      files: {
        "unbound.conf": `
server:
  interface: ${listen.hostname}@${listen.port}
  outgoing-interface: 127.0.0.1
  do-not-query-localhost: no
  do-ip6: no
  module-config: "iterator"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
remote-control:
  control-enable: no
forward-zone:
  name: "."
${upstreams.map(({ hostname, port }) => `  forward-addr: ${hostname}@${port}`).join("\n")}
`,
      },
    }),
  },
  {
    name: "bind",
    executable: "named",
    debianPackage: "bind9",
    versionArgs: ["-v"],
    commandLine: ({ listen, upstreams, folder }) => ({
      args: ["-g", "-c", `${folder}/named.conf`],
      files: {
        "named.conf": `
options {
  directory "${folder}";
  pid-file "${folder}/named.pid";
  session-keyfile "${folder}/session.key";
  lock-file none;
  listen-on port ${listen.port} { ${listen.hostname}; };
  listen-on-v6 { none; };
  query-source address 127.0.0.1;
  dnssec-validation no;
  recursion yes;
  forward only;
  forwarders { ${upstreams.map(({ hostname, port }) => `${hostname} port ${port};`).join(" ")} };
};
controls { };
`,
      },
    }),
  },
  {
    name: "pdns-recursor",
    executable: "pdns_recursor",
    debianPackage: "pdns-recursor",
    versionArgs: ["--version"],
    commandLine: ({ listen, upstreams, folder }) => ({
      args: [
        `--config-dir=${folder}`,
        `--socket-dir=${folder}`,
        "--daemon=no",
        "--write-pid=no",
        "--disable-syslog=yes",
        "--hint-file=no",
        "--security-poll-suffix=",
        "--dnssec=off",
        `--local-address=${listen.hostname}`,
        `--local-port=${listen.port}`,
        "--query-local-address=127.0.0.1",
        "--dont-query=",
        `--forward-zones-recurse=.=${upstreams.map(formatSocketAddress).join(";")}`,
      ],
    }),
  },
  {
    name: "dnsdist",
    executable: "dnsdist",
    debianPackage: "dnsdist",
    versionArgs: ["--version"],
    commandLine: ({ listen, upstreams, folder }) => ({
      args: ["--supervised", "--disable-syslog", "-C", `${folder}/dnsdist.conf`],
      files: {
        "dnsdist.conf": `
setSecurityPollSuffix("")
setLocal("${formatSocketAddress(listen)}")
${
          upstreams.map((address, i) => `newServer({address="${formatSocketAddress(address)}", order=${i + 1}})`)
            .join("\n")
        }
getPool(""):setCache(newPacketCache(10000))
`,
      },
    }),
  },
];
