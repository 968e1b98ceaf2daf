import type { SocketAddress } from "../net/address.ts";

/** A TCP socket that takes connections. */
export interface StreamListenSocket {
  /** What the socket is bound to, with the port that it really got. */
  readonly address: SocketAddress;
  /** Waits for the next connection. Rejects once closed, and when the operating system is out of something. */
  accept(): Promise<StreamSocket>;
  /** Closes the socket; a waiting `accept` rejects. */
  close(): void;
}

/** A TCP connection, or what runs over one and looks like one. */
export interface StreamSocket {
  /** The other side; behind a proxy that says for whom it asks (`ProxyOptions`), the one that asks. */
  readonly peer: SocketAddress;
  /** Waits for octets and writes them into `buffer`. Resolves to their number, or to `null` when no more will come. */
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null>;
  /** Sends the first octets of `octets`; resolves to how many. They must not change until then. */
  write(octets: Uint8Array<ArrayBuffer>): Promise<number>;
  /** Closes both ways; a waiting `read` or `write` rejects. */
  close(): void;
}

/** A listener that stands behind proxies, which say at the start of each connection for whom it is (PROXY protocol, version 2). */
export interface ProxyOptions {
  /**
   * The proxies' networks (CIDR). Who comes from one must say for whom; who comes from elsewhere is turned away. Where there are
   * none, a connection is of whoever makes it. Whoever has passed this object may put others here, which count from the next
   * connection on.
   */
  readonly proxyNetworks: readonly string[];
  /** How long a connection may take to say it. */
  readonly handshakeMs: number;
}
