import { isIpv6, type SocketAddress } from "../../base/net/address.ts";
import { AddressInUseError, type DatagramSocket, type Network, type StreamListenSocket } from "../../base/runtime.ts";
import { type Listen, listenName } from "./listen.ts";

/** A kernel-chosen port that is free for UDP may be taken for TCP; the next one seldom is. */
const ANY_PORT_TRIES_MAX = 10;

/** The sockets on which clients are served at one address. */
export interface ListenSockets {
  /** What was asked for, with the port that the sockets really got. */
  readonly listen: Listen;
  /** UDP; `null` where connections alone are served. */
  readonly datagram: DatagramSocket | null;
  /** On the same address and port (RFC 7766 §5: TCP is not optional); `null` where datagrams alone are served. */
  readonly stream: StreamListenSocket | null;
}

/** A listener's address could not be bound. `cause` is what the operating system said. */
export class ListenError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "ListenError";
  /** What was to be bound. */
  readonly address: SocketAddress;

  /** `cause` is what the operating system said. */
  constructor(listen: Listen, cause: unknown) {
    super(`Cannot listen on ${listenName(listen)}`, { cause });
    this.address = listen.address;
  }
}

/**
 * Binds every address; for plain DNS over UDP and TCP.
 *
 * @param isCourtesy Whether the addresses were not asked for: then a machine without IPv6 is no error.
 * @throws {ListenError} when an address cannot be bound; nothing is left open then.
 */
export function listenOn(network: Network, wanted: readonly Listen[], isCourtesy: boolean): ListenSockets[] {
  const opened: ListenSockets[] = [];
  for (const listen of wanted) {
    try {
      opened.push(open(network, listen));
    } catch (error) {
      if (isCourtesy && isIpv6(listen.address) && !(error instanceof AddressInUseError)) continue;
      for (const sockets of opened) closeSockets(sockets);
      throw new ListenError(listen, error);
    }
  }
  return opened;
}

function open(network: Network, listen: Listen): ListenSockets {
  if (listen.protocol !== "plain") throw new Error(`nobody serves ${listen.protocol}:// yet`);
  const { datagram, stream } = openBoth(network, listen.address);
  return { listen: { ...listen, address: datagram.address }, datagram, stream };
}

function openBoth(
  network: Network,
  address: SocketAddress,
): { datagram: DatagramSocket; stream: StreamListenSocket } {
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

/** Closes what was opened and is not served. */
export function closeSockets({ datagram, stream }: ListenSockets): void {
  datagram?.close();
  stream?.close();
}
