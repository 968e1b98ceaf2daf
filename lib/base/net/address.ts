import { formatIp, parseIp } from "./ip.ts";
import { isLinkLocal, isZone, splitZone } from "./zone.ts";

/**
 * An IP address and a port. `hostname` is always an IP literal in canonical text, so that two addresses are the same
 * exactly when their texts are. The field names are those of Deno's sockets: what `receive` gives goes into `send`
 * without being copied.
 */
export interface SocketAddress {
  /** What runs over IP. */
  readonly transport: "udp" | "tcp";
  /** Canonical IPv4 or IPv6 text (RFC 5952), without brackets; a link-local address with its zone, where it is known. */
  readonly hostname: string;
  /** 0–65535; 0 only where the kernel is asked to choose. */
  readonly port: number;
}

/** Where a datagram has come from. */
export interface Peer extends SocketAddress {
  /** The address of this machine that it was sent to, canonical text; `null`, or nothing, where nobody knows. */
  readonly asked?: string | null;
}

/** Text that is no `<ip>:<port>`. The message says what is wrong, without naming where the text came from. */
export class AddressFormatError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "AddressFormatError";
}

/**
 * Reads `192.0.2.1`, `192.0.2.1:53`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:53` or `[fe80::1%eth0]:53`.
 *
 * @param defaultPort The port when the text names none.
 * @param portMin 0 where the kernel may be asked to choose the port.
 * @throws {AddressFormatError} when the address or the port (`portMin`–65535) is not readable.
 */
export function parseSocketAddress(text: string, defaultPort: number, portMin: 0 | 1 = 1): SocketAddress {
  const scheme = /^[a-z0-9]+:\/\//.exec(text);
  if (scheme !== null) throw new AddressFormatError(`must be an address alone, without ${scheme[0]}`);
  const { ip, port } = splitPort(text);
  const { address, zone } = splitZone(ip);
  const octets = parseIp(address);
  if (octets === null) {
    throw new AddressFormatError(
      /[a-zA-Z]/.test(ip) && !ip.includes(":")
        ? "an IP address is needed, not a name"
        : "must be an IPv4 address or an IPv6 address in brackets, with an optional :port",
    );
  }
  const hostname = withZone(formatIp(octets), zone);
  return { transport: "udp", hostname, port: port === null ? defaultPort : parsePort(port, portMin) };
}

/** `192.0.2.1:53` or `[2001:db8::1]:53`. */
export function formatSocketAddress({ hostname, port }: SocketAddress): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** Whether both are the same address and port. The transport is not compared. */
export function isSameAddress(a: SocketAddress, b: SocketAddress): boolean {
  return a.port === b.port && a.hostname === b.hostname;
}

/** Whether the address is `0.0.0.0` or `::`, which stand for any of this machine. */
export function isUnspecified(address: SocketAddress): boolean {
  return address.hostname === "0.0.0.0" || address.hostname === "::";
}

/** Whether the address is of IPv6. */
export function isIpv6(address: SocketAddress): boolean {
  return address.hostname.includes(":");
}

/**
 * Where a socket is bound to that talks to `address`: `0.0.0.0` or `::`, any address of this machine; for a link-local
 * one `::%eth0`, any address on that link.
 */
export function anyAddressFor(address: SocketAddress): string {
  const { zone } = splitZone(address.hostname);
  return zone !== null ? `::%${zone}` : isIpv6(address) ? "::" : "0.0.0.0";
}

/** RFC 4007 §6: only with a zone does a link-local address name one interface; others are the same in all zones. */
function withZone(hostname: string, zone: string | null): string {
  if (!isLinkLocal(hostname)) {
    if (zone === null) return hostname;
    throw new AddressFormatError(`only link-local addresses, fe80::/10, have a zone (%${zone})`);
  }
  if (zone === null) throw new AddressFormatError(`a link-local address needs its link, such as [${hostname}%eth0]`);
  if (!isZone(zone)) throw new AddressFormatError("the zone behind % must be the name or the number of an interface");
  return `${hostname}%${zone}`;
}

function splitPort(text: string): { ip: string; port: string | null } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed !== null) return { ip: bracketed[1]!, port: bracketed[2] ?? null };
  const colon = text.indexOf(":");
  // More than one colon and no brackets: an IPv6 address, all of it. Reading its last group as a port would guess.
  if (colon === -1 || text.includes(":", colon + 1)) return { ip: text, port: null };
  return { ip: text.slice(0, colon), port: text.slice(colon + 1) };
}

function parsePort(text: string, min: 0 | 1): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port >= min && port <= 65535)) throw new AddressFormatError(`port must be ${min}–65535`);
  return port;
}
