import { type Cidr, parseCidr } from "./cidr.ts";
import { isPrivateIpv4 } from "./private_networks.ts";

/** Lengths that a prefix may have (RFC 6052 §2.2). */
export const NAT64_PREFIX_BITS: readonly number[] = [32, 40, 48, 56, 64, 96];
/** RFC 6052 §2.1. */
const WELL_KNOWN: Cidr = parseCidr("64:ff9b::/96");
/** Bits 64 to 71, which are zero whatever the prefix (RFC 6052 §2.2). */
const ZERO_OCTET = 8;
const IPV4_OCTETS = 4;
const IPV6_OCTETS = 16;

/** IPv4 addresses within IPv6 addresses, which a translator takes out again (RFC 6052, NAT64). */
export class Nat64Prefix {
  readonly #prefix: Uint8Array;
  readonly #octets: number;
  readonly #isWellKnown: boolean;

  /** A network of IPv6 whose prefix has one of `NAT64_PREFIX_BITS`. */
  constructor({ octets, prefixBits }: Cidr) {
    this.#prefix = octets;
    this.#octets = prefixBits >> 3;
    this.#isWellKnown = prefixBits === WELL_KNOWN.prefixBits &&
      octets.every((octet, i) => octet === WELL_KNOWN.octets[i]);
  }

  /**
   * The IPv6 address for the IPv4 address at `octets[at … at + 4)`.
   *
   * @returns `null` for a private address under the well-known prefix: it may not stand there (RFC 6052 §3.1).
   */
  embed(octets: Uint8Array, at: number): Uint8Array<ArrayBuffer> | null {
    if (this.#isWellKnown && isPrivateIpv4(octets, at)) return null;
    const address = new Uint8Array(IPV6_OCTETS);
    address.set(this.#prefix.subarray(0, this.#octets));
    for (let i = 0, to = this.#octets; i < IPV4_OCTETS; i++, to++) {
      if (to === ZERO_OCTET) to++;
      address[to] = octets[at + i]!;
    }
    return address;
  }

  /** The IPv4 address that is in an IPv6 address; `null` if there is none. */
  extract(address: Uint8Array): Uint8Array<ArrayBuffer> | null {
    const ipv4 = new Uint8Array(IPV4_OCTETS);
    for (let i = 0, from = this.#octets; i < IPV4_OCTETS; i++, from++) {
      if (from === ZERO_OCTET) from++;
      ipv4[i] = address[from]!;
    }
    // What is not what it would have been made to is none: other bits are zero.
    const again = this.embed(ipv4, 0);
    return again !== null && again.every((octet, i) => octet === address[i]) ? ipv4 : null;
  }
}
