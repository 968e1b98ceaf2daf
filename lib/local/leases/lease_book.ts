import type { QuestionHash } from "../../names/question_hash.ts";
import { type Name, nameFromText } from "../../wire/name.ts";
import { AddressSource } from "../address_source.ts";
import { joined } from "../name_parts.ts";
import { type ReverseIndex, reverseIndex } from "../reverse_index.ts";
import type { Lease, LeaseSink } from "./lease.ts";
import { leaseLabel } from "./lease_name.ts";

/** What a book is made from. */
export interface LeaseBookOptions {
  /** Makes the keys of names. */
  readonly hash: Pick<QuestionHash, "absorb">;
  /** The domain of the names; `null` for none. */
  readonly domain: Name | null;
  /** Whether the names are known without their domain as well: it is another than the local domain. */
  readonly isOtherDomain: boolean;
  /** What it is made of: `lease file /var/lib/misc/dnsmasq.leases`. */
  readonly title: string;
  /** TTL, unless the lease ends before. */
  readonly ttlSeconds: number;
}

/** The leases of a file, in the order in which they came: the last one of an address counts, the newer one of a name. */
export class LeaseBook implements LeaseSink {
  readonly #options: LeaseBookOptions;
  readonly #byAddress = new Map<string, Lease>();
  readonly #onBad: (lineNumber: number) => void;

  /** See {@linkcode LeaseBookOptions}; `onBad` is told of lines that say nothing that can be used. */
  constructor(options: LeaseBookOptions, onBad: (lineNumber: number) => void) {
    this.#options = options;
    this.#onBad = onBad;
  }

  /** See `LeaseSink`. */
  lease(lease: Lease): void {
    const key = String.fromCharCode(...lease.address);
    // Anew, so that the order is that of the last words.
    this.#byAddress.delete(key);
    if (lease.isActive) this.#byAddress.set(key, lease);
  }

  /** See `LeaseSink`. */
  bad(lineNumber: number): void {
    this.#onBad(lineNumber);
  }

  /** Addresses that are given to somebody. */
  get count(): number {
    return this.#byAddress.size;
  }

  /** The names of the clients. */
  source(): AddressSource {
    const { hash, domain, isOtherDomain, ttlSeconds, title } = this.#options;
    const source = new AddressSource({ hash, domain: null, ttlSeconds, title });
    for (const [label, { address, endSeconds }] of this.#named()) {
      const single = nameFromText(label);
      const name = domain === null ? single : joined(single, domain);
      source.add(name, 0, name.length, address, true, endSeconds);
      if (domain !== null && isOtherDomain) source.add(single, 0, single.length, address, false, endSeconds);
    }
    source.finish();
    return source;
  }

  /** The hardware of the clients. */
  macs(): MacTable {
    return new MacTable([...this.#byAddress.values()]);
  }

  /** Each name with the lease that has it. A client may have an address of each family, so these do not compete. */
  #named(): [label: string, lease: Lease][] {
    const byName = new Map<string, [string, Lease]>();
    for (const lease of this.#byAddress.values()) {
      const label = lease.hostname === null ? null : leaseLabel(lease.hostname);
      if (label === null) continue;
      const key = `${label} ${familyKey(lease)}`;
      const other = byName.get(key)?.[1];
      if (other === undefined || lease.newness >= other.newness) byName.set(key, [label, lease]);
    }
    return [...byName.values()];
  }
}

/** An IPv6 client has several addresses at the same time; which are one client's is told by nothing but their prefix. */
function familyKey({ address }: Lease): string {
  return address.length === 4 ? "4" : address.subarray(0, 8).join(".");
}

/** MAC addresses by IP address, in typed arrays: there may be very many. */
export class MacTable {
  readonly #index: ReverseIndex;
  /** By entry: 48 bits. */
  readonly #macs: Float64Array;
  /** By entry: seconds since 1970; 0 for never. */
  readonly #ends: Float64Array;

  /** What leases say. */
  constructor(leases: readonly Lease[]) {
    const known = leases.filter(({ mac }) => mac !== null);
    const words = new Uint32Array(known.length);
    const families = new Uint8Array(known.length);
    const ipv6 = new Uint8Array(16 * known.filter(({ address }) => address.length === 16).length);
    let ipv6Count = 0;
    for (const [i, { address }] of known.entries()) {
      families[i] = address.length === 4 ? 4 : 6;
      if (address.length === 16) {
        ipv6.set(address, 16 * ipv6Count);
        words[i] = ipv6Count++;
      } else words[i] = new DataView(address.buffer, address.byteOffset).getUint32(0);
    }
    this.#index = reverseIndex(words, families, ipv6);
    this.#macs = Float64Array.from(known, ({ mac }) => parseInt(mac!.replaceAll(":", ""), 16));
    this.#ends = Float64Array.from(known, ({ endSeconds }) => endSeconds);
  }

  /** `aa:bb:cc:dd:ee:ff`, for an address of 4 or 16 octets; `null` if it is not known, or not any more. */
  find(address: Uint8Array, nowSeconds: number): string | null {
    const [entry] = this.#index.find(address);
    if (entry === undefined) return null;
    const end = this.#ends[entry]!;
    if (end !== 0 && end <= nowSeconds) return null;
    return this.#macs[entry]!.toString(16).padStart(12, "0").replaceAll(/..(?!$)/g, "$&:");
  }
}
