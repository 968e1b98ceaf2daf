import type { Cidr } from "../base/net/cidr.ts";
import { foldCase, type Name, nameFromText } from "../wire/name.ts";

/** The domain in which IPv4 addresses have names (RFC 1035 §3.5). */
export const IN_ADDR_ARPA: Name = nameFromText("in-addr.arpa");
/** The one of IPv6 addresses (RFC 3596 §2.5). */
export const IP6_ARPA: Name = nameFromText("ip6.arpa");

/** Labels of a name, octets of an address. */
const IPV4_OCTETS = 4;
const IPV6_OCTETS = 16;

/** The address of 4 or 16 octets whose name in reverse it is; `null` for any other name. */
export function addressOfReverse(name: Name): Uint8Array<ArrayBuffer> | null {
  const network = networkOfReverse(name);
  return network !== null && network.prefixBits === 8 * network.octets.length ? network.octets : null;
}

/** The addresses whose names in reverse are at or below the name, which is below one of the two domains; `null` for none. */
export function networkOfReverse(name: Name): Cidr | null {
  if (endsWith(name, IP6_ARPA)) return ipv6Of(name);
  return endsWith(name, IN_ADDR_ARPA) ? ipv4Of(name) : null;
}

/** The name in reverse of an address of 4 or 16 octets (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reverseName(address: Uint8Array<ArrayBuffer>): Name {
  if (address.length === IPV6_OCTETS) return reverseZone({ octets: address, prefixBits: 8 * IPV6_OCTETS });
  return nameFromText(`${[...address].reverse().join(".")}.in-addr.arpa`);
}

/** The domain in which the addresses of a network of IPv6 have names in reverse; its prefix is of whole digits. */
export function reverseZone({ octets, prefixBits }: Cidr): Name {
  const digits = octets.toHex().slice(0, prefixBits / 4);
  return nameFromText(`${Array.from(digits).reverse().join(".")}.ip6.arpa`);
}

function endsWith(name: Name, domain: Name): boolean {
  if (name.length <= domain.length) return false;
  const end = foldCase(name.subarray(name.length - domain.length));
  return domain.every((octet, i) => octet === end[i]);
}

function ipv4Of(name: Name): Cidr | null {
  const octets = new Uint8Array(IPV4_OCTETS);
  let count = 0;
  for (let at = 0; name.length - at > IN_ADDR_ARPA.length; at += 1 + name[at]!) {
    const text = String.fromCharCode(...name.subarray(at + 1, at + 1 + name[at]!));
    // The name that software makes of an address: no leading zeros.
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(text) || Number(text) > 255) return null;
    // Each further label is one to the right of those in front of it.
    octets.copyWithin(1, 0);
    octets[0] = Number(text);
    if (++count > IPV4_OCTETS) return null;
  }
  return { octets, prefixBits: 8 * count };
}

/** Each label is a digit. */
function ipv6Of(name: Name): Cidr | null {
  const count = (name.length - IP6_ARPA.length) / 2;
  if (!Number.isInteger(count) || count > 2 * IPV6_OCTETS) return null;
  const octets = new Uint8Array(IPV6_OCTETS);
  for (let i = 0; i < count; i++) {
    const at = 2 * (count - 1 - i);
    const digit = name[at] === 1 ? parseInt(String.fromCharCode(name[at + 1]!), 16) : NaN;
    if (Number.isNaN(digit)) return null;
    octets[i >> 1]! |= (i & 1) === 0 ? digit << 4 : digit;
  }
  return { octets, prefixBits: 4 * count };
}

/**
 * Whether an address of 4 or 16 octets may have a name: not those of `localhost` (RFC 6761 §6.3), and not 0.0.0.0 and `::`, which
 * lists of unwanted names have in each line.
 */
export function mayHaveName(address: Uint8Array): boolean {
  if (address.length === 4) return address[0] !== 0 && !(address[0] === 127 && isOne(address, 1));
  return address.some((octet) => octet !== 0) && !isOne(address, 0);
}

function isOne(address: Uint8Array, start: number): boolean {
  const last = address.length - 1;
  return address[last] === 1 && address.subarray(start, last).every((octet) => octet === 0);
}
