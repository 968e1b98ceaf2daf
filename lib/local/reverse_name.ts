import { foldCase, type Name, nameFromText } from "../wire/name.ts";

/** The domain in which IPv4 addresses have names (RFC 1035 §3.5). */
export const IN_ADDR_ARPA: Name = nameFromText("in-addr.arpa");
/** The one of IPv6 addresses (RFC 3596 §2.5). */
export const IP6_ARPA: Name = nameFromText("ip6.arpa");

/** Labels of a name, octets of an address. */
const IPV4_OCTETS = 4;
const IPV6_OCTETS = 16;
/** Octets of the name of an IPv6 address: each label is a digit. */
const IPV6_NAME_OCTETS = 2 * 2 * IPV6_OCTETS + IP6_ARPA.length;

/** The address of 4 or 16 octets whose name in reverse it is; `null` for any other name. */
export function addressOfReverse(name: Name): Uint8Array<ArrayBuffer> | null {
  if (endsWith(name, IP6_ARPA)) return name.length === IPV6_NAME_OCTETS ? ipv6Of(name) : null;
  return endsWith(name, IN_ADDR_ARPA) ? ipv4Of(name) : null;
}

function endsWith(name: Name, domain: Name): boolean {
  if (name.length <= domain.length) return false;
  const end = foldCase(name.subarray(name.length - domain.length));
  return domain.every((octet, i) => octet === end[i]);
}

function ipv4Of(name: Name): Uint8Array<ArrayBuffer> | null {
  const address = new Uint8Array(IPV4_OCTETS);
  let at = 0;
  for (let i = IPV4_OCTETS - 1; i >= 0; i--) {
    const length = name[at]!;
    const text = String.fromCharCode(...name.subarray(at + 1, at + 1 + length));
    // The name that software makes of an address: no leading zeros.
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(text) || Number(text) > 255) return null;
    address[i] = Number(text);
    at += 1 + length;
  }
  return name.length - at === IN_ADDR_ARPA.length ? address : null;
}

function ipv6Of(name: Name): Uint8Array<ArrayBuffer> | null {
  const address = new Uint8Array(IPV6_OCTETS);
  for (let i = 0; i < 2 * IPV6_OCTETS; i++) {
    const digit = name[2 * i] === 1 ? parseInt(String.fromCharCode(name[2 * i + 1]!), 16) : NaN;
    if (Number.isNaN(digit)) return null;
    address[IPV6_OCTETS - 1 - (i >> 1)]! |= (i & 1) === 0 ? digit : digit << 4;
  }
  return address;
}
