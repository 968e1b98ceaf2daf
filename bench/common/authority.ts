import type { SocketAddress } from "../../lib/base/net/address.ts";
import { RunningServer, type Startable } from "./running_server.ts";
import { ZONE, zoneText } from "./zone.ts";

/** Where an authority answers over TLS, and the files with its certificate and key. */
export interface AuthorityTls {
  readonly address: SocketAddress;
  readonly certificate: string;
  readonly key: string;
}

/**
 * Starts the upstream of the comparison of speed: `nsd`, which answers faster than anybody here asks, with a generated
 * zone.
 *
 * @param sharesSession See `Startable`.
 * @param hostname See `Startable`.
 * @param hasAuthority Whether its responses have authority and additional records beside the answer.
 * @param queriesPerConnection How many queries it answers on a connection before it closes it; `null`: any number.
 * @param addressCount On how many addresses it listens; see `authorityAddresses`.
 * @param tls Where it answers over TLS as well; `null`: nowhere.
 */
export function startAuthority(
  executable: string,
  {
    nameCount,
    addressCount = 1,
    queriesPerConnection = null,
    sharesSession = false,
    hostname,
    hasAuthority = false,
    tls = null,
  }: {
    nameCount: number;
    addressCount?: number;
    queriesPerConnection?: number | null;
    sharesSession?: boolean;
    hostname?: string;
    hasAuthority?: boolean;
    tls?: AuthorityTls | null;
  },
): Promise<RunningServer> {
  const commandLine: Startable["commandLine"] = ({ listen, folder }) => ({
    args: ["-d", "-c", `${folder}/nsd.conf`],
    files: {
      [ZONE]: zoneText(nameCount),
      // With minimal responses, what forwarders store is one record, whatever they think of the other sections. Without
      // rate limits: all queries come from one address.
      "nsd.conf": `
server:
${
        authorityAddresses(listen, addressCount)
          .map((address) => `  ip-address: ${toConf(address)}`).join("\n")
      }
${
        tls === null ? "" : `
  ip-address: ${toConf(tls.address)}
  tls-port: ${tls.address.port}
  tls-service-pem: ${tls.certificate}
  tls-service-key: ${tls.key}
`
      }
  server-count: 1
  tcp-count: 100
  tcp-query-count: ${queriesPerConnection ?? 0}
  minimal-responses: ${hasAuthority ? "no" : "yes"}
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  username: ""
  chroot: ""
  database: ""
  pidfile: ""
  logfile: "/dev/null"
  zonesdir: "${folder}"
  xfrdir: "${folder}"
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
remote-control:
  control-enable: no
zone:
  name: ${ZONE}
  zonefile: ${ZONE}
`,
    },
  });
  return RunningServer.start({
    name: "nsd",
    executable,
    commandLine,
    sharesSession,
    ...(hostname === undefined ? {} : { hostname }),
  });
}

function toConf({ hostname, port }: SocketAddress): string {
  return `${hostname}@${port}`;
}

/** The addresses of one that listens on `count` of them: its first, and, for 127.0.0.1, those behind it, on the same port. */
export function authorityAddresses(first: SocketAddress, count: number): SocketAddress[] {
  return Array.from({ length: count }, (_, i) => i === 0 ? first : ({ ...first, hostname: `127.0.0.${1 + i}` }));
}
