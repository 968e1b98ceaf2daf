import type { Socket } from "node:net";
import type { Server, TLSSocket } from "node:tls";
import type { SocketAddress } from "../../../base/net/address.ts";
import { splitZone } from "../../../base/net/zone.ts";
import type { TlsIdentity, TlsListenSocket, TlsServerOptions, TlsSocket } from "../../../base/sockets/tls.ts";
import { inZoneOf } from "../in_zone.ts";
import { acceptStream } from "../accept_stream.ts";
import { bindStream } from "../bind.ts";
import { hearProxy, Proxies } from "../proxies.ts";
import { ReadyConnections } from "../ready_connections.ts";
import { letGo } from "./let_go.ts";
import { toNodeSocket } from "./node_socket.ts";
import { NodeTlsStream } from "./node_tls_stream.ts";
import { certificatesShownOn } from "./peer_certificates.ts";
import { tlsServerOf } from "./tls_contexts.ts";
import { Verdicts } from "./verdicts.ts";
import { PROCESS_LOOP } from "../../loop/process_loop.ts";

/** Handshakes under way on a listener; when there are more, the oldest is cut off. */
const HANDSHAKES_MAX = 1024;

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
  readonly cancelAlarm: () => void;
  /** Ends it. */
  end: () => void;
}

class NodeTlsListener implements TlsListenSocket {
  readonly address: SocketAddress;
  readonly #options: TlsServerOptions;
  readonly #listener: Deno.TcpListener;
  readonly #zone: string | null;
  readonly #proxies: Proxies | null;
  readonly #ready = new ReadyConnections<TlsSocket>();
  /** The oldest first. */
  readonly #arrivals = new Set<Arrival>();
  readonly #arrivalOf = new WeakMap<object, Arrival>();
  /** Certificates of clients that were looked at, with our authority. */
  #verdicts = new Verdicts();
  #clientCa: string | null;
  #server: Server;
  #isAccepting = false;

  constructor(local: SocketAddress, options: TlsServerOptions, { isShared }: { isShared: boolean }) {
    const { proxyNetworks } = options;
    this.#options = options;
    this.#proxies = proxyNetworks === null ? null : new Proxies(proxyNetworks);
    this.#zone = splitZone(local.hostname).zone;
    this.#clientCa = options.clientCa;
    this.#server = this.#serverOf(options.identities, options.clientCa);
    this.#listener = bindStream(local, { reusePort: isShared });
    this.address = inZoneOf(this.#listener.addr, this.#zone);
    void this.#acceptAll();
  }

  accept(): Promise<TlsSocket> {
    void this.#acceptAll();
    return this.#ready.accept();
  }

  replace(identities: readonly TlsIdentity[], clientCa: string | null): void {
    this.#server = this.#serverOf(identities, clientCa);
    if (clientCa === this.#clientCa) return;
    this.#clientCa = clientCa;
    this.#verdicts = new Verdicts();
  }

  close(): void {
    if (this.#ready.isClosed) return;
    this.#listener.close();
    this.#ready.close();
    for (const arrival of this.#arrivals) this.#drop(arrival);
  }

  #serverOf(identities: readonly TlsIdentity[], clientCa: string | null): Server {
    const { alpn } = this.#options;
    const server = tlsServerOf({ identities, alpn, clientCa });
    server.on("secureConnection", (socket) => this.#take(socket));
    // Whoever comes with something else is no news. The alert leaves, and the connection ends.
    server.on("tlsClientError", (_error, socket) => {
      socket.on("error", () => {});
      letGo(socket);
    });
    return server;
  }

  /**
   * Until it fails: whoever is told of that comes again. Deno's listener, not Node's: that one (2.9.5) takes nobody any more once
   * descriptors have run out, tells nobody, and knows only later whether it can have the address.
   */
  async #acceptAll(): Promise<void> {
    if (this.#isAccepting) return;
    this.#isAccepting = true;
    try {
      for (;;) void this.#greet(await acceptStream(this.#listener));
    } catch (error) {
      if (!this.#ready.isClosed) this.#ready.fail(error as Error);
    } finally {
      this.#isAccepting = false;
    }
  }

  async #greet(connection: Deno.TcpConn): Promise<void> {
    for (const oldest of this.#arrivals) {
      if (this.#arrivals.size < HANDSHAKES_MAX) break;
      this.#drop(oldest);
    }
    const cancelAlarm = PROCESS_LOOP.start(this.#options.handshakeMs, () => this.#drop(arrival));
    const peer = inZoneOf(connection.remoteAddr, this.#zone);
    const arrival: Arrival = { peer, cancelAlarm, end: () => connection.close() };
    this.#arrivals.add(arrival);
    try {
      if (this.#proxies !== null) {
        if (!this.#proxies.has(peer.hostname)) return this.#drop(arrival);
        const client = await hearProxy(connection);
        if (client !== null) arrival.peer = { transport: "tcp", ...client };
      }
      if (this.#arrivals.has(arrival)) this.#shake(connection, arrival);
    } catch {
      this.#drop(arrival);
    }
  }

  #shake(connection: Deno.TcpConn, arrival: Arrival): void {
    // Small messages that wait for each other's acknowledgements would take 40 ms each.
    connection.setNoDelay(true);
    const socket = toNodeSocket(connection);
    this.#arrivalOf.set(socket, arrival);
    arrival.end = () => socket.destroy();
    socket.once("close", () => this.#forget(arrival));
    this.#server.emit("connection", socket);
  }

  #drop(arrival: Arrival): void {
    if (this.#arrivals.has(arrival)) arrival.end();
    this.#forget(arrival);
  }

  #forget(arrival: Arrival): void {
    this.#arrivals.delete(arrival);
    arrival.cancelAlarm();
  }

  /** The handshake is done. */
  #take(socket: TLSSocket): void {
    socket.on("error", () => {});
    const { _parent: parent } = socket as unknown as { _parent: Socket };
    const arrival = this.#arrivalOf.get(parent);
    if (arrival === undefined || !this.#arrivals.has(arrival)) return void socket.destroy();
    this.#forget(arrival);
    // RFC 7766 §6.2.3: who has asked may end its side. Before, whoever ends has nothing to wait for.
    socket.allowHalfOpen = true;
    const shown = this.#certificatesOf(socket);
    if (shown === null) return void socket.destroy();
    const { alpnProtocol, servername } = socket as TLSSocket & { servername?: string | false | null };
    const stream = new NodeTlsStream(socket, arrival.peer, {
      alpn: alpnProtocol || null,
      serverName: servername || null,
      peerCertificates: shown,
      chainError: null,
      isResumed: socket.isSessionReused(),
    });
    this.#ready.offer(stream);
  }

  /** What the client shows; `null` when it should have shown something else. */
  #certificatesOf(socket: TLSSocket): TlsSocket["peerCertificates"] | null {
    if (this.#clientCa === null) return [];
    try {
      const { certificates, digest, objection } = certificatesShownOn(socket);
      if (objection !== null) return null;
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
