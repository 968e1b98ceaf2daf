import type { SocketAddress } from "../../../base/net/address.ts";
import type { TlsClientOptions, TlsSocket } from "../../../base/sockets/tls.ts";

/** See `Network.connectTls`. */
export function connectTls(
  _remote: SocketAddress,
  _tls: TlsClientOptions,
  _signal: AbortSignal,
  _source: string | null = null,
): Promise<TlsSocket> {
  return Promise.reject(new Error("There is no TLS yet"));
}
