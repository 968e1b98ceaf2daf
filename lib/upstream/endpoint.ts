import {
  AddressFormatError,
  formatSocketAddress,
  parseSocketAddress,
  type SocketAddress,
} from "../base/net/address.ts";
import { splitZone } from "../base/net/zone.ts";

/** What DNS is spoken over: UDP (RFC 1035 §4.2.1), TCP (RFC 7766), TLS (RFC 7858), HTTPS (RFC 8484) and QUIC (RFC 9250). */
export const PROTOCOLS = ["udp", "tcp", "tls", "https", "quic"] as const;

/** See `PROTOCOLS`. */
export type Protocol = typeof PROTOCOLS[number];

/** What an operator may write before `://`: what there is a transport for. UDP is what is meant without. */
const SCHEMES: readonly Protocol[] = ["tcp"];

/** Where and how a server is asked. Plain data: it may stand in JSON. */
export interface Endpoint {
  /** What it is asked over. */
  readonly protocol: Protocol;
  /** Canonical IPv4 or IPv6 text (RFC 5952), without brackets and without a zone. */
  readonly address: string;
  /** 1–65535. */
  readonly port: number;
  /** The link of a link-local address (RFC 4007); `null` for others. */
  readonly zone: string | null;
  /** The name that its certificate must be for, in lower case; `null` for the address itself, or where there is none. */
  readonly tlsName: string | null;
  /** What is asked for over HTTPS, such as `/dns-query`; `null` elsewhere. */
  readonly path: string | null;
}

/**
 * Reads what is written after `--resolver`: an address as `parseSocketAddress` has it, which is asked over UDP, and over TCP
 * alone behind `tcp://`.
 *
 * @param defaultPort The port when the text names none.
 * @throws {AddressFormatError} when the address or the port is not readable, or nobody can be asked over what stands before it.
 */
export function parseEndpoint(text: string, defaultPort: number): Endpoint {
  const protocol = SCHEMES.find((scheme) => text.startsWith(`${scheme}://`));
  const unknown = protocol === undefined ? /^([a-z0-9]+):\/\//.exec(text)?.[1] : undefined;
  if (unknown !== undefined) {
    const known = SCHEMES.map((scheme) => `${scheme}://`).join(" or ");
    throw new AddressFormatError(
      `must be an address, asked over UDP, or ${known} and an address; there is no ${unknown}://`,
    );
  }
  const address = text.slice(protocol === undefined ? 0 : protocol.length + "://".length);
  return { ...endpointAt(parseSocketAddress(address, defaultPort)), protocol: protocol ?? "udp" };
}

/** The endpoint at an address, over UDP or TCP. */
export function endpointAt({ transport, hostname, port }: SocketAddress): Endpoint {
  const { address, zone } = splitZone(hostname);
  return { protocol: transport, address, port, zone, tlsName: null, path: null };
}

/**
 * An endpoint's canonical text: `192.0.2.1:53`, `tcp://[fe80::1%eth0]:53`, `https://dns.example:443/dns-query?ip=192.0.2.1`. It is
 * the name of the upstream there, and two endpoints are the same exactly when their texts are.
 */
export function endpointText(endpoint: Endpoint): string {
  const { protocol, port, tlsName, path } = endpoint;
  const address = socketAddressOf(endpoint);
  const scheme = protocol === "udp" ? "" : `${protocol}://`;
  if (tlsName === null) return `${scheme}${formatSocketAddress(address)}${path ?? ""}`;
  return `${scheme}${tlsName}:${port}${path ?? ""}?ip=${address.hostname}`;
}

/** Where packets to an endpoint go. */
export function socketAddressOf({ protocol, address, port, zone }: Endpoint): SocketAddress {
  // QUIC runs over UDP (RFC 9000).
  const transport = protocol === "udp" || protocol === "quic" ? "udp" : "tcp";
  return { transport, hostname: zone === null ? address : `${address}%${zone}`, port };
}
