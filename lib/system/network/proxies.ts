import { parseCidr, unmappedIp } from "../../base/net/cidr.ts";
import { parseIp } from "../../base/net/ip.ts";
import { NetworkTable } from "../../base/net/network_table.ts";
import { splitZone } from "../../base/net/zone.ts";

/** Which addresses are those of proxies that are believed. */
export class Proxies {
  readonly #networks: NetworkTable<true>;

  /** `networks` as `parseCidr` reads them. */
  constructor(networks: readonly string[]) {
    this.#networks = new NetworkTable(networks.map((text) => [parseCidr(text), true]));
  }

  /** Whether a proxy has this address. */
  has(hostname: string): boolean {
    const octets = parseIp(splitZone(hostname).address);
    return octets !== null && this.#networks.find(unmappedIp(octets)) === true;
  }
}
