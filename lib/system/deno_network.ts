import { formatSocketAddress, type SocketAddress } from "../base/address.ts";
import {
  AddressInUseError,
  type DatagramSocket,
  type Network,
  type StreamListenSocket,
  type StreamSocket,
} from "../base/runtime.ts";

/** The sockets of the operating system, as Deno gives them: the same for clients and upstreams. */
export const DENO_NETWORK: Network & { openDatagram(local: SocketAddress): DatagramSocket } = {
  openDatagram,
  listenStream,
  connectStream,
};

function openDatagram(local: SocketAddress): DatagramSocket {
  const { hostname, port } = local;
  const socket = bind(local, () => Deno.listenDatagram({ transport: "udp", hostname, port }));
  return {
    address: socket.addr as SocketAddress,
    receive: (buffer) => socket.receive(buffer) as Promise<[Uint8Array<ArrayBuffer>, SocketAddress]>,
    send: (octets, to) => socket.send(octets, to as Deno.NetAddr),
    close: () => socket.close(),
  };
}

/** Listens where others may do so in this way, too: the kernel spreads the connections over them (SO_REUSEPORT). */
export function listenSharedStream(local: SocketAddress): StreamListenSocket {
  return listenBy(local, { reusePort: true });
}

function listenStream(local: SocketAddress): StreamListenSocket {
  return listenBy(local, { reusePort: false });
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

async function connectStream({ hostname, port }: SocketAddress, signal: AbortSignal): Promise<StreamSocket> {
  return streamSocket(await Deno.connect({ transport: "tcp", hostname, port, signal }));
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
