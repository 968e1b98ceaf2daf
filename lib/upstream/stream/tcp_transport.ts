import { formatSocketAddress, type SocketAddress } from "../../base/net/address.ts";
import type { Network } from "../../base/runtime.ts";
import type { CookieJar } from "../exchange/cookie_jar.ts";
import { TRAITS } from "../transport.ts";
import { KeepTime } from "./keep_time.ts";
import { StreamTransport, type StreamTransportOptions } from "./stream_transport.ts";
import { UpstreamConnection, type UpstreamConnectionOptions } from "./upstream_connection.ts";

/** A connection on which nothing is waited for is kept this long for the next query (RFC 7766 §6.2.3). */
export const KEEP_MS = 10_000;

/** What a transport over TCP is made from. */
export interface TcpTransportOptions
  extends
    Omit<StreamTransportOptions, "traits" | "connect" | "name" | "runtime">,
    Pick<UpstreamConnectionOptions, "counters" | "random" | "tombstoneMs" | "taps"> {
  /** The world outside. */
  readonly runtime: StreamTransportOptions["runtime"] & { readonly network: Pick<Network, "connectStream"> };
  /** Where the server is asked. */
  readonly address: SocketAddress;
  /** The address to connect from; any, if there is none. */
  readonly source?: string | null;
  /** The server's is learned here as well (RFC 7873 §5.3). */
  readonly cookies?: CookieJar;
}

/** Asks one upstream over TCP. */
export function tcpTransport({ address, source = null, cookies, ...options }: TcpTransportOptions): StreamTransport {
  const { runtime: { network, clock } } = options;
  const name = `${formatSocketAddress(address)} over TCP`;
  // Nobody forges a reply who cannot read the query: a cookie is learned here, and proves nothing.
  const isGenuine: UpstreamConnectionOptions["isGenuine"] = cookies &&
    ((response) => cookies.isGenuine(response) || true);
  const keepTime = new KeepTime(clock, KEEP_MS);
  return new StreamTransport({
    ...options,
    traits: TRAITS.tcp,
    name,
    connect: async (signal) => {
      const socket = await network.connectStream(address, signal, source);
      return {
        open: (owner) =>
          new UpstreamConnection({
            ...options,
            protocol: "tcp",
            gathering: null,
            clock,
            keepTime,
            name,
            isGenuine,
            socket,
            owner,
          }),
        discard: () => socket.close(),
      };
    },
  });
}
