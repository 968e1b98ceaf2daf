import type { Server as NetServer, Socket } from "node:net";
import type { Server, TLSSocket } from "node:tls";
import { formatSocketAddress, isIpv6, type SocketAddress } from "../../../base/net/address.ts";
import { proxiedClient, PROXY_START_OCTETS, proxyHeaderRest } from "../../../base/net/proxy_header.ts";
import { splitZone } from "../../../base/net/zone.ts";
import { AddressInUseError } from "../../../base/runtime.ts";
import type { TlsIdentity, TlsListenSocket, TlsServerOptions, TlsSocket } from "../../../base/sockets/tls.ts";
import { inZoneOf } from "../in_zone.ts";
import { Proxies } from "../proxies.ts";
import { ReadyConnections } from "../ready_connections.ts";
import { NODE } from "./node_modules.ts";
import { NodeTlsStream } from "./node_tls_stream.ts";
import { certificatesShownOn } from "./peer_certificates.ts";
import { tlsServerOf } from "./tls_contexts.ts";
import { Verdicts } from "./verdicts.ts";

/** Connections that the kernel keeps until they are taken. */
const BACKLOG = 511;

/** Handshakes under way on a listener; when there are more, the oldest is cut off. */
const HANDSHAKES_MAX = 1024;

/** As Deno 2.9.5 numbers what Node's `listen` is told: others may listen there in the same way (SO_REUSEPORT). */
const SHARED = 4;

/** See `Network.listenTls`. */
export function listenTls(local: SocketAddress, tls: TlsServerOptions): TlsListenSocket {
  return new NodeTlsListener(local, tls, { isShared: false });
}

/** Listens where others may do so in this way, too: the kernel spreads the connections over them (SO_REUSEPORT). */
export function listenSharedTls(local: SocketAddress, tls: TlsServerOptions): TlsListenSocket {
  return new NodeTlsListener(local, tls, { isShared: true });
}

/** A connection whose handshake is not done. */
interface Arrival {
  peer: SocketAddress;
  readonly alarm: ReturnType<typeof setTimeout>;
}

class NodeTlsListener implements TlsListenSocket {
  readonly address: SocketAddress;
  readonly #options: TlsServerOptions;
  readonly #listener: NetServer;
  readonly #zone: string | null;
  readonly #proxies: Proxies | null;
  readonly #ready = new ReadyConnections<TlsSocket>();
  /** The oldest first. */
  readonly #arrivals = new Map<Socket, Arrival>();
  /** Certificates of clients that were looked at, with our authority. */
  readonly #verdicts = new Verdicts();
  #server: Server;

