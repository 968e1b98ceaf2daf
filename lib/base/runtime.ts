import type { Files } from "./files.ts";
import type { SocketAddress } from "./net/address.ts";
import type { ProxyOptions, StreamListenSocket, StreamSocket } from "./sockets/stream_socket.ts";
import type { PushedListener } from "./sockets/pushed_stream.ts";
import type { Quic } from "./sockets/quic.ts";
import type { TlsClientOptions, TlsListenSocket, TlsServerOptions, TlsSocket } from "./sockets/tls.ts";

export type { StreamListenSocket, StreamSocket } from "./sockets/stream_socket.ts";

/**
 * Everything that `lib/` needs from the world: time, randomness, sockets, files, somewhere to write a line. The
 * program passes the operating system's, the simulation passes a seeded world of its own; nothing in `lib/` reads them by itself.
 */
export interface Runtime {
  /** What the time is read from. */
  readonly clock: Clock;
  /** Who wants to know when a burst of datagrams is looked at. */
  readonly turns: Turns;
  /**
   * Whole seconds since the machine was started, those included in which it slept; `null` where that is not to be had.
   * Tells sleep from a clock that was set.
   */
  uptimeSeconds(): number | null;
  /** What this process has taken of its machine. */
  usage(): ProcessUsage;
  /** What other machines must understand goes by this one. */
  readonly wallClock: WallClock;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Where unpredictable numbers come from. */
  readonly random: RandomSource;
  /** Where sockets come from. */
  readonly network: Network;
  /** Where files are read. */
  readonly files: Files;
  /**
   * Writes one line (without its line feed) to where the operator reads: standard error in the program. Waits for nobody:
   * what is not read in time is lost.
   */
  writeLine(line: string): void;
  /** Lines that were lost since the start. */
  lostLineCount(): number;
}

/** What a process takes of its machine. */
export interface ProcessUsage {
  /** Time of processors since its start, in milliseconds. */
  readonly cpuMs: number;
  /** Memory that it holds now, in octets. */
  readonly residentOctets: number;
}

/** A clock that never goes back and knows nothing of calendars. */
export interface Clock {
  /** Milliseconds since some fixed moment; fractions allowed. */
  nowMs(): number;
}

/** Whom it is told to that things happen together: the time need not be read more than once, and what they send may leave together. */
export interface Turns {
  /** What is done from now on until `endTurn`, with nothing awaited, happens at the same time. Not to be nested. */
  beginTurn(): void;
  /** To be called whatever has happened. */
  endTurn(): void;
  /**
   * Calls `work` once, when all that happens now has happened: what gathers to leave together leaves then. A microtask, or, in
   * a turn of who waits for the sockets by himself (`DatagramSocket.watch`), the end of that turn. Must not throw.
   */
  atTurnEnd(work: () => void): void;
}

/** A clock that shows the time of day, and goes back when somebody sets it. For what other machines must understand. */
export interface WallClock {
  /** Whole seconds since 1970-01-01 UTC. */
  epochSeconds(): number;
  /** The same in milliseconds, where it is to be had so exactly. */
  epochMs?(): number;
}

/** One-shot timers. Cheap to hold, dear to make: one per component, not one per query (see `DeadlineQueue`). */
export interface Timers {
  /** Calls `callback` once, no earlier than `delayMs` from now. Returns the function that cancels it. */
  start(delayMs: number, callback: () => void): () => void;
}

/** A cryptographically secure source of random octets. */
export interface RandomSource {
  /** Overwrites all of `octets` with random octets. */
  fill(octets: Uint8Array<ArrayBuffer>): void;
}

/** Opens sockets. */
export interface Network {
  /**
   * Binds a UDP socket to `local`; port 0 lets the kernel choose.
   *
   * @param use Whom it is for; makes no difference to what it does.
   * @throws {AddressInUseError} when another socket holds the address.
   * @throws {Error} whatever else the operating system says (no such address, no permission).
   */
  openDatagram(local: SocketAddress, use: DatagramUse): DatagramSocket;
  /**
   * Listens for TCP connections on `local`.
   *
   * @param proxied Whether proxies stand in front of it.
   * @throws {AddressInUseError} when another socket holds the address.
   * @throws {Error} whatever else the operating system says.
   */
  listenStream(local: SocketAddress, proxied?: ProxyOptions | null): StreamListenSocket;
  /**
   * Listens as `listenStream` does, for who can have what comes without waiting for it. `null`, or not there, where there is no
   * such thing.
   */
  readonly listenPushed?: ((local: SocketAddress, proxied: ProxyOptions) => PushedListener | null) | undefined;
  /**
   * Opens a TCP connection to `remote`. Rejects when it is refused, unreachable, or `signal` aborts.
   *
   * @param source The address of this machine to connect from; any, if there is none.
   */
  connectStream(remote: SocketAddress, signal: AbortSignal, source?: string | null): Promise<StreamSocket>;
  /**
   * Opens a TCP connection to `remote` and does the handshake of TLS on it, whoever is there: the caller decides by what the
   * connection says of the other side, before anything is sent. Rejects as `connectStream`, or with a `TlsError`.
   *
   * @param source See `connectStream`.
   */
  connectTls(
    remote: SocketAddress,
    tls: TlsClientOptions,
    signal: AbortSignal,
    source?: string | null,
  ): Promise<TlsSocket>;
  /**
   * Listens for TLS connections on `local`.
   *
   * @throws {AddressInUseError} when another socket holds the address.
   * @throws {TlsError} when a certificate cannot be used.
   * @throws {Error} whatever else the operating system says.
   */
  listenTls(local: SocketAddress, tls: TlsServerOptions): TlsListenSocket;
  /** What QUIC there is. Experimental. */
  readonly quic: Quic;
}

