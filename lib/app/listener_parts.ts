import type { SocketAddress } from "../base/net/address.ts";
import type { QuicSocket } from "../base/sockets/quic.ts";
import type { TlsSocket } from "../base/sockets/tls.ts";
import type { PushedStream } from "../base/sockets/pushed_stream.ts";
import { Client } from "../resolver/client.ts";
import { ReplySlot } from "../resolver/reply_slot.ts";
import { idOfServerName } from "../server/listen/client_id.ts";
import type { TrustedProxies } from "../server/listen/doh/trusted_proxies.ts";
import { listenName } from "../server/listen/listen.ts";
import type { ListenSockets } from "../server/listen/listen_on.ts";
import { QuicListener } from "../server/listen/quic/quic_listener.ts";
import type { Accepted, Connection } from "../server/listen/stream/session.ts";
import type { StreamLimit } from "../server/listen/stream/stream_limit.ts";
import { StreamListener } from "../server/listen/stream/stream_listener.ts";
import { StreamSession } from "../server/listen/stream/stream_session.ts";
import { UdpListener } from "../server/listen/udp/udp_listener.ts";
import type { Server } from "../server/server.ts";
import { dohListener } from "./doh_listener.ts";
import type { Resources } from "./resources.ts";

/** What serves at an address: those who come by datagrams, or those who come by connections. */
export interface ListenerPart {
  /** Connections that are open, where there are any. */
  readonly sessionCount?: number;
  /** Takes from its socket until it is stopped or closed. */
  run(): unknown;
  /** Takes nothing any more, and finishes what was taken. */
  stop(): Promise<void>;
  /** Closes everything now. */
  close(): void;
}

/** What the parts of a listener are made from. */
export interface ListenerPartsOptions {
  /** What answers the queries. */
  readonly server: Server;
  /** Knows when there are too many connections. */
  readonly limit: StreamLimit;
  /** Who is believed about those for whom it asks over HTTP. */
  readonly proxies: TrustedProxies;
  /** What lasts as long as the program. */
  readonly resources: Resources;
}

/** Makes what serves on open sockets, which belong to it from now on. */
export function listenerParts(sockets: ListenSockets, options: ListenerPartsOptions): ListenerPart[] {
  const { listen, datagram, pushed, stream, tls, quic } = sockets;
  if (listen.path !== null) return [dohListener(sockets, listen.path, options)];
  const { server, limit, resources: { runtime: { timers, turns }, clock, share, deadlines, counters, log } } = options;
  const name = listenName(listen);
  const accepting = { listen, limit, clock, timers, log };
  const slot = new ReplySlot();
  const sessionOf = (accepted: Accepted<Connection>) =>
    new StreamSession({ ...accepted, server, slot, share, clock, turns, deadlines, counters });
  const parts: ListenerPart[] = [];
  if (datagram !== null) {
    parts.push(new UdpListener({ socket: datagram, server, clock, timers, turns, counters, log }));
  }
  const tcpClientOf = ({ peer }: Connection) => clientAt(peer, new Client(peer.hostname, "tcp", true, name));
  if (pushed !== null) {
    parts.push(new StreamListener<PushedStream>({ ...accepting, socket: pushed, clientOf: tcpClientOf, sessionOf }));
  }
  if (stream !== null) {
    parts.push(new StreamListener({ ...accepting, socket: stream, clientOf: tcpClientOf, sessionOf }));
  }
  if (tls !== null) {
    const clientOf = ({ peer, serverName }: TlsSocket) => {
      return clientAt(peer, new Client(peer.hostname, "tls", true, name, idOfServerName(serverName)));
    };
    parts.push(new StreamListener({ ...accepting, socket: tls, clientOf, sessionOf }));
  }
  if (quic !== null) {
    const clientOf = ({ peer, serverName }: QuicSocket) => {
      return clientAt(peer, new Client(peer.hostname, "quic", true, name, idOfServerName(serverName)));
    };
    const services = { server, share, deadlines, counters };
    parts.push(new QuicListener({ ...accepting, ...services, socket: quic, clientOf }));
  }
  return parts;
}

/** All messages of a connection come from one port. */
function clientAt({ port }: SocketAddress, client: Client): Client {
  client.port = port;
  return client;
}
