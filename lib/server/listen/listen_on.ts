import { isIpv6, type SocketAddress } from "../../base/net/address.ts";
import { AddressInUseError, type DatagramSocket, type Network } from "../../base/runtime.ts";
import type { PushedListener } from "../../base/sockets/pushed_stream.ts";
import type { QuicListenSocket } from "../../base/sockets/quic.ts";
import type { ProxyOptions, StreamListenSocket } from "../../base/sockets/stream_socket.ts";
import type { TlsListenSocket } from "../../base/sockets/tls.ts";
import { NO_TLS, type TlsMaterial } from "../certificates/tls_material.ts";
import { DOQ_ALPN } from "../../wire/quic/doq.ts";
import { HANDSHAKE_TIMEOUT_MS, IDLE_TIMEOUT_MS, QUERIES_PER_CONNECTION_MAX } from "../limits.ts";
import { type Listen, listenName } from "./listen.ts";

/** A kernel-chosen port that is free for UDP may be taken for TCP; the next one seldom is. */
const ANY_PORT_TRIES_MAX = 10;

/** The sockets on which clients are served at one address. */
export interface ListenSockets {
  /** What was asked for, where the sockets really are. */
  readonly listen: Listen;
  /** UDP; `null` where connections alone are served. */
  readonly datagram: DatagramSocket | null;
  /** TCP; for plain DNS on the same address and port (RFC 7766 §5: TCP is not optional). `null` where it is `stream`. */
  readonly pushed: PushedListener | null;
  /** The same where connections have to be waited for; `null` where it is `pushed`, or not served as it is. */
  readonly stream: StreamListenSocket | null;
  /** Whose connections these two take, where that may change; else `null`. */
  readonly proxied: ChangingProxies | null;
  /** TLS; `null` where it is not served. */
  readonly tls: TlsListenSocket | null;
  /** QUIC; `null` where it is not served. */
  readonly quic: QuicListenSocket | null;
}

/** Options whose proxies may be replaced while the listener takes connections. */
export interface ChangingProxies extends ProxyOptions {
  /** See `ProxyOptions`. */
  proxyNetworks: readonly string[];
}

/** What is spoken behind the handshake (RFC 7301): RFC 7858 §3.1 has no name for it, `dot` is what IANA lists. */
const ALPN = { tls: ["dot"], https: ["h2", "http/1.1"] } as const;

/** A listener's address could not be bound. `cause` is what the operating system said. */
export class ListenError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "ListenError";
  /** What was to be bound. */
  readonly address: SocketAddress;
  /** The path of the setting that says so, such as `server.listen`. */
  readonly setting: string;

  /** `name` is what the operator calls the place, `cause` what the operating system said. */
  constructor({ name, address, setting }: { name: string; address: SocketAddress; setting: string }, cause: unknown) {
    super(`Cannot listen on ${name}`, { cause });
    this.address = address;
    this.setting = setting;
  }
}

/**
 * Binds every address; for plain DNS over UDP and TCP.
 *
 * @param isCourtesy Whether the addresses were not asked for: then a machine without IPv6 is no error.
 * @param material What encrypted listeners show; `null` to bind them as if they were not, and see whether that can be done.
 * @throws {ListenError} when an address cannot be bound; nothing is left open then.
 */
export function listenOn(
  network: Network,
  wanted: readonly Listen[],
  isCourtesy: boolean,
  material: TlsMaterial | null = NO_TLS,
): ListenSockets[] {
  const opened: ListenSockets[] = [];
  for (const listen of wanted) {
    try {
      opened.push(open(network, listen, material));
    } catch (error) {
      if (isCourtesy && isIpv6(listen.address) && !(error instanceof AddressInUseError)) continue;
      for (const sockets of opened) closeSockets(sockets);
      throw listenError(listen, error);
    }
  }
  return opened;
}

function open(network: Network, listen: Listen, material: TlsMaterial | null): ListenSockets {
  const none = { datagram: null, pushed: null, stream: null, proxied: null, tls: null, quic: null };
  const { protocol, address } = listen;
  if (protocol === "plain") {
    const proxied = { proxyNetworks: listen.proxyNetworks, handshakeMs: HANDSHAKE_TIMEOUT_MS };
    const both = openBoth(network, listen, proxied);
    return { ...none, listen: { ...listen, address: both.datagram.address }, ...both, proxied };
  }
  if (protocol === "quic") {
    const quic = openQuic(network, listen, material);
    return { ...none, listen: { ...listen, address: quic.address }, quic };
  }
  if (protocol === "http" || material === null) {
    const stream = network.listenStream(address, proxied(listen));
    return { ...none, listen: { ...listen, address: stream.address }, stream };
  }
  const clientCa = clientCaOf(listen, material);
  const { identities } = material;
  const [alpn, proxyNetworks] = [ALPN[protocol], proxied(listen)?.proxyNetworks ?? null];
  const tls = network.listenTls(address, {
    identities,
    alpn,
    clientCa,
    proxyNetworks,
    handshakeMs: HANDSHAKE_TIMEOUT_MS,
  });
  return { ...none, listen: { ...listen, address: tls.address }, tls };
}

/** Whose clients alone are taken there, PEM; `null`: it does not matter. */
export function clientCaOf({ clientCa }: Listen, { authorities }: TlsMaterial): string | null {
  return clientCa === null ? null : authorities[clientCa]!;
}

function openBoth(
  network: Network,
  { address }: Listen,
  proxied: ProxyOptions,
): { datagram: DatagramSocket } & Connections {
  for (let tries = 1;; tries++) {
    const datagram = network.openDatagram(address, "clients");
    try {
      return { datagram, ...openConnections(network, datagram.address, proxied) };
    } catch (error) {
      datagram.close();
      if (address.port !== 0 || tries === ANY_PORT_TRIES_MAX) throw error;
    }
  }
}

/** Where connections come, in one of two ways. */
type Connections = Pick<ListenSockets, "stream" | "pushed">;

function openConnections(network: Network, address: SocketAddress, proxied: ProxyOptions): Connections {
  const pushed = network.listenPushed?.({ ...address, transport: "tcp" }, proxied) ?? null;
  return { pushed, stream: pushed === null ? network.listenStream(address, proxied) : null };
}

function openQuic({ quic }: Network, { address }: Listen, material: TlsMaterial | null): QuicListenSocket {
  if (quic.whyNot !== null) throw new Error(`There is no QUIC: ${quic.whyNot}`);
  if (material === null) throw new Error("workers cannot share a port of QUIC: it takes --workers 1");
  const [identity] = material.identities;
  if (identity === undefined) throw new Error("there is no certificate to show");
  const streamsMax = QUERIES_PER_CONNECTION_MAX;
  return quic.listen(address, { identity, alpn: [DOQ_ALPN], idleMs: IDLE_TIMEOUT_MS, streamsMax });
}

function proxied({ proxyNetworks }: Listen): ProxyOptions | null {
  return proxyNetworks.length === 0 ? null : { proxyNetworks, handshakeMs: HANDSHAKE_TIMEOUT_MS };
}

/** An address where clients are served could not be bound. */
export function listenError(listen: Listen, cause: unknown): ListenError {
  return new ListenError({ name: listenName(listen), address: listen.address, setting: "server.listen" }, cause);
}

/** Closes what was opened and is not served. */
export function closeSockets({ datagram, pushed, stream, tls, quic }: ListenSockets): void {
  datagram?.close();
  pushed?.close();
  stream?.close();
  tls?.close();
  quic?.close();
}
