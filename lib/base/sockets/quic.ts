import type { SocketAddress } from "../net/address.ts";
import type { TlsIdentity } from "./tls.ts";

/**
 * QUIC (RFC 9000) as far as DNS over it needs it: connections, and streams that go both ways. Experimental, as all that
 * stands on it: what Deno offers may change with its next version, shows no certificates of the other side, and tells nobody
 * why a stream is given up.
 */
export interface Quic {
  /** Why it cannot be had here, in words; `null` where it can. Else the others throw. */
  readonly whyNot: string | null;
  /**
   * Who connects to one server. Opens nothing yet.
   *
   * @param source The address of this machine to connect from; any, if there is none.
   */
  client(source: string | null): QuicClient;
  /**
   * Listens for connections on `local`; port 0 lets the kernel choose.
   *
   * @throws {AddressInUseError} when another socket holds the address.
   * @throws {QuicError} when the certificate cannot be used.
   * @throws {Error} whatever else the operating system says.
   */
  listen(local: SocketAddress, options: QuicServerOptions): QuicListenSocket;
}

/** What both sides say of their connections. */
export interface QuicTransportOptions {
  /** What is spoken (RFC 7301), best first; without agreement there is no connection. */
  readonly alpn: readonly string[];
  /** A connection on which nothing has come for so long is over, in milliseconds, where the other side does not want less. */
  readonly idleMs: number;
}

/** What a connection to a server is opened with. */
export interface QuicClientOptions extends QuicTransportOptions {
  /** Whom the certificate has to be for, and the name that is asked for (SNI); `null`: the address, and none. */
  readonly serverName: string | null;
  /** Authorities that are believed beside those that come with the program, PEM; `null` for none. */
  readonly ca: string | null;
}

/** What clients are served with. */
export interface QuicServerOptions extends QuicTransportOptions {
  /** What all clients are shown, whatever name they ask for. */
  readonly identity: TlsIdentity;
  /** Streams that a client may have open at a time. */
  readonly streamsMax: number;
}

/** Connects to one server. Its connections share a socket for each address family. */
export interface QuicClient {
  /**
   * Opens a connection to `remote`, whose certificate is for `serverName`, in its dates, and of an authority that is
   * believed: with others there is none. Rejects with a `QuicError`, or when `signal` aborts. Where nobody answers it is tried
   * until then.
   */
  connect(remote: SocketAddress, options: QuicClientOptions, signal: AbortSignal): Promise<QuicSocket>;
  /** Connects from another port from now on. Connections that there are stay. */
  renew(): void;
  /** Closes all connections, those that are being made as well. */
  close(): void;
}

/** A UDP socket that takes connections. */
export interface QuicListenSocket {
  /** What the socket is bound to, with the port that it really got. */
  readonly address: SocketAddress;
  /** Waits for the next connection whose handshake is done; those that fail are not told. Rejects once closed. */
  accept(): Promise<QuicSocket>;
  /**
   * Shows another certificate to those who come from now on; nobody else is touched, and nobody turned away meanwhile.
   *
   * @throws {QuicError} when it cannot be used; then nothing is changed.
   */
  replace(identity: TlsIdentity): void;
  /** Turns away who comes from now on; a waiting `accept` rejects. Connections that there are go on until `close`. */
  leave(): void;
  /** Closes all connections, and turns away who comes from now on; a waiting `accept` rejects. */
  close(): void;
}

/** A connection. */
export interface QuicSocket {
  /** The other side, where it was at the handshake; it may be elsewhere by now (RFC 9000 §9). */
  readonly peer: SocketAddress;
  /** On a server: the name that the client has asked for; `null` for none. */
  readonly serverName: string | null;
  /**
   * Opens a stream. Where the other side allows no further one, it waits until it does, or resolves to `null` if it is not to
   * wait. Rejects when the connection is over.
   */
  openStream(waits: boolean): Promise<QuicStream | null>;
  /** Waits for the next stream that the other side opens. Rejects when the connection is over. */
  acceptStream(): Promise<QuicStream>;
  /** Resolves to how the connection was ended, when it was. */
  readonly closed: Promise<QuicEnd>;
  /** Ends the connection, and tells the other side why (RFC 9000 §10.2). What has not arrived yet may be lost. */
  close(code: number, reason?: string): void;
}

/** How a connection was ended. */
export interface QuicEnd {
  /** The other side's code (RFC 9000 §19.19); `null` when it has said nothing, or we have ended it. */
  readonly code: number | null;
  /** In words. */
  readonly reason: string;
}

/** A stream of octets each way (RFC 9000 §2). */
export interface QuicStream {
  /** Waits for octets, which are the caller's; `null` when no more will come. Rejects for a stream that was reset or let go. */
  read(): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Sends `octets`, the last ones here. They must not change until then. Rejects when they cannot be sent. */
  finish(octets: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Lets the stream go, if it is not over: what may still come is not wanted, and nothing more is sent. */
  cancel(): void;
}

/** What may be wrong with a certificate: another name's, out of its dates, of no authority that is believed. */
export type QuicDoubt = "name" | "expired" | "notYetValid" | "chain";

/** Why there is no connection, or no listener. */
export class QuicError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "QuicError";
  /** What is wrong with the other side's certificate, or with ours; `null` when it is not for that. */
  readonly doubt: QuicDoubt | null;

  /** `message` tells it in words. */
  constructor(message: string, doubt: QuicDoubt | null, options?: ErrorOptions) {
    super(message, options);
    this.doubt = doubt;
  }
}

/** No QUIC, for want of what `whyNot` says in words. */
export function withoutQuic(whyNot: string): Quic {
  const refuse = (): never => {
    throw new QuicError(`There is no QUIC: ${whyNot}`, null);
  };
  return { whyNot, client: refuse, listen: refuse };
}
