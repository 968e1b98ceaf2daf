import { formatSocketAddress, isIpv6, type SocketAddress } from "../../lib/base/net/address.ts";
import type { CommandLine, Place } from "./running_server.ts";

/** What a forwarder is set up with. */
export interface Setup extends Place {
  /** Its upstreams in order of preference, of the family that it listens on. */
  readonly upstreams: readonly SocketAddress[];
  /**
   * For a comparison of speed: names that the cache has room for; then there is one thread, nothing is written to logs,
   * and no limit stands in the way of a few hundred clients. `null`: defaults wherever that is possible.
   */
  readonly cacheNames: number | null;
  /** Whether all upstreams are asked over TCP alone. Default: no. */
  readonly overTcp?: boolean;
}

/** A DNS forwarder that can be put on the bench. */
export interface Forwarder {
  /** As it is called in tables and in `--only`. */
  readonly name: string;
  /** The program: a path, or a name to look for. */
  readonly executable: string;
  /** The Debian package that brings it. */
  readonly debianPackage: string | null;
  /** Arguments that make it print its version. */
  readonly versionArgs: readonly string[];
  /** Whether it can be told to ask over TCP alone. */
  readonly knowsOverTcp: boolean;
  /** A process that stays in the foreground and forwards everything. */
  readonly commandLine: (setup: Setup) => CommandLine;
}

/** For caches whose size is set in octets: more than any of them needs for a name with one address. */
const OCTETS_PER_NAME = 2048;
/** More queries than the bench ever has in flight. */
const IN_FLIGHT_MAX = 4096;
/** More connections than the bench ever opens. */
const CONNECTIONS_MAX = 256;

/** The forwarders that others have written. */
export const PEERS: readonly Forwarder[] = [
  {
    name: "dnsmasq",
    executable: "dnsmasq",
    debianPackage: "dnsmasq-base",
    versionArgs: ["--version"],
    knowsOverTcp: false,
    commandLine: ({ listen, upstreams, cacheNames }) => ({
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
        ...(cacheNames === null ? [] : [`--cache-size=${cacheNames}`, `--dns-forward-max=${IN_FLIGHT_MAX}`]),
      ],
    }),
  },
  {
    name: "unbound",
    executable: "unbound",
    debianPackage: "unbound",
    versionArgs: ["-V"],
    knowsOverTcp: true,
    commandLine: ({ listen, upstreams, folder, cacheNames, overTcp = false }) => ({
      args: ["-d", "-c", `${folder}/unbound.conf`],
      files: {
        "unbound.conf": `
server:
  interface: ${listen.hostname}@${listen.port}
  outgoing-interface: ${isIpv6(listen) ? listen.hostname : "127.0.0.1"}
  do-not-query-localhost: no
  do-ip6: ${isIpv6(listen) ? "yes" : "no"}
  module-config: "iterator"
  tcp-upstream: ${overTcp ? "yes" : "no"}
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
${
          cacheNames === null ? "" : `
  verbosity: 0
  num-threads: 1
  num-queries-per-thread: ${IN_FLIGHT_MAX}
  incoming-num-tcp: ${CONNECTIONS_MAX}
  msg-cache-size: ${cacheNames * OCTETS_PER_NAME}
  rrset-cache-size: ${cacheNames * OCTETS_PER_NAME}
`
        }
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
    knowsOverTcp: true,
    commandLine: ({ listen, upstreams, folder, cacheNames, overTcp = false }) => ({
      // -g writes everything to standard error; -f does as the file says.
      args: [...(cacheNames === null ? ["-g"] : ["-f", "-n", "1"]), "-c", `${folder}/named.conf`],
      files: {
        "named.conf": `
options {
  directory "${folder}";
  pid-file "${folder}/named.pid";
  session-keyfile "${folder}/session.key";
  lock-file none;
${
          isIpv6(listen)
            ? `
  listen-on { none; };
  listen-on-v6 port ${listen.port} { ${listen.hostname}; };
  query-source-v6 address ${listen.hostname};
`
            : `
  listen-on port ${listen.port} { ${listen.hostname}; };
  listen-on-v6 { none; };
  query-source address 127.0.0.1;
`
        }
  dnssec-validation no;
  recursion yes;
  forward only;
  forwarders { ${upstreams.map(({ hostname, port }) => `${hostname} port ${port};`).join(" ")} };
${
          cacheNames === null ? "" : `
  max-cache-size ${cacheNames * OCTETS_PER_NAME};
  recursive-clients ${IN_FLIGHT_MAX};
  tcp-clients ${CONNECTIONS_MAX};
`
        }
};
${overTcp ? upstreams.map(({ hostname }) => `server ${hostname} { tcp-only yes; };`).join("\n") : ""}
controls { };
logging { channel errors { stderr; severity error; }; category default { errors; }; };
`,
      },
    }),
  },
  {
    name: "pdns-recursor",
    executable: "pdns_recursor",
    debianPackage: "pdns-recursor",
    versionArgs: ["--version"],
    knowsOverTcp: false,
    commandLine: ({ listen, upstreams, folder, cacheNames }) => ({
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
        `--query-local-address=${isIpv6(listen) ? listen.hostname : "127.0.0.1"}`,
        "--dont-query=",
        `--forward-zones-recurse=.=${upstreams.map(formatSocketAddress).join(";")}`,
        ...(cacheNames === null ? [] : [
          "--threads=1",
          "--pdns-distributes-queries=no",
          "--quiet=yes",
          "--loglevel=3",
          "--statistics-interval=0",
          `--max-mthreads=${IN_FLIGHT_MAX}`,
          `--max-cache-entries=${cacheNames}`,
          `--max-packetcache-entries=${cacheNames}`,
        ]),
      ],
    }),
  },
  {
    name: "dnsdist",
    executable: "dnsdist",
    debianPackage: "dnsdist",
    versionArgs: ["--version"],
    knowsOverTcp: true,
    commandLine: ({ listen, upstreams, folder, cacheNames, overTcp = false }) => ({
      args: ["--supervised", "--disable-syslog", "-C", `${folder}/dnsdist.conf`],
      files: {
        "dnsdist.conf": `
setSecurityPollSuffix("")
setLocal("${formatSocketAddress(listen)}")
${cacheNames === null ? "" : "setMaxTCPClientThreads(1)"}
${
          upstreams.map((address, i) =>
            `newServer({address="${formatSocketAddress(address)}", order=${i + 1}${overTcp ? ", tcpOnly=true" : ""}})`
          )
            .join("\n")
        }
getPool(""):setCache(newPacketCache(${cacheNames ?? 10_000}))
`,
      },
    }),
  },
];
