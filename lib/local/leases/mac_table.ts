import { type ReverseIndex, reverseIndex } from "../reverse_index.ts";

/** No MAC address. */
export const NO_MAC: number = -1;

/** What a table is made from; arrays of numbers by entry. */
export interface MacTableOptions {
  /** An IPv4 address as a number, or the number of an IPv6 address. */
  readonly words: Uint32Array;
  /** 4 or 6; what is neither is left out. */
  readonly families: Uint8Array;
  /** The octets of IPv6 addresses, by number. */
  readonly ipv6: Uint8Array;
  /** 48 bits, or `NO_MAC`. */
  readonly macs: Float64Array;
  /** Seconds since 1970 after which it does not hold; 0 for never. */
  readonly ends: Float64Array;
}

/** MAC addresses by IP address, in typed arrays: there may be very many. */
export class MacTable {
  readonly #index: ReverseIndex;
  readonly #macs: Float64Array;
  readonly #ends: Float64Array;

  /** See {@linkcode MacTableOptions}. */
  constructor({ words, families, ipv6, macs, ends }: MacTableOptions) {
    this.#index = reverseIndex(words, families, ipv6);
    this.#macs = macs;
    this.#ends = ends;
  }

  /** `aa:bb:cc:dd:ee:ff`, for an address of 4 or 16 octets; `null` if it is not known, or not any more. */
  find(address: Uint8Array, nowSeconds: number): string | null {
    const [entry] = this.#index.find(address);
    if (entry === undefined) return null;
    const end = this.#ends[entry]!;
    if (end !== 0 && end <= nowSeconds) return null;
    return macToText(this.#macs[entry]!);
  }
}

/** The number of `aa:bb:cc:dd:ee:ff`. */
export function macToNumber(mac: string): number {
  return parseInt(mac.replaceAll(":", ""), 16);
}

function macToText(mac: number): string {
  return mac.toString(16).padStart(12, "0").replaceAll(/..(?!$)/g, "$&:");
}
