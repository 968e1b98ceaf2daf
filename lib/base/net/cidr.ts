import { formatIp, parseIp } from "./ip.ts";

/** A network: all addresses of one family that begin with the same bits. */
export interface Cidr {
  /** The network's first address, 4 or 16 octets. */
  readonly octets: Uint8Array<ArrayBuffer>;
  /** Bits that its addresses share, 0–32 or 0–128. */
  readonly prefixBits: number;
}

/** Text that is no network. The message says what is wrong, without naming where the text came from. */
export class CidrFormatError extends Error {
  /** Shown in front of the message. */
  override readonly name = "CidrFormatError";
}

/** ::ffff:0:0/96 holds the IPv4 addresses, as sockets of both families show them (RFC 4291 §2.5.5.2). */
const MAPPED_BITS = 96;

/**
 * Reads `192.0.2.0/24` or `2001:db8::/32`; an address alone is a network of its own. IPv4 written as IPv6
 * (`::ffff:192.0.2.0/120`) is the IPv4 network.
 *
 * @throws {CidrFormatError} when the address or the prefix is not readable, or bits are set behind the prefix.
 */
export function parseCidr(text: string): Cidr {
  const [ip, prefix, ...rest] = text.split("/");
  const octets = parseIp(ip!);
  if (octets === null || rest.length > 0) {
    throw new CidrFormatError("must be a network such as 192.0.2.0/24 or 2001:db8::/32, or an address");
  }
  const bits = 8 * octets.length;
  const prefixBits = prefix === undefined ? bits : /^[0-9]{1,3}$/.test(prefix) ? Number(prefix) : NaN;
  if (!(prefixBits <= bits)) throw new CidrFormatError(`prefix must be 0–${bits}`);
  const cidr = { octets: octets.map((octet, i) => octet & maskAt(i, prefixBits)), prefixBits };
  // Either the address or the prefix was meant otherwise, and both guesses could let the wrong ones in.
  if (octets.some((octet, i) => octet !== cidr.octets[i])) {
    throw new CidrFormatError(`bits are set behind the prefix, the network is ${formatCidr(cidr)}`);
  }
  const isMapped = prefixBits >= MAPPED_BITS && unmappedIp(octets) !== octets;
  return isMapped ? { octets: unmappedIp(octets), prefixBits: prefixBits - MAPPED_BITS } : cidr;
}

/** `192.0.2.0/24` */
export function formatCidr({ octets, prefixBits }: Cidr): string {
  return `${formatIp(octets)}/${prefixBits}`;
}

/** Whether the address of 4 or 16 octets is one of the network. Addresses of the other family never are. */
export function isInCidr(address: Uint8Array, { octets, prefixBits }: Cidr): boolean {
  return address.length === octets.length &&
    octets.every((octet, i) => (address[i]! & maskAt(i, prefixBits)) === octet);
}

/** The four octets of an IPv4 address that comes as IPv6 (::ffff:192.0.2.1); other addresses as they are. */
export function unmappedIp(octets: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const isMapped = octets.length === 16 && octets[10] === 0xff && octets[11] === 0xff &&
    octets.subarray(0, 10).every((octet) => octet === 0);
  return isMapped ? octets.subarray(12) : octets;
}

/** The bits of octet `i` that lie before the prefix's end. */
function maskAt(i: number, prefixBits: number): number {
  const bits = Math.min(8, Math.max(0, prefixBits - 8 * i));
  return (0xff00 >> bits) & 0xff;
}
