import type { SocketAddress } from "../net/address.ts";
import type { StreamSocket } from "./stream_socket.ts";

/**
 * A TCP socket that takes connections and hands them over as they come, where `StreamListenSocket` waits to be asked. All is
 * told within a turn, which belongs to the caller; see `Turns`.
 */
export interface PushedListener {
  /** What the socket is bound to, with the port that it really got. */
  readonly address: SocketAddress;
  /**
   * Hands over to `watcher` what comes, as long as the socket is open. One at a time.
   *
   * @returns What ends that. What comes then waits.
   */
  watch(watcher: PushedListenerWatcher): () => void;
  /** Closes the socket. */
  close(): void;
}

/** To whom connections are handed over. */
export interface PushedListenerWatcher {
  /** A connection has come; it belongs to the watcher from now on. Must not throw. */
  onConnection(stream: PushedStream): void;
  /** None could be taken, and the same is told again at once as long as this one watches. Must not throw. */
  onFailed(error: unknown): void;
}

/** A TCP connection that tells when there is something to take, or room for what is to be sent: nothing is waited for here. */
export interface PushedStream {
  /** The other side. */
  readonly peer: SocketAddress;
  /** Tells `watcher` from now on, and whoever was told before no more. */
  watch(watcher: PushedStreamWatcher): void;
  /** Whether it is to be told that there is something to take; it is, at first. What is not taken waits on the other side. */
  wantOctets(areWanted: boolean): void;
  /**
   * Takes what has come into `buffer`; returns how many octets. 0 when no more will come; -1 when nothing has come.
   *
   * @throws {Error} when the connection is broken.
   */
  receive(buffer: Uint8Array<ArrayBuffer>): number;
  /**
   * Sends the first of `octets`, as many as there is room for; returns how many. If that is not all, it tells when there is more
   * room.
   *
   * @throws {Error} when the connection is broken.
   */
  send(octets: Uint8Array<ArrayBuffer>): number;
  /** Closes both ways. Tells nothing any more. */
  close(): void;
}

/** Whether a connection is one that tells. */
export function isPushed(stream: StreamSocket | PushedStream): stream is PushedStream {
  return "watch" in stream;
}

/** Whom a connection tells. None of these may throw. */
export interface PushedStreamWatcher {
  /** Octets have come, or the end. Told again as long as any are left. */
  onReadable(): void;
  /** There is room for what could not be sent. */
  onWritable(): void;
  /** The connection is broken. */
  onBroken(): void;
}
