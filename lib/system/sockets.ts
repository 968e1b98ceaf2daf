import { formatSocketAddress, type SocketAddress } from "../base/address.ts";
import { AddressInUseError, type DatagramSocket, type StreamListenSocket, type StreamSocket } from "../base/runtime.ts";

/** Binds a UDP socket that takes and sends datagrams one by one. See `Network.openDatagram`. */
export function openPlain(local: SocketAddress): DatagramSocket {
  const { hostname, port } = local;
  const socket = bind(local, () => Deno.listenDatagram({ transport: "udp", hostname, port }));
  return {
    address: socket.addr as SocketAddress,
    receive: (buffer) => socket.receive(buffer) as Promise<[Uint8Array<ArrayBuffer>, SocketAddress]>,
    send: (octets, to) => socket.send(octets, to as Deno.NetAddr),
    close: () => socket.close(),
  };
}

/** Listens for TCP connections. See `Network.listenStream`. */
export function listenStream(local: SocketAddress): StreamListenSocket {
  return listenBy(local, { reusePort: false });
}

/** The same, at an address that others may have in this way, too: the kernel spreads the connections (SO_REUSEPORT). */
export function listenSharedStream(local: SocketAddress): StreamListenSocket {
  return listenBy(local, { reusePort: true });
}

/** Opens a TCP connection. See `Network.connectStream`. */
export async function connectStream({ hostname, port }: SocketAddress, signal: AbortSignal): Promise<StreamSocket> {
  return streamSocket(await Deno.connect({ transport: "tcp", hostname, port, signal }));
}

function listenBy(local: SocketAddress, { reusePort }: { reusePort: boolean }): StreamListenSocket {
  const { hostname, port } = local;
  const socket = bind(local, () => Deno.listen({ transport: "tcp", hostname, port, reusePort }));
  return {
    address: socket.addr,
    accept: async () => streamSocket(await socket.accept()),
    close: () => socket.close(),
  };
}

function streamSocket(connection: Deno.TcpConn): StreamSocket {
  // Small messages that wait for each other's acknowledgements would take 40 ms each.
  connection.setNoDelay(true);
  return {
    peer: connection.remoteAddr,
    read: (buffer) => connection.read(buffer),
    write: (octets) => connection.write(octets),
    close: () => connection.close(),
  };
}

function bind<T>(local: SocketAddress, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new AddressInUseError(`${formatSocketAddress(local)} is in use`, { cause: error });
  }
}
