import type { SocketAddress } from "../base/net/address.ts";
import type { Network } from "../base/runtime.ts";
import { listenOn } from "../server/listen/listen.ts";

/**
 * Binds every address, and lets go of it. Workers can bind an address together with anybody who does the same, even with
 * another program that is already there; this finds out that it is, as one process alone would.
 *
 * @param isCourtesy See `listenOn`, also for what it throws.
 * @returns The addresses that can be bound, with ports that are free where any would do.
 */
export function freeAddresses(
  network: Network,
  addresses: readonly SocketAddress[],
  isCourtesy: boolean,
): readonly SocketAddress[] {
  return listenOn(network, addresses, isCourtesy).map(({ datagram, stream }) => {
    datagram.close();
    stream.close();
    return datagram.address;
  });
}
