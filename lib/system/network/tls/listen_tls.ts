import type { SocketAddress } from "../../../base/net/address.ts";
import type { TlsListenSocket, TlsServerOptions } from "../../../base/sockets/tls.ts";

/** See `Network.listenTls`. */
export function listenTls(_local: SocketAddress, _tls: TlsServerOptions): TlsListenSocket {
  throw new Error("There is no TLS yet");
}

/** Listens where others may do so in this way, too: the kernel spreads the connections over them (SO_REUSEPORT). */
export function listenSharedTls(_local: SocketAddress, _tls: TlsServerOptions): TlsListenSocket {
  throw new Error("There is no TLS yet");
}
