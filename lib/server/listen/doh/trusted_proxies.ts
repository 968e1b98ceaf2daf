import { parseCidr, unmappedIp } from "../../../base/net/cidr.ts";
import { formatIp } from "../../../base/net/ip.ts";
import { NetworkTable } from "../../../base/net/network_table.ts";
import { octetsOf } from "../../../base/net/zone.ts";
import { addressesIn } from "./forwarded_for.ts";

/** Proxies that are believed when they say for whom they ask. */
export class TrustedProxies {
  #networks: NetworkTable<true> = new NetworkTable<true>([]);

  /** Those in `networks` (CIDR) from now on. */
  use(networks: readonly string[]): void {
    this.#networks = new NetworkTable(networks.map((text) => [parseCidr(text), true as const]));
  }

  /** Whether somebody at this address is one. */
  has(hostname: string): boolean {
    const octets = octetsOf(hostname);
    return octets !== null && this.#hasOctets(unmappedIp(octets));
  }

  /**
   * For whom one of them asks, by its `X-Forwarded-For`: the right-most address that is none of theirs. What stands to the left of that
   * may be made up by whoever asks. If all are theirs, it is the left-most one; `null` where no address stands at the right.
   */
  clientOf(field: string): string | null {
    let last: string | null = null;
    for (const octets of addressesIn(field)) {
      if (octets === null) return last;
      last = formatIp(octets);
      if (!this.#hasOctets(octets)) return last;
    }
    return last;
  }

  #hasOctets(octets: Uint8Array): boolean {
    return this.#networks.find(octets) !== undefined;
  }
}
