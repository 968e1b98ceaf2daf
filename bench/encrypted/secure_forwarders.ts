import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { PEERS } from "../common/forwarders.ts";
import type { Forwarder, Setup } from "../common/forwarders.ts";
import { OUR_MODES } from "../common/our_modes.ts";
import type { CommandLine } from "../common/running_server.ts";

/** How a forwarder asks its upstream. */
export type Asking = "udp" | "dot" | "doh";

/** The files that it needs to serve and to believe. */
export interface Certificates {
  /** Of the server's, which forwarders show to clients; `null`: clients are served over UDP and TCP alone. */
  readonly shown: { readonly certificate: string; readonly key: string } | null;
  /** The only authority that is believed. */
  readonly ca: string;
}

/** The name in the certificate. */
export const SERVER_NAME = "dns.example.org";
/** The path that questions are asked at over HTTPS. */
export const PATH = "/dns-query";
/** More connections than the bench ever opens. */
const CONNECTIONS_MAX = 2000;

/** Where whoever listens on `plain` answers over TLS. Unbound goes by the port, whatever the address. */
export function dotAddress({ port, ...plain }: SocketAddress): SocketAddress {
  return { ...plain, hostname: "127.0.0.2", port: port + 1 };
}

/** Where it answers over HTTPS. */
export function dohAddress({ port, ...plain }: SocketAddress): SocketAddress {
  return { ...plain, hostname: "127.0.0.3", port: port + 2 };
}

/** A forwarder that serves over TLS and HTTPS, too, and asks as it is told. */
export interface SecureForwarder {
  readonly name: string;
  /** How it can ask. */
  readonly asks: readonly Asking[];
  /** Whether it answers over TLS and HTTPS. */
  readonly serves: boolean;
  /** Set up with that. */
  readonly secured: (certificates: Certificates, asking: Asking) => Forwarder;
}

/** Those that can be compared. */
export const SECURE_FORWARDERS: readonly SecureForwarder[] = [
  ...OUR_MODES.filter(({ name }) => !name.endsWith("workers")).map((forwarder) =>
    secure(forwarder, ["udp", "dot", "doh"], ours)
  ),
  secure(peer("unbound"), ["udp", "dot"], unbound),
  secure(peer("dnsdist"), ["udp", "dot", "doh"], dnsdist),
  { name: "stubby", asks: ["dot"], serves: false, secured: stubby },
];

type Rewrite = (line: CommandLine, setup: Setup, certificates: Certificates, asking: Asking) => CommandLine;

function secure(forwarder: Forwarder, asks: readonly Asking[], rewrite: Rewrite): SecureForwarder {
  return {
    name: forwarder.name,
    asks,
    serves: true,
    secured: (certificates, asking) => ({
      ...forwarder,
      commandLine: (setup) => rewrite(forwarder.commandLine(setup), setup, certificates, asking),
    }),
  };
}

function peer(name: string): Forwarder {
  return PEERS.find((forwarder) => forwarder.name === name)!;
}

function ours({ args }: CommandLine, { listen, upstreams }: Setup, files: Certificates, asking: Asking): CommandLine {
  const resolver = (address: SocketAddress) => {
    const where = `${SERVER_NAME}:${address.port}`;
    const how = `ip=${address.hostname}&ca=${files.ca}`;
    if (asking === "udp") return formatSocketAddress(address);
    return asking === "dot" ? `tls://${where}?${how}` : `https://${where}${PATH}?${how}`;
  };
  const flags = args.slice(0, args.indexOf("--resolver"));
  flags.splice(flags.indexOf("--no-prompt") + 1, 0, "--allow-read");
  return {
    args: [
      ...flags,
      ...(files.shown === null ? [] : [
        ...["--listen", `tls://${formatSocketAddress(dotAddress(listen))}`],
        ...["--listen", `https://${formatSocketAddress(dohAddress(listen))}${PATH}`],
        ...["--certificate", files.shown.certificate, "--key", files.shown.key],
        ...["--max-connections", `${CONNECTIONS_MAX}`],
      ]),
      ...upstreams.flatMap((address) => ["--resolver", resolver(address)]),
    ],
  };
}

function unbound({ args, files }: CommandLine, { listen }: Setup, { shown, ca }: Certificates, asking: Asking) {
  const [dot, doh] = [dotAddress(listen), dohAddress(listen)];
  let text = files!["unbound.conf"]!;
  if (asking === "dot") {
    text = text.replaceAll(/(forward-addr: \S+)/g, `$1#${SERVER_NAME}`) + "  forward-tls-upstream: yes\n";
  }
  return {
    args,
    files: {
      "unbound.conf": `${text}
server:
  tls-cert-bundle: "${ca}"
${
        shown === null ? "" : `
  interface: ${dot.hostname}@${dot.port}
  interface: ${doh.hostname}@${doh.port}
  tls-port: ${dot.port}
  https-port: ${doh.port}
  http-endpoint: "${PATH}"
  tls-service-pem: "${shown.certificate}"
  tls-service-key: "${shown.key}"
`
      }
`,
    },
  };
}

function dnsdist({ args, files }: CommandLine, { listen }: Setup, { shown, ca }: Certificates, asking: Asking) {
  const how = asking === "udp" ? "" : `, tls="openssl", subjectName="${SERVER_NAME}", caStore="${ca}"`;
  const text = files!["dnsdist.conf"]!.replaceAll(
    /(, order=\d+)/g,
    `$1${how}${asking === "doh" ? `, dohPath="${PATH}"` : ""}`,
  );
  const tls = shown === null ? "" : `"${shown.certificate}", "${shown.key}"`;
  return {
    args,
    files: {
      "dnsdist.conf": `${text}
${
        shown === null ? "" : `
addTLSLocal("${formatSocketAddress(dotAddress(listen))}", ${tls}, {provider="openssl"})
addDOHLocal("${formatSocketAddress(dohAddress(listen))}", ${tls}, "${PATH}")
`
      }`,
    },
  };
}

function stubby({ ca }: Certificates): Forwarder {
  return {
    name: "stubby",
    executable: "stubby",
    debianPackage: "stubby",
    versionArgs: ["-V"],
    knowsOverTcp: false,
    commandLine: ({ listen, upstreams, folder }) => ({
      args: ["-C", `${folder}/stubby.yml`],
      files: {
        "stubby.yml": `
resolution_type: GETDNS_RESOLUTION_STUB
dns_transport_list: [ GETDNS_TRANSPORT_TLS ]
tls_authentication: GETDNS_AUTHENTICATION_REQUIRED
tls_query_padding_blocksize: 128
edns_client_subnet_private: 1
idle_timeout: 60000
round_robin_upstreams: 0
tls_ca_file: "${ca}"
listen_addresses: [ ${listen.hostname}@${listen.port} ]
upstream_recursive_servers:
${
          upstreams.map(({ hostname, port }) =>
            `  - address_data: ${hostname}\n    tls_port: ${port}\n    tls_auth_name: "${SERVER_NAME}"`
          ).join("\n")
        }
`,
      },
    }),
  };
}
