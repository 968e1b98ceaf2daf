import type { HttpVersion } from "../base/http/http_exchange.ts";
import type { StreamSocket } from "../base/sockets/stream_socket.ts";
import type { TlsSocket } from "../base/sockets/tls.ts";
import { HTTP } from "../http/exchanges.ts";
import { idOfServerName } from "../server/listen/client_id.ts";
import { DohClients } from "../server/listen/doh/doh_clients.ts";
import { DohSession } from "../server/listen/doh/doh_session.ts";
import type { TrustedProxies } from "../server/listen/doh/trusted_proxies.ts";
import { listenName } from "../server/listen/listen.ts";
import type { ListenSockets } from "../server/listen/listen_on.ts";
import type { Accepted } from "../server/listen/stream/session.ts";
import type { StreamLimit } from "../server/listen/stream/stream_limit.ts";
import { StreamListener } from "../server/listen/stream/stream_listener.ts";
import type { Server } from "../server/server.ts";
import type { Resources } from "./resources.ts";

/** What a listener over HTTP is made from. */
export interface DohListenerOptions {
  /** What answers the queries. */
  readonly server: Server;
  /** Knows when there are too many connections. */
  readonly limit: StreamLimit;
  /** Who is believed about those for whom it asks. */
  readonly proxies: TrustedProxies;
  /** What lasts as long as the program. */
  readonly resources: Resources;
}

/** DoH, encrypted or behind a proxy that is. */
export function dohListener(
  { listen, stream, tls }: ListenSockets,
  path: string,
  { server, limit, proxies, resources: { runtime: { timers }, clock, share, deadlines, counters, log } }:
    DohListenerOptions,
): StreamListener<StreamSocket> | StreamListener<TlsSocket> {
  const clients = new DohClients({ log, listener: listenName(listen), path, proxies });
  const accepting = { listen, limit, clock, timers, log };
  const session = (accepted: Accepted, version: HttpVersion | null) =>
    new DohSession({ ...accepted, server, http: HTTP, version, clients, share, clock, deadlines, counters });
  if (tls === null) {
    return new StreamListener({
      ...accepting,
      socket: stream!,
      clientOf: ({ peer }) => clients.connected(peer, null),
      sessionOf: (accepted) => session(accepted, null),
    });
  }
  return new StreamListener<TlsSocket>({
    ...accepting,
    socket: tls,
    clientOf: ({ peer, serverName }) => clients.connected(peer, idOfServerName(serverName)),
    sessionOf: (accepted) => session(accepted, accepted.socket.alpn === "h2" ? "h2" : "http/1.1"),
  });
}