/** Whom a UDP socket is for: the clients of this program, or its upstreams. */
export type DatagramUse = "clients" | "upstreams";

/** A bound, unconnected UDP socket. */
export interface DatagramSocket {
  /** What the socket is bound to, with the port that it really got. */
  readonly address: SocketAddress;
  /** The socket's other, cheaper door, where there is one. Both may be used in turn. */
  readonly batch?: DatagramBatch;
  /**
   * Waits for the next datagram and writes it into `buffer`; what does not fit is cut off silently. Resolves to a view
   * of `buffer` and the sender. Rejects once the socket is closed.
   *
   * What has come already may stand in `buffer` before this returns; then it may be called again at once. Not while one
   * waits.
   */
  receive(buffer: Uint8Array<ArrayBuffer>): Promise<[Uint8Array<ArrayBuffer>, SocketAddress]>;
  /**
   * In place of `receive`, where there is this: tells `watcher` of what has come, which takes it by `batch`, as long as the
   * socket is open. One at a time.
   *
   * @returns What ends that. The socket then keeps what comes.
   */
  readonly watch?: ((watcher: DatagramWatcher) => () => void) | undefined;
  /** Sends one datagram. `octets` must not change until the promise settles. */
  send(octets: Uint8Array<ArrayBuffer>, to: SocketAddress): Promise<number>;
  /**
   * Where others receive at the same address: lets them have all that comes from now on. What has come already is still
   * received, and replies still leave from here.
   */
  readonly leave?: (() => void) | undefined;
  /** Closes the socket; a waiting `receive` rejects. */
  close(): void;
}

/** Whom a socket tells what becomes of it; see `DatagramSocket.watch`. */
export interface DatagramWatcher {
  /**
   * Datagrams have come. Told again as long as any are left, so it need not take all, but has to take some. Within a turn, which
   * belongs to the caller; see `Turns`. What this throws goes to `onFailed`.
   */
  onReadable(): void;
  /** Nothing could be received; it may go on, as with a `receive` that has rejected. Must not throw. */
  onFailed(error: unknown): void;
}

/**
 * Many datagrams for the price of one. It never waits: `DatagramSocket.receive` does, and gives the first datagram of a
 * burst, or `watch` says that there are some; then `receive` here takes the rest. Replies are put into slots and leave together.
 */
export interface DatagramBatch {
  /** Datagrams that one `receive` takes at most. */
  readonly size: number;
  /** Octets of a datagram at most, both ways; a longer one is cut off silently when it comes, and lost when it goes. */
  readonly slotOctets: number;
  /** How much the kernel keeps for this socket until it is taken, in octets as the kernel counts them. */
  readonly receiveBufferOctets: number;
  /** Datagrams that the kernel has dropped because nobody took them in time. */
  readonly droppedCount: number;
  /** Takes what has come already; returns how many, 0 for none. Makes the datagrams of the call before unusable. */
  receive(): number;
  /** Datagram `i` of the last `receive`. Good until the next one, on any socket for the same use. */
  datagram(i: number): Uint8Array<ArrayBuffer>;
  /** Who sent datagram `i`. The object stays good, and carries what a reply needs beyond the address. */
  peer(i: number): SocketAddress;
  /** Lets datagram `i` stay as it is until what this returns is called. */
  keep(i: number): () => void;
  /** Where the next datagram may be written, to be sent with `queueSlot`. Good until the next `queue`. */
  readonly slot: Uint8Array<ArrayBuffer>;
  /** Queues the first `lengthOctets` octets of `slot`. */
  queueSlot(lengthOctets: number, to: SocketAddress): void;
  /** Queues a copy of `octets`. */
  queue(octets: Uint8Array<ArrayBuffer>, to: SocketAddress): void;
  /** Sends what is queued. Returns how many of those queued since the last `flush` are lost; see `lost`. */
  flush(): number;
  /** Which of those before the last `flush` were lost, counted from 0 in the order in which they were queued. */
  readonly lost: readonly number[];
  /** What was lost at the last `flush` because it was longer than the way is wide. Without it nobody can tell. */
  readonly tooLong?: readonly TooLong[];
}

/** A datagram that could not be sent in one piece. */
export interface TooLong {
  /** A copy. */
  readonly octets: Uint8Array<ArrayBuffer>;
  /** For whom. */
  readonly to: SocketAddress;
}

/** The address that a socket was to be bound to is taken. */
export class AddressInUseError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "AddressInUseError";
}