  constructor(local: SocketAddress, options: TlsServerOptions, { isShared }: { isShared: boolean }) {
    const { proxyNetworks } = options;
    this.#options = options;
    this.#proxies = proxyNetworks === null ? null : new Proxies(proxyNetworks);
    this.#zone = splitZone(local.hostname).zone;
    this.#server = this.#serverOf(options.identities);
    this.#listener = NODE.net.createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: false });
    this.#listener.on("connection", (socket) => this.#greet(socket));
    const port = bind(this.#listener, local, isShared);
    this.#listener.on("error", (error) => this.#ready.fail(error));
    this.address = { ...local, transport: "tcp", port };
  }

  accept(): Promise<TlsSocket> {
    return this.#ready.accept();
  }

  replace(identities: readonly TlsIdentity[]): void {
    this.#server = this.#serverOf(identities);
  }

  close(): void {
    this.#listener.close();
    this.#ready.close();
    for (const socket of this.#arrivals.keys()) socket.destroy();
  }

  #serverOf(identities: readonly TlsIdentity[]): Server {
    const { alpn, clientCa } = this.#options;
    const server = tlsServerOf({ identities, alpn, clientCa });
    server.on("secureConnection", (socket) => this.#take(socket));
    // Whoever comes with something else is no news. The alert leaves, and the connection ends.
    server.on("tlsClientError", (_error, socket) => socket.on("error", () => {}));
    return server;
  }

  #greet(socket: Socket): void {
    // Heard to the end of the connection: an error that nobody hears ends the program.
    socket.on("error", () => {});
    const { remoteAddress, remotePort } = socket;
    if (this.#ready.isClosed || remoteAddress === undefined || remotePort === undefined) return void socket.destroy();
    for (const oldest of this.#arrivals.keys()) {
      if (this.#arrivals.size < HANDSHAKES_MAX) break;
      this.#forget(oldest);
      oldest.destroy();
    }
    const peer = inZoneOf({ transport: "tcp", hostname: remoteAddress, port: remotePort }, this.#zone);
    const alarm = setTimeout(() => socket.destroy(), this.#options.handshakeMs);
    this.#arrivals.set(socket, { peer, alarm });
    socket.once("close", () => this.#forget(socket));
    if (this.#proxies === null) return void this.#server.emit("connection", socket);
    if (!this.#proxies.has(peer.hostname)) return void socket.destroy();
    this.#hearProxy(socket);
  }

  /** The proxy says for whom the connection is; what the client sends stands behind it. */
  #hearProxy(socket: Socket): void {
    let start: Uint8Array | null = null;
    const look = () => {
      try {
        start ??= socket.read(PROXY_START_OCTETS);
        if (start === null) return;
        const restOctets = proxyHeaderRest(start);
        const rest: Uint8Array | null = restOctets === 0 ? new Uint8Array(0) : socket.read(restOctets);
        if (rest === null) return;
        socket.off("readable", look);
        const client = proxiedClient(start, rest);
        const arrival = this.#arrivals.get(socket);
        if (arrival === undefined) return;
        if (client !== null) arrival.peer = { transport: "tcp", ...client };
        this.#server.emit("connection", socket);
      } catch {
        socket.destroy();
      }
    };
    socket.on("readable", look);
    socket.on("end", () => start === null && socket.destroy());
  }

  #forget(socket: Socket): Arrival | undefined {
    const arrival = this.#arrivals.get(socket);
    this.#arrivals.delete(socket);
    if (arrival !== undefined) clearTimeout(arrival.alarm);
    return arrival;
  }

  /** The handshake is done. */
  #take(socket: TLSSocket): void {
    socket.on("error", () => {});
    const arrival = this.#forget((socket as unknown as { _parent: Socket })._parent);
    const shown = arrival === undefined || this.#ready.isClosed ? null : this.#certificatesOf(socket);
    if (shown === null) return void socket.destroy();
    const { alpnProtocol, servername } = socket as TLSSocket & { servername?: string | false | null };
    const stream = new NodeTlsStream(socket, arrival!.peer, {
      alpn: alpnProtocol || null,
      serverName: servername || null,
      peerCertificates: shown,
      chainError: null,
    });
    this.#ready.offer(stream);
  }

  /** What the client shows; `null` when it should have shown something else. */
  #certificatesOf(socket: TLSSocket): TlsSocket["peerCertificates"] | null {
    if (this.#options.clientCa === null) return [];
    try {
      const { certificates, digest } = certificatesShownOn(socket);
      const [own] = certificates;
      if (own === undefined || own.validToS < Date.now() / 1000) return null;
      if (socket.isSessionReused()) return this.#verdicts.of(digest) === null ? certificates : null;
      if (!socket.authorized) return null;
      this.#verdicts.note(digest, null);
      return certificates;
    } catch {
      return null;
    }
  }
}

/**
 * Binds a server at once: Node's own `listen` says later whether it could. Returns the port.
 *
 * @throws {AddressInUseError} See `Network.listenTls`.
 */
function bind(server: NetServer, local: SocketAddress, isShared: boolean): number {
  const { hostname, port } = local;
  const quiet = () => {};
  server.on("error", quiet);
  const listener = server as NetServer & ListensAtOnce;
  listener._listen2(hostname, port, isIpv6(local) ? 6 : 4, BACKLOG, null, isShared ? SHARED : 0);
  const address = server.address();
  if (address === null) throw refusalOf(local, isShared);
  queueMicrotask(() => server.off("error", quiet));
  return (address as { port: number }).port;
}

/** What `listen` itself calls, in Node and in Deno. */
interface ListensAtOnce {
  _listen2(hostname: string, port: number, family: 4 | 6, backlog: number, descriptor: null, flags: number): void;
}

/** Node tells a number, and later: Deno says why. */
function refusalOf(local: SocketAddress, isShared: boolean): Error {
  const { hostname, port } = local;
  try {
    Deno.listen({ transport: "tcp", hostname, port, reusePort: isShared }).close();
    return new Error(`Cannot listen on ${formatSocketAddress(local)}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) return error as Error;
    return new AddressInUseError(`${formatSocketAddress(local)} is in use`, { cause: error });
  }
}
