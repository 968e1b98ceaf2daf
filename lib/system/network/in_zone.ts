import type { SocketAddress } from "../../base/net/address.ts";
import { inZone } from "../../base/net/zone.ts";

/** Adds the zone of a socket to the address of a peer on its link; without one it is left as it is. */
export function inZoneOf(address: SocketAddress, zone: string | null): SocketAddress {
  const { transport, hostname, port } = address;
  return zone === null ? address : { transport, hostname: inZone(hostname, zone), port };
}
