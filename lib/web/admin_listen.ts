import {
  AddressFormatError,
  formatSocketAddress,
  isUnspecified,
  parseSocketAddress,
  type SocketAddress,
} from "../base/net/address.ts";

/** The port of the page unless told otherwise. */
export const ADMIN_PORT = 8053;

/** This machine, whatever it is called elsewhere (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). */
const LOOPBACK = /^(?:127\.|::1$)/;

/** Where the page and its API are served. */
export interface AdminListen {
  /** What is bound. */
  readonly address: SocketAddress;
  /** Whether TLS is spoken there. */
  readonly isSecure: boolean;
}

/**
 * Reads `127.0.0.1:8053` or `https://192.0.2.1:8053`.
 *
 * @throws {AddressFormatError} for anything else.
 */
export function parseAdminListen(text: string): AdminListen {
  const isSecure = text.startsWith("https://");
  const rest = isSecure ? text.slice("https://".length) : text;
  if (!/^[a-z]+:/.test(rest) && rest.includes("/")) {
    throw new AddressFormatError("must be an address, with https:// in front of it and no path");
  }
  return { address: parseSocketAddress(rest, ADMIN_PORT, 0), isSecure };
}

/** As `parseAdminListen` reads it. */
export function adminListenText({ address, isSecure }: AdminListen): string {
  return `${isSecure ? "https://" : ""}${formatSocketAddress(address)}`;
}

/** Whether others than this machine can connect, and read what is not encrypted. */
export function isExposed({ address, isSecure }: AdminListen): boolean {
  return !isSecure && (isUnspecified(address) || !LOOPBACK.test(address.hostname));
}
