import type { SocketAddress } from "../../lib/base/net/address.ts";

/** An address of the loopback whose port nobody has at this moment, neither for UDP nor for TCP. */
export function freeAddress(hostname = "127.0.0.1"): SocketAddress {
  for (;;) {
    const datagram = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    const { port } = datagram.addr as Deno.NetAddr;
    try {
      Deno.listen({ hostname, port }).close();
      return { transport: "udp", hostname, port };
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    } finally {
      datagram.close();
    }
  }
}
