import { formatSocketAddress, isIpv6, type SocketAddress } from "../../base/net/address.ts";
import { AddressInUseError, type DatagramSocket, type Network, type StreamListenSocket } from "../../base/runtime.ts";

/** A kernel-chosen port that is free for UDP may be taken for TCP; the next one seldom is. */
const ANY_PORT_TRIES_MAX = 10;

/** The sockets on which clients are served at one address. */
export interface ListenSockets {
  /** UDP. */
  readonly datagram: DatagramSocket;
  /** On the same address and port (RFC 7766 §5: TCP is not optional). */
  readonly stream: StreamListenSocket;
}

/** A listener's address could not be bound. `cause` is what the operating system said. */
export class ListenError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "ListenError";
  /** What was to be bound. */
  readonly address: SocketAddress;

  /** `cause` is what the operating system said. */
  constructor(address: SocketAddress, cause: unknown) {
    super(`Cannot listen on ${formatSocketAddress(address)}`, { cause });
    this.address = address;
  }
}

/**
 * Binds every address, over UDP and TCP.
 *
 * @param isCourtesy Whether the addresses were not asked for: then a machine without IPv6 is no error.
 * @throws {ListenError} when an address cannot be bound; nothing is left open then.
 */
export function listenOn(network: Network, addresses: readonly SocketAddress[], isCourtesy: boolean): ListenSockets[] {
  const opened: ListenSockets[] = [];
  for (const address of addresses) {
    try {
      opened.push(openBoth(network, address));
    } catch (error) {
      if (isCourtesy && isIpv6(address) && !(error instanceof AddressInUseError)) continue;
      for (const sockets of opened) close(sockets);
      throw new ListenError(address, error);
    }
  }
  return opened;
}

function openBoth(network: Network, address: SocketAddress): ListenSockets {
  for (let tries = 1;; tries++) {
    const datagram = network.openDatagram(address, "clients");
    try {
      return { datagram, stream: network.listenStream(datagram.address) };
    } catch (error) {
      datagram.close();
      if (address.port !== 0 || tries === ANY_PORT_TRIES_MAX) throw error;
    }
  }
}

function close({ datagram, stream }: ListenSockets): void {
  datagram.close();
  stream.close();
}
