import { formatSocketAddress, type SocketAddress } from "../base/net/address.ts";

/** An upstream's address as it is written after `--resolver`. */
export function upstreamName(address: SocketAddress): string {
  return (address.transport === "tcp" ? "tcp://" : "") + formatSocketAddress(address);
}
