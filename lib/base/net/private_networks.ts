/**
 * Whether the IPv4 address at `octets[at … at + 4)` means a machine in a network of its own rather than one of the Internet: RFC 1918,
 * RFC 6598, link-local (RFC 3927), the loopback, and "this host" (RFC 1122 §3.2.1.3), which many systems take for the loopback.
 */
export function isPrivateIpv4(octets: Uint8Array, at: number): boolean {
  // hot path
  const second = octets[at + 1]!;
  switch (octets[at]) {
    case 0:
    case 10:
    case 127:
      return true;
    case 100:
      return (second & 0xc0) === 64;
    case 169:
      return second === 254;
    case 172:
      return (second & 0xf0) === 16;
    case 192:
      return second === 168;
    default:
      return false;
  }
}

/**
 * The same of the IPv6 address at `octets[at … at + 16)`: unique local (RFC 4193), link-local (RFC 4291 §2.5.6), site-local (RFC 3879), the
 * loopback and the unspecified address (RFC 4291 §2.5.2, §2.5.3), and what a private IPv4 address looks like in it: mapped or compatible (RFC 4291
 * §2.5.5), translated (RFC 6052 §2.1) or by way of 6to4 (RFC 3056).
 */
export function isPrivateIpv6(octets: Uint8Array, at: number): boolean {
  // hot path
  const first = (octets[at]! << 8) | octets[at + 1]!;
  if ((first & 0xfe00) === 0xfc00) return true;
  // fe80::/10 and fec0::/10.
  if ((first & 0xff80) === 0xfe80) return true;
  if (first === 0x2002) return isPrivateIpv4(octets, at + 2);
  if (first === 0x0064 && octets[at + 2] === 0xff && octets[at + 3] === 0x9b) {
    return areZero(octets, at + 4, at + 12) && isPrivateIpv4(octets, at + 12);
  }
  if (!areZero(octets, at, at + 10)) return false;
  const before = (octets[at + 10]! << 8) | octets[at + 11]!;
  // ::, ::1 and compatible addresses of 0.0.0.0/8 have all of that in common.
  return (before === 0 || before === 0xffff) && isPrivateIpv4(octets, at + 12);
}

function areZero(octets: Uint8Array, from: number, to: number): boolean {
  // hot path
  for (let i = from; i < to; i++) if (octets[i] !== 0) return false;
  return true;
}
