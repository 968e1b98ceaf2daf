import { formatSocketAddress, type SocketAddress } from "../base/net/address.ts";
import { splitZone } from "../base/net/zone.ts";

/** What DNS is spoken over: UDP (RFC 1035 §4.2.1), TCP (RFC 7766), TLS (RFC 7858), HTTPS (RFC 8484) and QUIC (RFC 9250). */
export const PROTOCOLS = ["udp", "tcp", "tls", "https", "quic"] as const;

/** See `PROTOCOLS`. */
export type Protocol = typeof PROTOCOLS[number];

/** Those of `PROTOCOLS` that are encrypted, to a server that proves who it is. */
export const SECURE_PROTOCOLS = ["tls", "https", "quic"] as const satisfies readonly Protocol[];

/** Where and how a server is asked. Plain data: it may stand in JSON. */
export type Endpoint = PlainEndpoint | SecureEndpoint;

/** A server that is asked in the clear. */
export interface PlainEndpoint {
  /** What it is asked over. */
  readonly protocol: "udp" | "tcp";
  /** Canonical IPv4 or IPv6 text (RFC 5952), without brackets and without a zone. */
  readonly address: string;
  /** 1–65535. */
  readonly port: number;
  /** The link of a link-local address (RFC 4007); `null` for others. */
  readonly zone: string | null;
  /** Whether it is asked how else it can be asked (RFC 9462); only then is this here. */
  readonly isDiscovered?: true;
}

/** A server that is asked over an encrypted transport. */
export interface SecureEndpoint {
  /** What it is asked over. */
  readonly protocol: typeof SECURE_PROTOCOLS[number];
  /** The name in its certificate, which it is told as well (SNI), in lower case; `null` where the address itself is in there. */
  readonly name: string | null;
  /** Where it is, as far as the operator has said so: canonical text, with its zone if it has one. */
  readonly addresses: readonly string[];
  /** Servers that are asked in the clear where `name` is, `192.0.2.1:53`. */
  readonly bootstrap: readonly string[];
  /** 1–65535. */
  readonly port: number;
  /** What is asked for over HTTPS, such as `/dns-query`; `null` elsewhere. */
  readonly path: string | null;
  /** SHA-256 of public keys (SPKI) in base64, one of which must be in its certificates (RFC 7858 §4.2); empty if that does not matter. */
  readonly pins: readonly string[];
  /** The same of what is signed in certificates, the first of them left out: DNS stamps have these. */
  readonly stampHashes: readonly string[];
  /** The file with the only authorities that are believed; `none` where pins alone count; `null` for those that the program comes with. */
  readonly ca: string | null;
  /** Whether it has to prove who it is; `none` only where the operator has said so. */
  readonly auth: "name" | "none";
  /**
   * The plain server that has said that this one is its own (RFC 9462), by its address: that, and not `name`, is what its
   * certificate must be for. Only then is this here.
   */
  readonly designatedBy?: string;
}

/** Whether a server is asked over an encrypted transport. */
export function isSecure(endpoint: Endpoint): endpoint is SecureEndpoint {
  return endpoint.protocol !== "udp" && endpoint.protocol !== "tcp";
}

/** Whether a server is asked over an encrypted transport, and anybody on the way may be it. */
export function isUnauthenticated(endpoint: Endpoint): boolean {
  return isSecure(endpoint) && endpoint.auth === "none";
}

/** The same, with who is asked where it is if nothing is said of that. */
export function withBootstrap(endpoint: Endpoint, bootstrap: readonly string[]): Endpoint {
  return isLost(endpoint) && bootstrap.length > 0 ? { ...endpoint, bootstrap } : endpoint;
}

/** Whether nobody has said where a server is, nor who knows. */
export function isLost(endpoint: Endpoint): endpoint is SecureEndpoint {
  return isSecure(endpoint) && endpoint.addresses.length === 0 && endpoint.bootstrap.length === 0;
}

/** The endpoint at an address, over UDP or TCP. */
export function endpointAt({ transport, hostname, port }: SocketAddress): PlainEndpoint {
  const { address, zone } = splitZone(hostname);
  return { protocol: transport, address, port, zone };
}

/** Where packets to a server go that is asked in the clear. */
export function socketAddressOf({ protocol, address, port, zone }: PlainEndpoint): SocketAddress {
  return { transport: protocol, hostname: zone === null ? address : `${address}%${zone}`, port };
}

/** Where packets to an endpoint go, as far as it says so itself. */
export function socketAddressesOf(endpoint: Endpoint): readonly SocketAddress[] {
  if (!isSecure(endpoint)) return [socketAddressOf(endpoint)];
  const { protocol, addresses, port } = endpoint;
  // QUIC runs over UDP (RFC 9000).
  return addresses.map((hostname) => ({ transport: protocol === "quic" ? "udp" : "tcp", hostname, port }));
}

/**
 * An endpoint's canonical text: `192.0.2.1:53`, `tcp://[fe80::1%eth0]:53`, `https://dns.example:443/dns-query?ip=192.0.2.1`. It is
 * the name of the upstream there, `parseEndpoint` reads it, and two endpoints are the same exactly when their texts are.
 */
export function endpointText(endpoint: Endpoint): string {
  if (isSecure(endpoint)) return secureText(endpoint);
  const scheme = endpoint.protocol === "udp" ? "" : `${endpoint.protocol}://`;
  const parameters = endpoint.isDiscovered ? "?ddr" : "";
  return `${scheme}${formatSocketAddress(socketAddressOf(endpoint))}${parameters}`;
}

/** What an encrypted server is called where its parameters concern nobody, clients say: `tls://dns.example:853`. */
export function serverText({ protocol, name, addresses, port, path }: SecureEndpoint): string {
  const hostname = name ?? addresses[0]!;
  return `${protocol}://${formatSocketAddress({ transport: "tcp", hostname, port })}${path ?? ""}`;
}

function secureText(endpoint: SecureEndpoint): string {
  const { name, addresses, bootstrap, pins, stampHashes, ca, auth, designatedBy } = endpoint;
  const parameters = [
    ...(name === null ? addresses.slice(1) : addresses).map((ip) => `ip=${ip}`),
    ...bootstrap.map((server) => `bootstrap=${server}`),
    ...pins.map((pin) => `pin-sha256=${pin}`),
    ...stampHashes.map((hash) => `tbs-sha256=${hash}`),
    ...ca === null ? [] : [`ca=${inParameter(ca)}`],
    ...auth === "none" ? ["auth=none"] : [],
    ...designatedBy === undefined ? [] : [`designated-by=${designatedBy}`],
  ];
  return `${serverText(endpoint)}${parameters.length === 0 ? "" : `?${parameters.join("&")}`}`;
}

/** What would end a parameter, or a flag's value, is written as its code. */
function inParameter(text: string): string {
  return text.replace(/[%&#,?\s]/g, encodeURIComponent);
}
