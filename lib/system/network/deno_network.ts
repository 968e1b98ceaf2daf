import type { SocketAddress } from "../../base/net/address.ts";
import type { DatagramSocket, Network, StreamListenSocket, StreamSocket } from "../../base/runtime.ts";
import { isLinkLocal, splitZone } from "../../base/net/zone.ts";
import { DENO_QUIC } from "./quic/deno_quic.ts";
import type { ProxyOptions } from "../../base/sockets/stream_socket.ts";
import { acceptStream } from "./accept_stream.ts";
import { bind, bindStream } from "./bind.ts";
import { inZoneOf } from "./in_zone.ts";
import { ProxiedListener } from "./proxied_listener.ts";
import { connectStreamFrom } from "./stream_from.ts";
import { connectTls } from "./tls/connect_tls.ts";
import { listenTls } from "./tls/listen_tls.ts";
import { leaveToPromises } from "../../base/left_to_promises.ts";

/** The sockets of the operating system, as Deno gives them: the same for clients and upstreams. */
export const DENO_NETWORK: Network & { openDatagram(local: SocketAddress): DatagramSocket } = {
  openDatagram,
  listenStream,
  connectStream,
  connectTls,
  listenTls,
  quic: DENO_QUIC,
};

function openDatagram(local: SocketAddress): DatagramSocket {
  const { zone } = splitZone(local.hostname);
  if (zone !== null) return openDatagramOn(zone, local);
  const { hostname, port } = local;
  const socket = bind(local, () => Deno.listenDatagram({ transport: "udp", hostname, port }));
  return {
    address: socket.addr as SocketAddress,
    receive: (buffer) => socket.receive(buffer) as Promise<[Uint8Array<ArrayBuffer>, SocketAddress]>,
    send: (octets, to) => socket.send(octets, to as Deno.NetAddr),
    close: () => socket.close(),
  };
}

/**
 * For link-local peers of one link. Deno takes zones and does not give them, so the peers' are added here: a socket that is
 * bound to a link-local address hears that link alone, and one of an upstream hears from whom it has asked there.
 */
function openDatagramOn(zone: string, local: SocketAddress): DatagramSocket {
  const { port } = local;
  const hostname = isLinkLocal(local.hostname) ? local.hostname : splitZone(local.hostname).address;
  const socket = bind(local, () => Deno.listenDatagram({ transport: "udp", hostname, port }));
  return {
    address: { ...local, port: (socket.addr as Deno.NetAddr).port },
    receive: async (buffer) => {
      const [octets, peer] = await socket.receive(buffer);
      return [octets as Uint8Array<ArrayBuffer>, inZoneOf(peer as SocketAddress, zone)];
    },
    send: (octets, to) => socket.send(octets, to as Deno.NetAddr),
    close: () => socket.close(),
  };
}

/** Listens where others may do so in this way, too: the kernel spreads the connections over them (SO_REUSEPORT). */
export function listenSharedStream(local: SocketAddress, proxied: ProxyOptions | null = null): StreamListenSocket {
  return listenBy(local, { reusePort: true, proxied });
}

function listenStream(local: SocketAddress, proxied: ProxyOptions | null = null): StreamListenSocket {
  return listenBy(local, { reusePort: false, proxied });
}

interface ListenOptions {
  readonly reusePort: boolean;
  readonly proxied: ProxyOptions | null;
}

function listenBy(local: SocketAddress, { reusePort, proxied }: ListenOptions): StreamListenSocket {
  const socket = bindStream(local, { reusePort });
  const { zone } = splitZone(local.hostname);
  const listener: StreamListenSocket = {
    address: inZoneOf(socket.addr, zone),
    accept: async () => streamSocket(await acceptStream(socket), zone),
    close: () => socket.close(),
  };
  return proxied === null ? listener : new ProxiedListener(listener, proxied);
}

async function connectStream(
  remote: SocketAddress,
  signal: AbortSignal,
  source: string | null = null,
): Promise<StreamSocket> {
  leaveToPromises();
  if (source !== null) return await connectStreamFrom(source, remote, signal);
  const { hostname, port } = remote;
  return streamSocket(await Deno.connect({ transport: "tcp", hostname, port, signal }), splitZone(hostname).zone);
}

function streamSocket(connection: Deno.TcpConn, zone: string | null): StreamSocket {
  // Small messages that wait for each other's acknowledgements would take 40 ms each.
  connection.setNoDelay(true);
  return {
    peer: inZoneOf(connection.remoteAddr, zone),
    read: (buffer) => connection.read(buffer),
    write: (octets) => {
      leaveToPromises();
      return connection.write(octets);
    },
    close: () => connection.close(),
  };
}
