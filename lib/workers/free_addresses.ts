import type { Network } from "../base/runtime.ts";
import type { Listen } from "../server/listen/listen.ts";
import { closeSockets, listenOn } from "../server/listen/listen_on.ts";

/**
 * Binds every address, and lets go of it. Workers can bind an address together with anybody who does the same, even with
 * another program that is already there; this finds out that it is, as one process alone would.
 *
 * @param isCourtesy See `listenOn`, also for what it throws.
 * @returns The addresses that can be bound, with ports that are free where any would do.
 */
export function freeAddresses(
  network: Network,
  wanted: readonly Listen[],
  isCourtesy: boolean,
): readonly Listen[] {
  return listenOn(network, wanted, isCourtesy, null).map((sockets) => {
    closeSockets(sockets);
    return sockets.listen;
  });
}
