import { formatSocketAddress, type SocketAddress } from "../../base/net/address.ts";
import { AddressInUseError } from "../../base/runtime.ts";

/**
 * Opens something that is bound to `local`.
 *
 * @throws {AddressInUseError} when another socket holds the address.
 */
export function bind<T>(local: SocketAddress, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new AddressInUseError(`${formatSocketAddress(local)} is in use`, { cause: error });
  }
}

/** Listens for TCP connections. See `bind` for what it throws. */
export function bindStream(local: SocketAddress, { reusePort }: { reusePort: boolean }): Deno.TcpListener {
  const { hostname, port } = local;
  return bind(local, () => Deno.listen({ transport: "tcp", hostname, port, reusePort }));
}
