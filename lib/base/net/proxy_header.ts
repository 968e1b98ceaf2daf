import { formatIp } from "./ip.ts";

/**
 * What a proxy says at the start of a connection: for whom it is. The PROXY protocol, version 2, as HAProxy describes it
 * (https://www.haproxy.org/download/1.8/doc/proxy-protocol.txt §2.2).
 */

/** How a header begins: twelve octets that nothing else begins with, what it is, and how long the rest is. */
export const PROXY_START_OCTETS = 16;

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];

/** Version 2, and that the proxy speaks for itself (it looks whether we are there) or for somebody else. */
const LOCAL = 0x20;
const PROXY = 0x21;

/** What is spoken behind it: nothing that it knows, or TCP over IPv4 or IPv6. */
const UNSPECIFIED = 0x00;
const FAMILIES = new Map([[0x11, 4], [0x21, 16]]);

/** Addresses take 36 octets at most; what a proxy may tell besides, of certificates say, is skipped. */
const REST_OCTETS_MAX = 4096;

/** What is no header. */
export class ProxyHeaderError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "ProxyHeaderError";
}

/**
 * How many octets follow the first `PROXY_START_OCTETS`.
 *
 * @throws {ProxyHeaderError} when it is no header that can be understood.
 */
export function proxyHeaderRest(start: Uint8Array): number {
  if (SIGNATURE.some((octet, i) => start[i] !== octet)) throw new ProxyHeaderError("No header of a proxy");
  const [command, family] = start.subarray(12);
  const length = (start[14]! << 8) | start[15]!;
  const isKnown = command === LOCAL || (command === PROXY && (family === UNSPECIFIED || FAMILIES.has(family!)));
  if (!isKnown) throw new ProxyHeaderError(`A header for something else: ${command}, ${family}`);
  const octetCount = command === LOCAL ? 0 : 2 * (FAMILIES.get(family!) ?? -2) + 4;
  if (length < octetCount || length > REST_OCTETS_MAX) throw new ProxyHeaderError(`A header with ${length} octets`);
  return length;
}

/** For whom the connection is: address and port; `null` for the proxy itself. `start` is one that `proxyHeaderRest` has taken. */
export function proxiedClient(start: Uint8Array, rest: Uint8Array): { hostname: string; port: number } | null {
  const octetCount = FAMILIES.get(start[13]!);
  if (start[12] === LOCAL || octetCount === undefined) return null;
  const portAt = 2 * octetCount;
  return { hostname: formatIp(rest.subarray(0, octetCount)), port: (rest[portAt]! << 8) | rest[portAt + 1]! };
}
