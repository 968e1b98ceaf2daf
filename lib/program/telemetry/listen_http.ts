import type { HttpServer, HttpServerOptions } from "../../base/http/http_server.ts";
import { parseSocketAddress } from "../../base/net/address.ts";
import { ListenError } from "../../server/listen/listen_on.ts";
import type { OperatingSystem } from "../operating_system.ts";

/** Where a part listens. */
export interface BesideListen {
  /** As `formatSocketAddress` writes it. */
  readonly address: string;
  /** The path of the setting that says so. */
  readonly setting: string;
}

/**
 * Listens for people and their tools.
 *
 * @throws {ListenError} when that cannot be done.
 */
export function listenHttp(
  { address, setting }: BesideListen,
  options: HttpServerOptions,
  { httpServers }: Pick<OperatingSystem, "httpServers">,
): HttpServer {
  const local = parseSocketAddress(address, 0, 0);
  try {
    return httpServers.listen(local, options);
  } catch (error) {
    throw new ListenError({ name: address, address: local, setting }, error);
  }
}
