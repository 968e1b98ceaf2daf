import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { DatagramSocket } from "../../lib/base/runtime.ts";

/** Opens a UDP socket of Deno's, as the program does. */
export function openPlain({ hostname, port }: SocketAddress): DatagramSocket {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port });
  return {
    address: socket.addr as SocketAddress,
    receive: (buffer) => socket.receive(buffer) as Promise<[Uint8Array<ArrayBuffer>, SocketAddress]>,
    send: (octets, to) => socket.send(octets, to as Deno.NetAddr),
    close: () => socket.close(),
  };
}
